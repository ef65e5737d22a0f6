package org.ivory.tests.harness;

/**
 * The 100,000 SIFT descriptors in an index without a model on the shared cluster, loaded once for
 * all tests that read them: ground for exact search and for training.
 */
public final class SiftIndex {
    public static final String NAME = "sift-plain";
    public static final String FIELD = "v";
    private static boolean loaded;

    private SiftIndex() {}

    /** The vectors with the first {@code count} queries. */
    public static DataSet set(int count) {
        return DataSet.sift().firstQueries(count);
    }

    /** Loads the index if that has not happened yet. */
    public static synchronized void ensure(Client client) {
        if (!loaded) {
            DataSet set = DataSet.sift();
            client.create(NAME, new IndexSpec().vector(FIELD, 128, set.space(), null));
            new Bulk(client, NAME, FIELD).batch(5000).refreshEach().load(set.base());
            loaded = true;
        }
    }
}

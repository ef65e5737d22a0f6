package org.ivory.tests.harness;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * Vectors to index (read once, not to be changed), held-out queries and their exact nearest
 * neighbours.
 *
 * @param truth row q: the values of query q's 100 nearest, best first
 */
public record DataSet(
        String name, Space space, float[][] base, float[][] queries, float[][] truth) {
    private static final Memo<DataSet> SIFT = new Memo<>(DataSet::readSift);
    private static final Memo<DataSet> GLOVE = new Memo<>(() -> named("glove", "", Space.COSINE));
    private static final Memo<DataSet> MINILM = new Memo<>(() -> named("minilm", "", Space.COSINE));

    /** 100,000 SIFT descriptors, 128 dimensions, l2. */
    public static DataSet sift() {
        return SIFT.get();
    }

    private static DataSet readSift() {
        Path folder = Settings.data().resolve("sift");
        return new DataSet(
                "sift",
                Space.L2,
                VectorFiles.bvecs(folder.resolve("base.bvecs.gz")),
                VectorFiles.bvecs(folder.resolve("query.bvecs.gz")),
                VectorFiles.fvecs(folder.resolve("groundtruth_values.fvecs")));
    }

    /** 20,000 English word vectors, 100 dimensions, cosine. */
    public static DataSet glove() {
        return GLOVE.get();
    }

    /** The word vectors with lengths made to differ (vector i times 1 + (i mod 8) / 4), ip. */
    public static DataSet gloveInnerProduct() {
        DataSet set = named("glove", "ip_", Space.IP);
        for (int i = 0; i < set.base.length; i++) {
            float factor = 1 + (i % 8) / 4f;
            for (int j = 0; j < set.base[i].length; j++) {
                set.base[i][j] *= factor;
            }
        }
        return set;
    }

    /** 10,000 sentences, 384 dimensions, cosine. */
    public static DataSet minilm() {
        return MINILM.get();
    }

    private static DataSet named(String folder, String truth, Space space) {
        Path path = Settings.data().resolve(folder);
        return new DataSet(
                folder + (truth.isEmpty() ? "" : "-ip"),
                space,
                VectorFiles.npy(path.resolve("base_f16.npy")),
                VectorFiles.npy(path.resolve("query_f16.npy")),
                VectorFiles.fvecs(path.resolve(truth + "groundtruth_values.fvecs")));
    }

    /** Dimension of the vectors. */
    public int dimension() {
        return base[0].length;
    }

    /** The same set with the first {@code count} queries only. */
    public DataSet firstQueries(int count) {
        return new DataSet(name, space, base, Arrays.copyOf(queries, count), truth);
    }
}

package org.ivory.tests.dsl;

import org.ivory.tests.harness.BruteForce;
import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.DataSet;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Memo;
import org.ivory.tests.harness.Models;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * 3,000 word vectors (cosine) with a model of 32 cells, in several segments, once in one shard and
 * once in three, which the query tests read and do not change. Document i has {@code number} i,
 * {@code decile} i mod 10, {@code parity} {@code even} or {@code odd}, and a {@code title} that
 * says {@code every} and, each third, {@code third}.
 */
final class WordsIndex {
    static final int DOCUMENTS = 3000;
    static final int NLIST = 32;
    static final String ONE = "words-one-shard";
    static final String THREE = "words-three-shards";
    static final String MODEL = "words-32";

    private static final Memo<DataSet> SET = new Memo<>(WordsIndex::read);
    private static boolean loaded;

    private WordsIndex() {}

    static DataSet set() {
        return SET.get();
    }

    static float[] query(int number) {
        return set().queries()[number];
    }

    /** Creates both indices if that has not happened yet. */
    static synchronized void ensure(Client client) {
        if (loaded) {
            return;
        }
        DataSet set = SET.get();
        String training = "words-training";
        client.create(training, spec(1, null));
        new Bulk(client, training, "v").load(set.base());
        new Models(client).train(MODEL, training, "v", NLIST, set.space());
        client.drop(training);
        for (String index : List.of(ONE, THREE)) {
            client.create(index, spec(index.equals(ONE) ? 1 : 3, MODEL));
            new Bulk(client, index, "v")
                    .with(WordsIndex::members)
                    .batch(500)
                    .refreshEach()
                    .load(set.base());
        }
        loaded = true;
    }

    /** An empty index of the same mapping. */
    static IndexSpec spec(int shards, String model) {
        return new IndexSpec()
                .shards(shards)
                .vector("v", set().dimension(), set().space(), model)
                .field("number", "integer")
                .field("decile", "integer")
                .field("parity", "keyword")
                .field("title", "text");
    }

    /** What document i has beside its vector. */
    static String members(int i) {
        return "\"number\":"
                + i
                + ",\"decile\":"
                + i % 10
                + ",\"parity\":\""
                + (i % 2 == 0 ? "even" : "odd")
                + "\",\"title\":\"every"
                + (i % 3 == 0 ? " third" : "")
                + "\"";
    }

    /** The cosines of the k nearest of the documents that pass, best first. */
    static double[] nearest(float[] query, int k, IntPredicate passes) {
        return BruteForce.nearest(set().space(), set().base(), query, k, passes);
    }

    /** How many documents pass. */
    static int passing(IntPredicate passes) {
        return (int) IntStream.range(0, DOCUMENTS).filter(passes).count();
    }

    private static DataSet read() {
        DataSet all = DataSet.glove();
        float[][] base = java.util.Arrays.copyOf(all.base(), DOCUMENTS);
        return new DataSet("words", all.space(), base, all.queries(), all.truth());
    }
}

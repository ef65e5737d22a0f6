package org.ivory.tests.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ivory.tests.harness.DataSet;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.Recall;

import java.util.function.IntPredicate;

/** Checks of what comes back from {@link WordsIndex}. */
final class Answers {
    private Answers() {}

    /**
     * Fails unless the hits are the nearest {@code k} of the documents that pass, in order, each
     * with its exact score.
     */
    static void areNearest(Hits hits, float[] query, int k, IntPredicate passes) {
        double[] truth = WordsIndex.nearest(query, k, passes);
        assertEquals(truth.length, hits.size(), "number of hits");
        arePassing(hits, query, passes);
        if (truth.length > 0) {
            assertEquals(1.0, Recall.of(WordsIndex.set(), query, hits, truth), "recall");
        }
    }

    /**
     * Fails unless each hit passes and has its exact score, and the scores fall from one hit to the
     * next.
     */
    static void arePassing(Hits hits, float[] query, IntPredicate passes) {
        DataSet set = WordsIndex.set();
        double last = Double.MAX_VALUE;
        for (Hits.Hit hit : hits.list()) {
            assertTrue(passes.test(hit.number()), "document " + hit.id() + " does not pass");
            Recall.checkScore(set.space(), hit, set.space().value(set.base()[hit.number()], query));
            assertTrue(hit.score() <= last, "hits are not ordered by score");
            last = hit.score();
        }
    }
}

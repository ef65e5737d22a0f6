package org.ivory.tests.harness;

import java.util.ArrayList;
import java.util.List;

/** How many of the true nearest a search found, by distance, so that ties count as found. */
public final class Recall {
    private Recall() {}

    /**
     * The share of {@code truth} (values, best first) that the hits reach: a hit counts if its own
     * vector, looked up by id, is as near as the last of {@code truth}. Every score is checked
     * against the formula on the way.
     */
    public static double of(DataSet set, float[] query, Hits hits, double[] truth) {
        double last = truth[truth.length - 1];
        int found = 0;
        for (Hits.Hit hit : hits.list()) {
            double value = set.space().value(set.base()[hit.number()], query);
            checkScore(set.space(), hit, value);
            if (set.space().asNear(value, last)) {
                found++;
            }
        }
        return Math.min(found, truth.length) / (double) truth.length;
    }

    /** Fails the test if the hit's score is not that of {@code value}. */
    public static void checkScore(Space space, Hits.Hit hit, double value) {
        if (!space.sameScore(hit.score(), value)) {
            throw new AssertionError(
                    "document [%s]: score %s, but the formula gives %s for %s %s"
                            .formatted(
                                    hit.id(), hit.score(), space.score(value), space.type, value));
        }
    }

    /** The first {@code k} values of each of a data set's ground truth rows. */
    public static List<double[]> truth(DataSet set, int k) {
        List<double[]> rows = new ArrayList<>();
        for (int q = 0; q < set.queries().length; q++) {
            double[] row = new double[k];
            for (int i = 0; i < k; i++) {
                row[i] = set.truth()[q][i];
            }
            rows.add(row);
        }
        return rows;
    }
}

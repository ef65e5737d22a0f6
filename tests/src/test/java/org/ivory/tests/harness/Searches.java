package org.ivory.tests.harness;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Runs a data set's queries and averages their recall. */
public final class Searches {
    private static final int TOGETHER = 50;

    private Searches() {}

    /**
     * Mean recall of {@code set}'s queries on {@code index}.
     *
     * @param query makes the query from a vector
     * @param truth per query the values to find, best first
     */
    public static double recall(
            Client client,
            String index,
            DataSet set,
            List<double[]> truth,
            Function<float[], VectorQuery> query) {
        double sum = 0;
        float[][] queries = set.queries();
        for (int start = 0; start < queries.length; start += TOGETHER) {
            List<String> bodies = new ArrayList<>();
            for (int q = start; q < Math.min(start + TOGETHER, queries.length); q++) {
                bodies.add(query.apply(queries[q]).search(truth.get(q).length));
            }
            List<Hits> answers = client.searchMany(index, bodies);
            for (int i = 0; i < answers.size(); i++) {
                sum += Recall.of(set, queries[start + i], answers.get(i), truth.get(start + i));
            }
        }
        return sum / queries.length;
    }
}

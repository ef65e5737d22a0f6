package org.ivory.tests.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.VectorQuery;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.function.IntPredicate;

/** {@code max_distance} and {@code min_score}, alone and with {@code k}. */
@ExtendWith(SharedCluster.class)
class RangeSearchIT {
    private static final int ALL = WordsIndex.DOCUMENTS;

    private final Client client;

    RangeSearchIT(Client client) {
        this.client = client;
    }

    @BeforeEach
    void load() {
        WordsIndex.ensure(client);
    }

    /** Halfway between two neighbours' cosines, so that rounding decides nothing. */
    private static double between(float[] query, int rank) {
        double[] nearest = WordsIndex.nearest(query, rank + 1, i -> true);
        return (nearest[rank - 1] + nearest[rank]) / 2;
    }

    private static IntPredicate within(float[] query, double cosine) {
        return i -> Space.COSINE.value(WordsIndex.set().base()[i], query) >= cosine;
    }

    @Test
    void exactRangeFindsAllWithin() {
        for (String index : List.of(WordsIndex.ONE, WordsIndex.THREE)) {
            for (int rank : new int[] {1, 7, 100, 1500}) {
                float[] query = WordsIndex.query(rank % 5);
                double cosine = between(query, rank);
                for (VectorQuery range : both(query, cosine)) {
                    Hits hits = client.search(index, range.exact(), ALL);
                    assertEquals(rank, hits.total());
                    Answers.areNearest(hits, query, ALL, within(query, cosine));
                }
            }
        }
    }

    @Test
    void everyCellProbedFindsAllWithin() {
        float[] query = WordsIndex.query(4);
        double cosine = between(query, 40);
        for (VectorQuery range : both(query, cosine)) {
            Hits hits = client.search(WordsIndex.THREE, range.nprobe(WordsIndex.NLIST), ALL);
            Answers.areNearest(hits, query, ALL, within(query, cosine));
        }
    }

    @Test
    void probedRangeFindsOnlyWithin() {
        float[] query = WordsIndex.query(4);
        double cosine = between(query, 40);
        for (VectorQuery range : both(query, cosine)) {
            Hits hits = client.search(WordsIndex.ONE, range.nprobe(8), ALL);
            assertTrue(hits.size() > 20, hits.size() + " of 40 found in a quarter of the cells");
            Answers.arePassing(hits, query, within(query, cosine));
        }
    }

    @Test
    void withKReturnsAtMostK() {
        float[] query = WordsIndex.query(1);
        double cosine = between(query, 8);
        for (VectorQuery range : both(query, cosine)) {
            Hits few = client.search(WordsIndex.ONE, range.exact().k(5), ALL);
            assertEquals(5, few.total());
            Answers.areNearest(few, query, 5, i -> true);
            Hits within = client.search(WordsIndex.ONE, range.exact().k(50), ALL);
            assertEquals(8, within.total());
            Answers.areNearest(within, query, 8, i -> true);
        }
    }

    @Test
    void withFilterAndK() {
        float[] query = WordsIndex.query(1);
        double cosine = between(query, 60);
        IntPredicate odd = i -> i % 2 == 1;
        for (VectorQuery range : both(query, cosine)) {
            range.filter("{\"term\":{\"parity\":\"odd\"}}").exact();
            Answers.areNearest(
                    client.search(WordsIndex.ONE, range, ALL),
                    query,
                    ALL,
                    odd.and(within(query, cosine)));
            Answers.areNearest(
                    client.search(WordsIndex.ONE, range.k(3), ALL),
                    query,
                    3,
                    odd.and(within(query, cosine)));
        }
    }

    @Test
    void nothingWithinIsNoHit() {
        float[] query = WordsIndex.query(0);
        assertEquals(
                0,
                client.search(WordsIndex.ONE, VectorQuery.on("v", query).maxDistance(1e-6), 10)
                        .total());
    }

    /** The limits of the other two metrics, with a vector on the limit itself. */
    @Test
    void limitsIncludeTheirEdge() {
        String index = "range-edges";
        client.create(
                index,
                new IndexSpec().vector("l", 2, Space.L2, null).vector("p", 2, Space.IP, null));
        float[][] vectors = {{0, 0}, {3, 4}, {6, 8}, {-3, -4}};
        for (int i = 0; i < vectors.length; i++) {
            String array = Vectors.array(vectors[i]);
            client.put(index, "" + i, "{\"l\":" + array + ",\"p\":" + array + "}");
        }
        client.refresh(index);
        float[] origin = {0, 0};
        float[] one = {1, 1};
        assertFinds(index, List.of("0", "1", "3"), VectorQuery.on("l", origin).maxDistance(25));
        assertFinds(index, List.of("0"), VectorQuery.on("l", origin).maxDistance(24.99));
        assertFinds(index, List.of("0"), VectorQuery.on("l", origin).maxDistance(0));
        assertFinds(index, List.of("0"), VectorQuery.on("l", origin).minScore(1));
        assertFinds(index, List.of("1", "2"), VectorQuery.on("p", one).maxDistance(-7));
        assertFinds(index, List.of("0", "1", "2"), VectorQuery.on("p", one).maxDistance(0));
        assertFinds(index, List.of("0", "1", "2", "3"), VectorQuery.on("p", one).maxDistance(7));
        assertFinds(index, List.of("1", "2"), VectorQuery.on("p", one).minScore(8));
        assertFinds(index, List.of("0", "1", "2", "3"), VectorQuery.on("p", one).minScore(0.125));
        client.drop(index);
    }

    private void assertFinds(String index, List<String> ids, VectorQuery range) {
        assertEquals(
                ids,
                client.search(index, range, 10).ids().stream().sorted().toList(),
                range.json());
    }

    private static List<VectorQuery> both(float[] query, double cosine) {
        return List.of(
                VectorQuery.on("v", query).maxDistance(1 - cosine),
                VectorQuery.on("v", query).minScore((1 + cosine) / 2));
    }
}

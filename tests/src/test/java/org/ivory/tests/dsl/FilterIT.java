package org.ivory.tests.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.VectorQuery;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/**
 * A filter never costs hits: whatever it lets pass, a top-k query returns k hits, or all that pass
 * if they are fewer, however few cells are probed.
 */
@ExtendWith(SharedCluster.class)
class FilterIT {
    private static final int K = 10;

    private final Client client;

    FilterIT(Client client) {
        this.client = client;
    }

    @BeforeEach
    void load() {
        WordsIndex.ensure(client);
    }

    /** A filter, how many documents pass, and which. */
    record Filter(String name, String json, IntPredicate passes) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Filter> filters() {
        return Stream.of(
                below("none", 0),
                below("one", 1),
                below("one less than k", K - 1),
                below("k", K),
                below("one more than k", K + 1),
                below("1%", 30),
                new Filter("10%", "{\"term\":{\"decile\":7}}", i -> i % 10 == 7),
                new Filter("50%", "{\"term\":{\"parity\":\"odd\"}}", i -> i % 2 == 1),
                new Filter(
                        "all but one",
                        "{\"bool\":{\"must_not\":{\"term\":{\"number\":5}}}}",
                        i -> i != 5),
                new Filter("all", "{\"match_all\":{}}", i -> true),
                new Filter("text", "{\"match\":{\"title\":\"third\"}}", i -> i % 3 == 0),
                new Filter("by id", "{\"ids\":{\"values\":[\"17\",\"99\"]}}", FilterIT::twoIds));
    }

    private static boolean twoIds(int i) {
        return i == 17 || i == 99;
    }

    /** Documents spread over all cells, by a permutation of their numbers. */
    private static Filter below(String name, int count) {
        return new Filter(name, "{\"range\":{\"number\":{\"lt\":" + count + "}}}", i -> i < count);
    }

    @ParameterizedTest
    @MethodSource("filters")
    void neverCostsHits(Filter filter) {
        int passing = WordsIndex.passing(filter.passes);
        for (String index : List.of(WordsIndex.ONE, WordsIndex.THREE)) {
            for (int nprobe : new int[] {1, 4, WordsIndex.NLIST}) {
                for (int q = 0; q < 10; q++) {
                    float[] query = WordsIndex.query(q);
                    Hits hits =
                            client.search(
                                    index,
                                    VectorQuery.on("v", query)
                                            .k(K)
                                            .nprobe(nprobe)
                                            .filter(filter.json),
                                    K);
                    String where = index + ", nprobe " + nprobe + ", query " + q;
                    assertEquals(Math.min(K, passing), hits.size(), where);
                    Answers.arePassing(hits, query, filter.passes);
                    if (nprobe == WordsIndex.NLIST || passing <= K) {
                        Answers.areNearest(hits, query, K, filter.passes);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("filters")
    void isExactWhereAskedTo(Filter filter) {
        for (String index : List.of(WordsIndex.ONE, WordsIndex.THREE)) {
            for (int q = 0; q < 10; q++) {
                float[] query = WordsIndex.query(q);
                VectorQuery exact = VectorQuery.on("v", query).k(K).exact().filter(filter.json);
                Answers.areNearest(client.search(index, exact, K), query, K, filter.passes);
            }
        }
    }

    @Test
    void worksInAnotherIvoryQuerysFilter() {
        float[] query = WordsIndex.query(0);
        String inner = VectorQuery.on("v", WordsIndex.query(1)).k(20).exact().json();
        Hits hits =
                client.search(
                        WordsIndex.ONE, VectorQuery.on("v", query).k(5).exact().filter(inner), 5);
        List<String> candidates =
                client.search(
                                WordsIndex.ONE,
                                VectorQuery.on("v", WordsIndex.query(1)).k(20).exact(),
                                20)
                        .ids();
        Answers.areNearest(hits, query, 5, i -> candidates.contains("" + i));
    }

    @Test
    void isAppliedBeforeTopKAndAPostFilterAfter() {
        float[] query = WordsIndex.query(3);
        String body =
                "{\"size\":10,\"_source\":false,\"post_filter\":{\"term\":{\"parity\":\"odd\"}},"
                        + "\"query\":"
                        + VectorQuery.on("v", query).k(10).exact().json()
                        + "}";
        List<String> top =
                client.search(WordsIndex.ONE, VectorQuery.on("v", query).k(10).exact(), 10).ids();
        List<String> odd = top.stream().filter(id -> Integer.parseInt(id) % 2 == 1).toList();
        assertEquals(odd, client.search(WordsIndex.ONE, body).ids());
    }
}

package org.ivory.tests.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.VectorQuery;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Vectors of nested documents: document i has i mod 4 parts, each with a vector and a language. A
 * top-k query under {@code nested} finds k parents by the best part of each.
 */
@ExtendWith(SharedCluster.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NestedIT {
    private static final int DOCUMENTS = 400;
    private static final int NLIST = 16;
    private static final List<String> INDICES =
            List.of("nested-plain", "nested-celled", "nested-celled-3");

    private final Client client;
    private final float[][] vectors = Arrays.copyOf(WordsIndex.set().base(), 3 * DOCUMENTS);

    NestedIT(Client client) {
        this.client = client;
    }

    /** The vectors' numbers of document i's parts; part p of it is in language p. */
    private static int[] parts(int document) {
        return IntStream.range(0, document % 4).map(p -> 3 * document + p).toArray();
    }

    @BeforeAll
    void load() {
        int dimension = vectors[0].length;
        client.create(
                "nested-training", new IndexSpec().vector("v", dimension, Space.COSINE, null));
        new Bulk(client, "nested-training", "v").load(vectors);
        new Models(client).train("nested-16", "nested-training", "v", NLIST, Space.COSINE);
        for (String index : INDICES) {
            String model = index.equals("nested-plain") ? null : "nested-16";
            Map<String, Object> properties =
                    Map.of(
                            "v", IndexSpec.vectorMapping(dimension, Space.COSINE, model),
                            "language", Map.of("type", "integer"));
            client.create(
                    index,
                    new IndexSpec()
                            .shards(index.endsWith("3") ? 3 : 1)
                            .field("number", "integer")
                            .field("part", Map.of("type", "nested", "properties", properties)));
            for (int start = 0; start < DOCUMENTS; start += 100) {
                StringBuilder lines = new StringBuilder();
                for (int i = start; i < start + 100; i++) {
                    lines.append("{\"index\":{\"_id\":\"" + i + "\"}}\n").append(document(i));
                }
                Bulk.check(
                        client.http().post("/" + index + "/_bulk?refresh=true", lines.toString()));
            }
        }
    }

    private String document(int i) {
        List<String> parts =
                Arrays.stream(parts(i))
                        .mapToObj(v ->
                                "{\"language\":"
                                        + v % 3
                                        + ",\"v\":\""
                                        + Vectors.base64(vectors[v])
                                        + "\"}")
                        .toList();
        return "{\"number\":" + i + ",\"part\":[" + String.join(",", parts) + "]}\n";
    }

    /** The best score of a document's parts that pass, or -1 if it has none. */
    private double best(int document, float[] query, IntPredicate passes) {
        return Arrays.stream(parts(document))
                .filter(passes)
                .mapToDouble(v -> Space.COSINE.score(Space.COSINE.value(vectors[v], query)))
                .max()
                .orElse(-1);
    }

    private double[] best(float[] query, IntPredicate documents, IntPredicate parts, int k) {
        double[] scores =
                IntStream.range(0, DOCUMENTS)
                        .filter(documents)
                        .mapToDouble(i -> best(i, query, parts))
                        .filter(score -> score >= 0)
                        .map(score -> -score)
                        .sorted()
                        .limit(k)
                        .toArray();
        return Arrays.stream(scores).map(score -> -score).toArray();
    }

    private static String nested(VectorQuery query, String more) {
        return "{\"nested\":{\"path\":\"part\"" + more + ",\"query\":" + query.json() + "}}";
    }

    private static String search(String query, int size) {
        return "{\"size\":" + size + ",\"_source\":false,\"query\":" + query + "}";
    }

    private void assertBest(
            Hits hits, float[] query, IntPredicate documents, IntPredicate parts, int k) {
        double[] expected = best(query, documents, parts, k);
        assertEquals(expected.length, hits.size());
        for (int i = 0; i < expected.length; i++) {
            Hits.Hit hit = hits.list().get(i);
            assertEquals(expected[i], hit.score(), 1e-5, "rank " + i);
            assertEquals(best(hit.number(), query, parts), hit.score(), 1e-5, hit.id());
        }
    }

    @Test
    void kParentsByTheBestPartOfEach() {
        for (String index : INDICES) {
            for (int k : new int[] {1, 5, 50, 400}) {
                float[] query = WordsIndex.query(k % 7);
                for (VectorQuery asked :
                        List.of(
                                VectorQuery.on("part.v", query).k(k).exact(),
                                VectorQuery.on("part.v", query).k(k).nprobe(NLIST))) {
                    Hits hits =
                            client.search(
                                    index, search(nested(asked, ",\"score_mode\":\"max\""), k));
                    assertBest(hits, query, i -> true, v -> true, k);
                }
            }
        }
    }

    @Test
    void filterOnThePart() {
        float[] query = WordsIndex.query(1);
        String german = "{\"term\":{\"part.language\":1}}";
        for (String index : INDICES) {
            Hits hits =
                    client.search(
                            index,
                            search(
                                    nested(
                                            VectorQuery.on("part.v", query).k(10).filter(german),
                                            ",\"score_mode\":\"max\""),
                                    10));
            assertEquals(10, hits.size());
            Hits exact =
                    client.search(
                            index,
                            search(
                                    nested(
                                            VectorQuery.on("part.v", query)
                                                    .k(10)
                                                    .exact()
                                                    .filter(german),
                                            ",\"score_mode\":\"max\""),
                                    10));
            assertBest(exact, query, i -> true, v -> v % 3 == 1, 10);
        }
    }

    @Test
    void filterOnTheParent() {
        float[] query = WordsIndex.query(2);
        String few = "{\"range\":{\"number\":{\"lt\":40}}}";
        for (String index : INDICES) {
            Hits hits =
                    client.search(
                            index,
                            search(
                                    nested(
                                            VectorQuery.on("part.v", query)
                                                    .k(10)
                                                    .exact()
                                                    .filter(few),
                                            ",\"score_mode\":\"max\""),
                                    10));
            assertBest(hits, query, i -> i < 40, v -> true, 10);
        }
    }

    @Test
    void innerHitsShowTheBestPart() {
        float[] query = WordsIndex.query(3);
        for (String index : INDICES) {
            Hits hits =
                    client.search(
                            index,
                            search(
                                    nested(
                                            VectorQuery.on("part.v", query).k(5).exact(),
                                            ",\"score_mode\":\"max\",\"inner_hits\":{}"),
                                    5));
            assertEquals(5, hits.size());
            for (Hits.Hit hit : hits.list()) {
                JsonNode inner =
                        hit.json().path("inner_hits").path("part").path("hits").path("hits");
                assertTrue(inner.size() >= 1, hit.json().toString());
                assertEquals(hit.score(), inner.path(0).path("_score").asDouble(), 1e-5);
                int part = inner.path(0).path("_nested").path("offset").asInt();
                double value = Space.COSINE.value(vectors[parts(hit.number())[part]], query);
                assertEquals(Space.COSINE.score(value), hit.score(), 1e-5);
            }
        }
    }

    @Test
    void matchModeMatchesEveryPart() {
        float[] query = WordsIndex.query(4);
        long withParts = IntStream.range(0, DOCUMENTS).filter(i -> i % 4 != 0).count();
        for (String index : INDICES) {
            Hits hits =
                    client.search(
                            index,
                            search(
                                    nested(
                                            VectorQuery.on("part.v", query).nprobe(NLIST),
                                            ",\"score_mode\":\"max\""),
                                    DOCUMENTS));
            assertEquals(withParts, hits.total());
            assertBest(hits, query, i -> true, v -> true, DOCUMENTS);
        }
    }

    @Test
    void existsUnderNested() {
        for (String index : INDICES) {
            String exists =
                    "{\"nested\":{\"path\":\"part\",\"query\":{\"exists\":{\"field\":\"part.v\"}}}}";
            assertEquals(300, client.search(index, search(exists, 0)).total());
        }
    }

    @Test
    void withoutNestedTheFieldOfAPartIsNotTheDocuments() {
        float[] query = WordsIndex.query(5);
        Hits hits =
                client.search(
                        "nested-plain",
                        search(VectorQuery.on("part.v", query).k(10).exact().json(), 10));
        assertTrue(hits.size() <= 10);
    }
}

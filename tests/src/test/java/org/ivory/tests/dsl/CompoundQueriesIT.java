package org.ivory.tests.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.VectorQuery;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;

/** The ivory query as a part of the host's other queries. */
@ExtendWith(SharedCluster.class)
class CompoundQueriesIT {
    private static final int ALL = WordsIndex.DOCUMENTS;
    private static final List<String> BOTH = List.of(WordsIndex.ONE, WordsIndex.THREE);

    private final Client client;

    CompoundQueriesIT(Client client) {
        this.client = client;
    }

    @BeforeEach
    void load() {
        WordsIndex.ensure(client);
    }

    private static double score(float[] query, int document) {
        return Space.COSINE.score(Space.COSINE.value(WordsIndex.set().base()[document], query));
    }

    private static String whole(VectorQuery query) {
        return query.nprobe(WordsIndex.NLIST).json();
    }

    private Hits search(String index, String query, int size) {
        return client.search(
                index, "{\"size\":" + size + ",\"_source\":false,\"query\":" + query + "}");
    }

    private static void assertScores(Hits hits, java.util.function.IntToDoubleFunction expected) {
        assertTrue(hits.size() > 0, "no hit");
        for (Hits.Hit hit : hits.list()) {
            double score = expected.applyAsDouble(hit.number());
            assertEquals(score, hit.score(), 1e-5 * score, "document " + hit.id());
        }
    }

    @Test
    void boolMustAndFilter() {
        float[] query = WordsIndex.query(0);
        String must =
                "{\"bool\":{\"must\":"
                        + whole(VectorQuery.on("v", query))
                        + ",\"filter\":{\"term\":{\"parity\":\"odd\"}}}}";
        for (String index : BOTH) {
            Answers.areNearest(search(index, must, ALL), query, ALL, i -> i % 2 == 1);
        }
    }

    @Test
    void boolShouldAddsScores() {
        float[] query = WordsIndex.query(0);
        String should =
                "{\"bool\":{\"should\":["
                        + whole(VectorQuery.on("v", query))
                        + ",{\"constant_score\":{\"boost\":3,\"filter\":{\"term\":{\"decile\":4}}}}"
                        + "]}}";
        for (String index : BOTH) {
            Hits hits = search(index, should, ALL);
            assertEquals(ALL, hits.total());
            assertScores(hits, i -> score(query, i) + (i % 10 == 4 ? 3 : 0));
        }
    }

    @Test
    void boolMustNot() {
        float[] query = WordsIndex.query(0);
        String near = VectorQuery.on("v", query).exact().k(100).json();
        Hits hits = search(WordsIndex.ONE, "{\"bool\":{\"must_not\":" + near + "}}", ALL);
        assertEquals(ALL - 100, hits.total());
    }

    @Test
    void boolFilterGivesNoScore() {
        float[] query = WordsIndex.query(0);
        String near = VectorQuery.on("v", query).exact().k(100).json();
        Hits hits = search(WordsIndex.ONE, "{\"bool\":{\"filter\":" + near + "}}", ALL);
        assertEquals(100, hits.total());
        hits.list().forEach(hit -> assertEquals(0.0, hit.score()));
    }

    @Test
    void twoVectorQueriesAdd() {
        float[] first = WordsIndex.query(0);
        float[] second = WordsIndex.query(1);
        String both =
                "{\"bool\":{\"should\":["
                        + whole(VectorQuery.on("v", first))
                        + ","
                        + whole(VectorQuery.on("v", second))
                        + "]}}";
        for (String index : BOTH) {
            assertScores(search(index, both, ALL), i -> score(first, i) + score(second, i));
        }
    }

    /** Top-k in a bool: the k best of the shard, and the rest of the bool applies to them. */
    @Test
    void topKInABool() {
        float[] query = WordsIndex.query(2);
        String must =
                "{\"bool\":{\"must\":["
                        + VectorQuery.on("v", query).exact().k(20).json()
                        + ",{\"term\":{\"parity\":\"even\"}}]}}";
        List<String> even =
                client
                        .search(WordsIndex.ONE, VectorQuery.on("v", query).exact().k(20), 20)
                        .ids()
                        .stream()
                        .filter(id -> Integer.parseInt(id) % 2 == 0)
                        .toList();
        assertEquals(even.size(), search(WordsIndex.ONE, must, ALL).total());
    }

    @Test
    void boostMultiplies() {
        float[] query = WordsIndex.query(3);
        for (VectorQuery boosted :
                List.of(
                        VectorQuery.on("v", query).with("boost", 2.5).k(10),
                        VectorQuery.on("v", query).with("boost", 2.5))) {
            for (String index : BOTH) {
                assertScores(search(index, whole(boosted), 10), i -> 2.5 * score(query, i));
            }
        }
    }

    @Test
    void nameIsReported() {
        String named = VectorQuery.on("v", WordsIndex.query(3)).k(5).with("_name", "near").json();
        Hits hits =
                search(
                        WordsIndex.ONE,
                        "{\"bool\":{\"should\":[" + named + ",{\"match_all\":{}}]}}",
                        ALL);
        long matched =
                hits.list().stream()
                        .filter(hit ->
                                hit.json().path("matched_queries").toString().contains("near"))
                        .count();
        assertEquals(5, matched);
        assertEquals(ALL, hits.total());
    }

    @Test
    void functionScore() {
        float[] query = WordsIndex.query(5);
        String scored =
                "{\"function_score\":{\"query\":"
                        + whole(VectorQuery.on("v", query))
                        + ",\"field_value_factor\":{\"field\":\"number\",\"factor\":0.5},"
                        + "\"boost_mode\":\"sum\"}}";
        for (String index : BOTH) {
            assertScores(search(index, scored, ALL), i -> score(query, i) + 0.5 * i);
        }
    }

    @Test
    void scriptScoreSeesTheScore() {
        float[] query = WordsIndex.query(5);
        String scored =
                "{\"script_score\":{\"query\":"
                        + whole(VectorQuery.on("v", query).k(10))
                        + ",\"script\":{\"source\":\"_score * doc['number'].value\"}}}";
        assertScores(search(WordsIndex.ONE, scored, 10), i -> score(query, i) * i);
    }

    @Test
    void rescore() {
        float[] query = WordsIndex.query(5);
        String body =
                "{\"size\":10,\"_source\":false,\"query\":{\"range\":{\"number\":{\"lt\":100}}},"
                        + "\"rescore\":{\"window_size\":100,\"query\":{\"query_weight\":0,"
                        + "\"rescore_query\":"
                        + whole(VectorQuery.on("v", query))
                        + "}}}";
        Answers.areNearest(client.search(WordsIndex.ONE, body), query, 10, i -> i < 100);
    }

    @Test
    void disMaxAndConstantScoreAndBoosting() {
        float[] query = WordsIndex.query(6);
        String near = whole(VectorQuery.on("v", query));
        assertScores(
                search(WordsIndex.ONE, "{\"dis_max\":{\"queries\":[" + near + "]}}", ALL),
                i -> score(query, i));
        assertScores(
                search(WordsIndex.ONE, "{\"constant_score\":{\"filter\":" + near + "}}", ALL),
                i -> 1);
        assertScores(
                search(
                        WordsIndex.ONE,
                        "{\"boosting\":{\"negative_boost\":0.5,\"positive\":"
                                + near
                                + ",\"negative\":{\"term\":{\"parity\":\"odd\"}}}}",
                        ALL),
                i -> score(query, i) * (i % 2 == 1 ? 0.5 : 1));
    }

    @Test
    void explainTellsTheScore() {
        float[] query = WordsIndex.query(0);
        for (VectorQuery asked :
                List.of(VectorQuery.on("v", query).k(3), VectorQuery.on("v", query))) {
            JsonNode hits =
                    client.http()
                            .post(
                                    "/" + WordsIndex.ONE + "/_search",
                                    "{\"size\":3,\"explain\":true,\"query\":" + asked.json() + "}")
                            .ok()
                            .json()
                            .path("hits")
                            .path("hits");
            assertEquals(3, hits.size());
            for (JsonNode hit : hits) {
                JsonNode explanation = hit.path("_explanation");
                assertEquals(
                        hit.path("_score").asDouble(),
                        explanation.path("value").asDouble(),
                        1e-6,
                        explanation.toString());
                assertTrue(
                        explanation.toString().contains("inner product"), explanation.toString());
            }
        }
    }

    @Test
    void explainApi() {
        float[] query = WordsIndex.query(0);
        int nearest =
                client.search(WordsIndex.ONE, VectorQuery.on("v", query).exact().k(1), 1)
                        .list()
                        .get(0)
                        .number();
        String body = "{\"query\":" + VectorQuery.on("v", query).exact().k(1).json() + "}";
        JsonNode yes =
                client.http().post("/" + WordsIndex.ONE + "/_explain/" + nearest, body).ok().json();
        assertTrue(yes.path("matched").asBoolean(), yes.toString());
        assertEquals(score(query, nearest), yes.path("explanation").path("value").asDouble(), 1e-5);
        int other = nearest == 0 ? 1 : 0;
        JsonNode no =
                client.http().post("/" + WordsIndex.ONE + "/_explain/" + other, body).ok().json();
        assertTrue(!no.path("matched").asBoolean(true), no.toString());
    }

    @Test
    void profileNamesTheQuery() {
        for (VectorQuery asked :
                List.of(
                        VectorQuery.on("v", WordsIndex.query(0)).k(3),
                        VectorQuery.on("v", WordsIndex.query(0)),
                        VectorQuery.on("v", WordsIndex.query(0)).k(3).exact())) {
            JsonNode profile =
                    client.http()
                            .post(
                                    "/" + WordsIndex.THREE + "/_search",
                                    "{\"size\":3,\"profile\":true,\"query\":" + asked.json() + "}")
                            .ok()
                            .json()
                            .path("profile");
            assertEquals(3, profile.path("shards").size(), profile.toString());
            for (JsonNode shard : profile.path("shards")) {
                String text = shard.path("searches").toString();
                assertTrue(text.contains("Ivory") || text.contains("ivory"), text);
            }
        }
    }

    @Test
    void validateApi() {
        JsonNode answer =
                client.http()
                        .post(
                                "/" + WordsIndex.ONE + "/_validate/query?explain=true",
                                "{\"query\":"
                                        + VectorQuery.on("v", WordsIndex.query(0)).k(3).json()
                                        + "}")
                        .ok()
                        .json();
        assertTrue(answer.path("valid").asBoolean(), answer.toString());
    }
}

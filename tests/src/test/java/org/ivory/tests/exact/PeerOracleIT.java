package org.ivory.tests.exact;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.DataSet;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Json;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.VectorQuery;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The k-NN plugin, installed in the same node, is the oracle: an index that holds the same vectors
 * in a field of each plugin gives every document the same score from both, within 1e-5.
 */
@ExtendWith(SharedCluster.class)
class PeerOracleIT {
    private static final int DOCUMENTS = 500;
    private static final int QUERIES = 20;

    private final Client client;

    PeerOracleIT(Client client) {
        this.client = client;
    }

    @ParameterizedTest
    @EnumSource
    void sameScores(Space space) {
        DataSet set = set(space);
        String index = "oracle-" + space.type;
        Map<String, Object> peer =
                Map.of(
                        "type",
                        "knn_vector",
                        "dimension",
                        set.dimension(),
                        "space_type",
                        space.type,
                        "method",
                        Map.of("name", "hnsw", "engine", "lucene"));
        client.create(
                index,
                new IndexSpec()
                        .setting("index.knn", true)
                        .vector("ours", set.dimension(), space, null)
                        .field("peers", peer));
        new Bulk(client, index, "ours")
                .with(i -> "\"peers\":" + Vectors.array(set.base()[i]))
                .load(set.base(), 0, DOCUMENTS);
        for (int q = 0; q < QUERIES; q++) {
            float[] query = set.queries()[q];
            Map<String, Double> expected = scores(client.search(index, script(space, query)));
            assertEquals(DOCUMENTS, expected.size());
            compare(expected, ours(index, VectorQuery.on("ours", query).k(DOCUMENTS).exact()));
            compare(expected, ours(index, VectorQuery.on("ours", query)));
            Hits nearest = client.search(index, knn(query));
            assertTrue(nearest.size() > 0);
            scores(nearest).forEach((id, score) -> close(id, score, expected.get(id)));
        }
        client.drop(index);
    }

    private static DataSet set(Space space) {
        return switch (space) {
            case L2 -> DataSet.sift();
            case COSINE -> DataSet.glove();
            case IP -> DataSet.gloveInnerProduct();
        };
    }

    private Map<String, Double> ours(String index, VectorQuery query) {
        return scores(client.search(index, query, DOCUMENTS));
    }

    private static void compare(Map<String, Double> expected, Map<String, Double> ours) {
        assertEquals(expected.keySet(), ours.keySet());
        expected.forEach((id, score) -> close(id, score, ours.get(id)));
    }

    /** Within 1e-5 of the score itself: scores of l2 may be as small as that. */
    private static void close(String id, double expected, double ours) {
        assertEquals(expected, ours, 1e-5 * expected, "document " + id);
    }

    private static Map<String, Double> scores(Hits hits) {
        Map<String, Double> scores = new HashMap<>();
        hits.list().forEach(hit -> scores.put(hit.id(), hit.score()));
        return scores;
    }

    private static String script(Space space, float[] query) {
        Map<String, Object> params =
                Map.of("field", "peers", "query_value", query, "space_type", space.type);
        Map<String, Object> script = Map.of("source", "knn_score", "lang", "knn", "params", params);
        Map<String, Object> scored =
                Map.of("query", Map.of("match_all", Map.of()), "script", script);
        return Json.text(
                Map.of(
                        "size",
                        DOCUMENTS,
                        "_source",
                        false,
                        "query",
                        Map.of("script_score", scored)));
    }

    private static String knn(float[] query) {
        return "{\"size\":10,\"_source\":false,\"query\":{\"knn\":{\"peers\":{\"vector\":"
                + Arrays.toString(query)
                + ",\"k\":10}}}}";
    }
}

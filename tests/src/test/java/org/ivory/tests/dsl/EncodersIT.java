package org.ivory.tests.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.DataSet;
import org.ivory.tests.harness.Hits;
import org.ivory.tests.harness.Json;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.Recall;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.VectorQuery;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.Map;
import java.util.stream.Stream;

/** A model of each encoder, from the request to the hits. */
@ExtendWith(SharedCluster.class)
class EncodersIT {
    private static final String TRAINING = "encoders-training";
    private static final String INDEX = "encoders";
    private static final int NLIST = 16;
    private static final int K = 10;

    private final Client client;
    private final Models models;
    private final DataSet set = WordsIndex.set();

    EncodersIT(Client client) {
        this.client = client;
        this.models = new Models(client);
    }

    @BeforeEach
    void load() {
        client.create(TRAINING, WordsIndex.spec(1, null));
        new Bulk(client, TRAINING, "v").load(set.base());
    }

    @AfterEach
    void drop() {
        client.drop(TRAINING);
    }

    @TestFactory
    Stream<DynamicTest> encoders() {
        int d = set.dimension();
        int eights = (d + 7) / 8;
        return Stream.of(
                encoder("none", null, 0, 0),
                encoder("pq", "dims", 2, (d / 2 + 1) / 2),
                encoder("pq", "dims", 4, (d / 4 + 1) / 2),
                encoder("sq", "bits", 4, d / 2),
                encoder("sq", "bits", 8, d),
                encoder("rabitq", "bits", 1, eights + 12),
                encoder("rabitq", "bits", 2, 2 * eights + 12),
                encoder("rabitq", "bits", 4, 4 * eights + 12));
    }

    private DynamicTest encoder(String name, String parameter, int value, int codeSize) {
        Map<String, ?> asked =
                parameter == null
                        ? Map.of("name", name)
                        : Map.of("name", name, "parameters", Map.of(parameter, value));
        return DynamicTest.dynamicTest(
                name + " " + value,
                () -> {
                    String id = "encoders-" + name + value;
                    JsonNode model = train(id, asked);
                    assertEquals(Json.parse(Json.text(asked)), model.path("encoder"));
                    assertEquals(codeSize, model.path("code_size_in_bytes").asInt());
                    searched(id);
                    models.delete(id).ok();
                });
    }

    @TestFactory
    Stream<DynamicTest> withoutAWordTheLibraryChooses() {
        return Stream.of(
                DynamicTest.dynamicTest(
                        "automatic",
                        () -> {
                            JsonNode model = train("encoders-auto", null);
                            String chosen = model.path("encoder").path("name").asText();
                            assertFalse(chosen.isEmpty() || chosen.equals("auto"), chosen);
                            assertTrue(model.path("code_size_in_bytes").isInt());
                            searched("encoders-auto");
                            models.delete("encoders-auto").ok();
                        }));
    }

    private JsonNode train(String id, Map<String, ?> encoder) {
        Map<String, Object> body = Models.body(TRAINING, "v", NLIST, set.space());
        if (encoder != null) {
            body.put("encoder", encoder);
        }
        models.tryTrain(id, body).ok();
        return models.awaitState(id, "ready");
    }

    /** The nearest are found by estimates, if enough of them are compared exactly. */
    private void searched(String model) {
        client.create(INDEX, WordsIndex.spec(1, model));
        try {
            new Bulk(client, INDEX, "v").batch(700).refreshEach().load(set.base());
            double recall = 0;
            int queries = 20;
            for (int q = 0; q < queries; q++) {
                float[] query = WordsIndex.query(q);
                double[] truth = WordsIndex.nearest(query, K, i -> true);
                Hits hits = client.search(INDEX, asked(query), K);
                assertEquals(K, hits.list().size());
                recall += Recall.of(set, query, hits, truth) / queries;
                // A query vector may be sent as a document's: base64 of little-endian f32.
                VectorQuery same = asked(query).with("vector", Vectors.base64(query));
                assertEquals(hits.ids(), client.search(INDEX, same, K).ids());
            }
            assertTrue(recall >= 0.97, "recall " + recall);
        } finally {
            client.drop(INDEX);
        }
    }

    private static VectorQuery asked(float[] query) {
        return VectorQuery.on("v", query)
                .k(K)
                .nprobe(NLIST)
                .with("rescore", Map.of("oversample_factor", 20));
    }
}

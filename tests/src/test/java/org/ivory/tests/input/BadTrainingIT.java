package org.ivory.tests.input;

import org.ivory.tests.harness.Bulk;
import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Models;
import org.ivory.tests.harness.Refusals;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Training that cannot work, and models that do not fit a field, are refused. */
@ExtendWith(SharedCluster.class)
class BadTrainingIT {
    private static final String INDEX = "bad-training";
    private static final String EMPTY = "bad-training-empty";
    private static final String MODEL = "bad-training-good-model";

    private final Client client;
    private final Models models;

    BadTrainingIT(Client client) {
        this.client = client;
        this.models = new Models(client);
    }

    @BeforeEach
    void create() {
        IndexSpec spec = new IndexSpec().vector("v", 4, Space.L2, null).field("t", "text");
        client.create(INDEX, spec);
        client.create(EMPTY, spec);
        new Bulk(client, INDEX, "v").load(Vectors.random(7, 100, 4));
    }

    @AfterEach
    void drop() {
        client.drop(INDEX);
        client.drop(EMPTY);
    }

    @TestFactory
    Stream<DynamicTest> training() {
        return Stream.of(
                bad("empty index", Map.of("training_index", EMPTY), EMPTY),
                bad("unknown index", Map.of("training_index", "not-there"), "not-there"),
                bad("fewer vectors than cells", Map.of("nlist", 101), "101", "100"),
                bad("missing field", Map.of("training_field", "w"), "w", INDEX),
                bad("text field", Map.of("training_field", "t"), "t"),
                bad("nlist of 0", Map.of("nlist", 0), "nlist", "0"),
                bad("negative nlist", Map.of("nlist", -8), "nlist", "-8"),
                bad("huge nlist", Map.of("nlist", 1_000_000_000), "nlist", "1000000000"),
                bad("nlist as a word", Map.of("nlist", "many"), "nlist"),
                bad("another metric", Map.of("space_type", "cosinesimil"), "cosinesimil", "l2"),
                bad("unknown metric", Map.of("space_type", "l7"), "l7"),
                bad("no vectors to train on", Map.of("max_training_vector_count", 0), "0"),
                bad("fewer to train on than cells", Map.of("max_training_vector_count", 3), "3"),
                bad("seed as a word", Map.of("seed", "lucky"), "seed"),
                bad("unknown parameter", Map.of("iterationz", 3), "iterationz"),
                bad("encoder as a word", Map.of("encoder", "pq"), "encoder", "pq"),
                badEncoder("unknown encoder", Map.of("name", "pc"), "pc", "rabitq"),
                badEncoder("encoder without a name", Map.of("bits", 4), "encoder.name"),
                badEncoder("dims of 3", Map.of("name", "pq", "parameters", Map.of("dims", 3)), "3"),
                badEncoder(
                        "bits of pq",
                        Map.of("name", "pq", "parameters", Map.of("bits", 4)),
                        "encoder.parameters.bits"),
                badEncoder(
                        "bits as a word",
                        Map.of("name", "sq", "parameters", Map.of("bits", "few")),
                        "encoder.parameters.bits",
                        "few"),
                without("training_index"),
                without("training_field"));
    }

    private DynamicTest badEncoder(String name, Map<String, ?> encoder, String... words) {
        return bad(name, Map.of("encoder", encoder), words);
    }

    @TestFactory
    Stream<DynamicTest> requests() {
        Refusals refusals = new Refusals(client);
        return Stream.of(
                refusals.refused(
                        "no body",
                        () -> client.http().post("/_plugins/_ivory/models/x/_train", null)),
                refusals.refused(
                        "no JSON",
                        () -> client.http().post("/_plugins/_ivory/models/x/_train", "{\"a")),
                refusals.refused(
                        "an array",
                        () -> client.http().post("/_plugins/_ivory/models/x/_train", "[1]")),
                refusals.refused(
                        "empty id",
                        () ->
                                client.http()
                                        .post(
                                                "/_plugins/_ivory/models/%20/_train",
                                                "{\"training_index\":\"" + INDEX + "\"}")),
                refusals.refused("unknown model", () -> models.get("not-made"), "not-made"),
                refusals.refused(
                        "deleting an unknown model", () -> models.delete("not-made"), "not-made"));
    }

    @TestFactory
    Stream<DynamicTest> mappingsThatAModelDoesNotFit() {
        if (models.get(MODEL).status() == 404) {
            models.train(MODEL, INDEX, "v", 8, Space.L2);
        }
        Refusals refusals = new Refusals(client);
        return Stream.of(
                refusals.refused(
                        "model of another dimension",
                        () ->
                                client.http()
                                        .put(
                                                "/bad-training-other",
                                                new IndexSpec()
                                                        .vector("w", 5, Space.L2, MODEL)
                                                        .json()),
                        "w",
                        "5",
                        MODEL),
                refusals.refused(
                        "model of another metric",
                        () ->
                                client.http()
                                        .put(
                                                "/bad-training-other",
                                                new IndexSpec()
                                                        .vector("w", 4, Space.IP, MODEL)
                                                        .json()),
                        "w",
                        "innerproduct",
                        MODEL));
    }

    private DynamicTest bad(String name, Map<String, Object> changes, String... mentioned) {
        Map<String, Object> body = Models.body(INDEX, "v", 8, Space.L2);
        body.putAll(changes);
        return request(name, body, mentioned);
    }

    private DynamicTest without(String parameter) {
        Map<String, Object> body = new LinkedHashMap<>(Models.body(INDEX, "v", 8, Space.L2));
        body.remove(parameter);
        return request("without " + parameter, body, parameter);
    }

    private DynamicTest request(String name, Map<String, Object> body, String... mentioned) {
        return new Refusals(client)
                .refused(name, () -> models.tryTrain("bad-training-model", body), mentioned);
    }
}

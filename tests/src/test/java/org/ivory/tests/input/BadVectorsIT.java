package org.ivory.tests.input;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.Refusals;
import org.ivory.tests.harness.Reply;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.VectorQuery;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Documents whose vector is no good are refused, and only they. */
@ExtendWith(SharedCluster.class)
class BadVectorsIT {
    private static final String INDEX = "bad-vectors";
    private static final float[] GOOD = {1, 2, 3, 4};

    private final Client client;
    private final Refusals refusals;

    BadVectorsIT(Client client) {
        this.client = client;
        this.refusals = new Refusals(client);
    }

    @BeforeEach
    void create() {
        client.create(
                INDEX,
                new IndexSpec()
                        .vector("embedding", 4, Space.L2, null)
                        .vector("angle", 4, Space.COSINE, null)
                        .vector("product", 4, Space.IP, null));
    }

    /** A vector as JSON text, and what the refusal must say beside the field. */
    private record Bad(String name, String field, String json, String... mentioned) {}

    private static final List<Bad> BAD =
            List.of(
                    new Bad("too few numbers", "embedding", "[1,2,3]", "3", "4"),
                    new Bad("too many numbers", "embedding", "[1,2,3,4,5]", "5", "4"),
                    new Bad("NaN", "embedding", "[1,NaN,3,4]", "NaN"),
                    new Bad("infinity", "embedding", "[1,2,Infinity,4]", "Infinity"),
                    new Bad("negative infinity", "embedding", "[1,2,-Infinity,4]", "Infinity"),
                    new Bad("beyond f32", "embedding", "[1,2,3,1e39]", "e39"),
                    new Bad("below f32", "embedding", "[-3.5e38,2,3,4]", "-3.5e38"),
                    new Bad("beyond f64", "embedding", "[1,2,3,1e400]"),
                    new Bad("integer beyond f32", "embedding", "[1,2,3," + "9".repeat(60) + "]"),
                    new Bad("string in the array", "embedding", "[1,\"two\",3,4]", "two"),
                    new Bad("number as a string", "embedding", "[1,\"2\",3,4]", "2"),
                    new Bad("boolean in the array", "embedding", "[1,true,3,4]", "true"),
                    new Bad("nested array", "embedding", "[1,[2],3,4]"),
                    new Bad("two vectors", "embedding", "[[1,2,3,4],[5,6,7,8]]"),
                    new Bad("two base64 vectors", "embedding", twoStrings()),
                    new Bad("object in the array", "embedding", "[1,{\"a\":2},3,4]"),
                    new Bad("empty array", "embedding", "[]", "4"),
                    new Bad("null element", "embedding", "[1,null,3,4]", "null"),
                    new Bad("broken base64", "embedding", "\"AAAA*AAA\"", "AAAA*AAA"),
                    new Bad("empty string", "embedding", "\"\""),
                    new Bad("base64 of too few bytes", "embedding", string(1, 2, 3), "4"),
                    new Bad("base64 of too many bytes", "embedding", string(1, 2, 3, 4, 5), "4"),
                    new Bad("base64 of half a number", "embedding", "\"AACAPwAAAEA/\""),
                    new Bad("base64 of NaN", "embedding", string(1, Float.NaN, 3, 4), "NaN"),
                    new Bad(
                            "base64 of infinity",
                            "product",
                            string(1, 2, 3, Float.POSITIVE_INFINITY),
                            "Infinity"),
                    new Bad("one number", "embedding", "1.5", "1.5"),
                    new Bad("boolean", "embedding", "true", "true"),
                    new Bad("object", "embedding", "{\"x\":1}"),
                    new Bad("zero vector under cosine", "angle", "[0,0,0,0]", "zero"),
                    new Bad(
                            "zero vector under cosine, base64",
                            "angle",
                            string(0, 0, 0, 0),
                            "zero"),
                    new Bad("length below f32 under cosine", "angle", "[1e-30,0,0,0]"),
                    new Bad("length beyond f32 under cosine", "angle", "[3e38,3e38,3e38,3e38]"));

    private static String string(float... vector) {
        return "\"" + Vectors.base64(vector) + "\"";
    }

    private static String twoStrings() {
        return "[" + string(1, 2, 3, 4) + "," + string(5, 6, 7, 8) + "]";
    }

    @TestFactory
    Stream<DynamicTest> oneDocument() {
        return BAD.stream().map(bad -> refusals.refused(bad.name, () -> index(bad), said(bad)));
    }

    /** But for the words that are no JSON: there the host's own parser refuses the whole body. */
    @TestFactory
    Stream<DynamicTest> oneDocumentByUpdate() {
        client.put(INDEX, "u", document("embedding", Vectors.array(GOOD)));
        return BAD.stream()
                .filter(bad -> !bad.json.matches(".*(NaN|Infinity)\\b.*"))
                .map(bad ->
                        refusals.refused(
                                bad.name,
                                () ->
                                        client.http()
                                                .post(
                                                        "/" + INDEX + "/_update/u",
                                                        "{\"doc\":"
                                                                + document(bad.field, bad.json)
                                                                + "}"),
                                said(bad)));
    }

    @Test
    void goodOnesOfABulkAreIndexed() {
        StringBuilder lines = new StringBuilder();
        int count = 0;
        for (Bad bad : BAD) {
            lines.append(action("bad" + count)).append(document(bad.field, bad.json)).append('\n');
            lines.append(action("good" + count++))
                    .append(document("embedding", Vectors.array(GOOD)))
                    .append('\n');
        }
        JsonNode items =
                client.http()
                        .post("/" + INDEX + "/_bulk?refresh=true", lines.toString())
                        .ok()
                        .json()
                        .path("items");
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < BAD.size(); i++) {
            JsonNode bad = items.path(2 * i).path("index");
            if (bad.path("status").asInt() != 400
                    || !bad.path("error").toString().contains(BAD.get(i).field)) {
                wrong.add(BAD.get(i).name + ": " + bad);
            }
            if (items.path(2 * i + 1).path("index").path("status").asInt() != 201) {
                wrong.add("good document after " + BAD.get(i).name + ": " + items.path(2 * i + 1));
            }
        }
        assertTrue(wrong.isEmpty(), String.join("\n", wrong));
        refusals.holds(INDEX, BAD.size());
        assertEquals(
                BAD.size(),
                client.search(INDEX, VectorQuery.on("embedding", GOOD).k(1000), 1000).size());
    }

    @Test
    void twoVectorsOfOneFieldByADuplicateKey() {
        client.http()
                .put("/" + INDEX + "/_doc/1", "{\"embedding\":[1,2,3,4],\"embedding\":[5,6,7,8]}")
                .refused("embedding");
        refusals.holds(INDEX, 0);
    }

    @Test
    void twoVectorsOfOneFieldByAnArrayOfObjects() {
        client.create(
                INDEX,
                new IndexSpec()
                        .field(
                                "part",
                                java.util.Map.of(
                                        "properties",
                                        java.util.Map.of(
                                                "v", IndexSpec.vectorMapping(4, Space.L2, null)))));
        client.http()
                .put("/" + INDEX + "/_doc/1", "{\"part\":[{\"v\":[1,2,3,4]},{\"v\":[5,6,7,8]}]}")
                .refused("part.v");
        refusals.holds(INDEX, 0);
    }

    @Test
    void aDocumentWithoutVectorIsFine() {
        client.put(INDEX, "1", "{\"embedding\":null}");
        client.put(INDEX, "2", "{}");
        client.put(INDEX, "3", document("embedding", Vectors.array(GOOD)));
        refusals.holds(INDEX, 3);
        assertEquals(
                List.of("3"),
                client.search(INDEX, VectorQuery.on("embedding", GOOD).k(10), 10).ids());
    }

    private Reply index(Bad bad) {
        return client.http().put("/" + INDEX + "/_doc/bad", document(bad.field, bad.json));
    }

    private static String[] said(Bad bad) {
        return Stream.concat(Stream.of(bad.field), Stream.of(bad.mentioned)).toArray(String[]::new);
    }

    private static String document(String field, String vector) {
        return "{\"" + field + "\":" + vector + "}";
    }

    private static String action(String id) {
        return "{\"index\":{\"_id\":\"" + id + "\"}}\n";
    }
}

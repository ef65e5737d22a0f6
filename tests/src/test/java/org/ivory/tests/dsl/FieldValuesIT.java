package org.ivory.tests.dsl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;

import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.IndexSpec;
import org.ivory.tests.harness.SharedCluster;
import org.ivory.tests.harness.Space;
import org.ivory.tests.harness.Vectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

/** What a document gives back: its source as it was sent, and the vector by the other ways. */
@ExtendWith(SharedCluster.class)
class FieldValuesIT {
    private static final String INDEX = "field-values";
    private static final float[] VECTOR = {0.1f, -2.5f, 3e-7f, 1234.5f};
    private static final String TEXT = "[0.10, -25e-1,3E-7,1234.500]";

    private final Client client;

    FieldValuesIT(Client client) {
        this.client = client;
    }

    @BeforeEach
    void load() {
        client.create(
                INDEX,
                new IndexSpec()
                        .vector("l2", 4, Space.L2, null)
                        .vector("cosine", 4, Space.COSINE, null)
                        .vector("ip", 4, Space.IP, null)
                        .field("title", "keyword"));
        client.put(INDEX, "array", document(TEXT));
        client.put(INDEX, "base64", document("\"" + Vectors.base64(VECTOR) + "\""));
        client.put(INDEX, "none", "{\"title\":\"x\"}");
        client.put(INDEX, "null", "{\"l2\":null,\"cosine\":null}");
        client.refresh(INDEX);
    }

    private static String document(String vector) {
        return "{\"l2\":" + vector + ",\"cosine\":" + vector + ",\"ip\":" + vector + "}";
    }

    @Test
    void sourceIsUntouched() {
        String array = client.http().get("/" + INDEX + "/_source/array").ok().body();
        assertEquals(document(TEXT), array);
        String base64 = client.http().get("/" + INDEX + "/_source/base64").ok().body();
        assertEquals(document("\"" + Vectors.base64(VECTOR) + "\""), base64);
    }

    @Test
    void sourceIsUntouchedInHits() {
        JsonNode hits =
                client.http()
                        .post(
                                "/" + INDEX + "/_search",
                                "{\"query\":{\"ids\":{\"values\":[\"array\"]}}}")
                        .ok()
                        .json()
                        .path("hits")
                        .path("hits");
        assertEquals(4, hits.path(0).path("_source").path("cosine").size());
        assertEquals(1234.5, hits.path(0).path("_source").path("cosine").path(3).asDouble());
    }

    @ParameterizedTest
    @ValueSource(strings = {"l2", "cosine", "ip"})
    void existsFindsDocumentsWithAVector(String field) {
        String body = "{\"query\":{\"exists\":{\"field\":\"" + field + "\"}},\"sort\":[\"_doc\"]}";
        assertEquals(
                List.of("array", "base64"),
                client.search(INDEX, body).ids().stream().sorted().toList());
        String missing =
                "{\"query\":{\"bool\":{\"must_not\":{\"exists\":{\"field\":\"" + field + "\"}}}}}";
        assertEquals(
                List.of("none", "null"),
                client.search(INDEX, missing).ids().stream().sorted().toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"l2", "cosine", "ip"})
    void docvalueFieldsGiveTheOriginalVector(String field) {
        for (String id : List.of("array", "base64")) {
            JsonNode values = fields(id, "\"docvalue_fields\":[\"" + field + "\"]").path(field);
            assertSame(values, field + " of " + id);
        }
        assertTrue(fields("none", "\"docvalue_fields\":[\"" + field + "\"]").isMissingNode());
    }

    @ParameterizedTest
    @ValueSource(strings = {"l2", "cosine", "ip"})
    void fieldsGiveTheOriginalVector(String field) {
        for (String id : List.of("array", "base64")) {
            JsonNode values = fields(id, "\"fields\":[\"" + field + "\"]").path(field);
            assertSame(values, field + " of " + id);
        }
    }

    private JsonNode fields(String id, String asked) {
        return client.http()
                .post(
                        "/" + INDEX + "/_search",
                        "{\"query\":{\"ids\":{\"values\":[\"" + id + "\"]}}," + asked + "}")
                .ok()
                .json()
                .path("hits")
                .path("hits")
                .path(0)
                .path("fields");
    }

    /** A list of the vector's numbers, or a list that holds the vector as a list. */
    private static void assertSame(JsonNode values, String context) {
        JsonNode vector = values.path(0).isArray() ? values.path(0) : values;
        assertEquals(VECTOR.length, vector.size(), context + ": " + values);
        for (int i = 0; i < VECTOR.length; i++) {
            double expected = VECTOR[i];
            assertEquals(
                    expected, vector.path(i).asDouble(), 1e-5 * 1234.5, context + ": " + values);
            assertEquals(1.0, vector.path(i).asDouble() / expected, 1e-5, context + ": " + values);
        }
    }

    @Test
    void fieldCapabilities() {
        JsonNode caps = client.http().get("/" + INDEX + "/_field_caps?fields=l2").ok().json();
        JsonNode type = caps.path("fields").path("l2").path("ivory_vector");
        assertTrue(type.path("searchable").asBoolean(), caps.toString());
        assertTrue(!type.path("aggregatable").asBoolean(true), caps.toString());
    }

    @Test
    void mappingIsGivenBackAsItWas() {
        client.create(
                INDEX,
                new IndexSpec()
                        .field(
                                "v",
                                java.util.Map.of(
                                        "type",
                                        "ivory_vector",
                                        "dimension",
                                        3,
                                        "space_type",
                                        "cosinesimil",
                                        "meta",
                                        java.util.Map.of("unit", "none"))));
        JsonNode mapping =
                client.http()
                        .get("/" + INDEX + "/_mapping")
                        .ok()
                        .json()
                        .path(INDEX)
                        .path("mappings")
                        .path("properties")
                        .path("v");
        assertEquals("ivory_vector", mapping.path("type").asText());
        assertEquals(3, mapping.path("dimension").asInt());
        assertEquals("cosinesimil", mapping.path("space_type").asText());
        assertEquals("none", mapping.path("meta").path("unit").asText(), mapping.toString());
    }
}

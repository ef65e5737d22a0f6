package org.ivory.tests.harness;

import com.fasterxml.jackson.databind.JsonNode;

/** What {@code GET /_plugins/_ivory/stats} tells. */
public record Stats(JsonNode json) {

    public static Stats of(Client client) {
        return new Stats(client.http().get("/_plugins/_ivory/stats").ok().json());
    }

    /** Vectors compared with a query since the nodes started, of all nodes together. */
    public long vectorsScanned() {
        return total("/search/vectors_scanned");
    }

    /** A counter of all nodes together; fails the test if there is none. */
    public long total(String pointer) {
        JsonNode value = json.path("total").at(pointer);
        if (!value.isNumber()) {
            throw new AssertionError("no number at [" + pointer + "] of total: " + json);
        }
        return value.asLong();
    }

    /** Whether no node has a model on the way into its memory. */
    public boolean hasAllModels() {
        for (JsonNode node : json.path("nodes")) {
            for (JsonNode model : node.path("models").path("held")) {
                if (model.path("state").asText().matches("loading|failed")) {
                    return false;
                }
            }
        }
        return true;
    }

    /** What the only node tells; fails the test if there are more. */
    public JsonNode node() {
        if (json.path("nodes").size() != 1) {
            throw new AssertionError("not one node: " + json);
        }
        return json.path("nodes").iterator().next();
    }
}

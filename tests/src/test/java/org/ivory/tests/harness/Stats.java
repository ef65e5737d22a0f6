package org.ivory.tests.harness;

import com.fasterxml.jackson.databind.JsonNode;

/** What {@code GET /_plugins/_ivory/stats} tells, summed over the nodes. */
public record Stats(JsonNode json) {

    public static Stats of(Client client) {
        return new Stats(client.http().get("/_plugins/_ivory/stats").ok().json());
    }

    /** Vectors compared with a query since the nodes started. */
    public long vectorsScanned() {
        return sum("vectors_scanned");
    }

    /** The sum of a counter over all nodes; fails the test if no node has it. */
    public long sum(String counter) {
        var values = json.findValues(counter);
        if (values.isEmpty()) {
            throw new AssertionError("no [" + counter + "] in stats: " + json);
        }
        return values.stream().mapToLong(JsonNode::asLong).sum();
    }
}

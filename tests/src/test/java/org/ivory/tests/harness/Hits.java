package org.ivory.tests.harness;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * The hits of a search, best first.
 *
 * @param total the number of all hits, of which {@code list} may hold a part
 */
public record Hits(List<Hit> list, long total) {

    /** One document; {@code json} is the whole entry. */
    public record Hit(String id, double score, JsonNode json) {
        /** The id as the vector's number. */
        public int number() {
            return Integer.parseInt(id);
        }
    }

    /** Fails the test if a shard failed, the search timed out, or an id stands twice. */
    public static Hits of(Reply reply) {
        return of(reply.ok().json(), reply.toString());
    }

    /** As {@link #of(Reply)}, of one response among several. */
    public static Hits of(JsonNode response, String context) {
        if (response.path("_shards").path("failed").asInt(-1) != 0
                || response.path("timed_out").asBoolean(true)) {
            throw new AssertionError("shards failed or search timed out: " + context);
        }
        List<Hit> list = new ArrayList<>();
        HashSet<String> seen = new HashSet<>();
        for (JsonNode hit : response.path("hits").path("hits")) {
            String id = hit.path("_id").asText();
            if (!seen.add(hit.path("_index").asText() + "/" + id)) {
                throw new AssertionError("document [" + id + "] twice: " + context);
            }
            list.add(new Hit(id, hit.path("_score").asDouble(Double.NaN), hit));
        }
        return new Hits(list, response.path("hits").path("total").path("value").asLong(-1));
    }

    /** The ids, best first. */
    public List<String> ids() {
        return list.stream().map(Hit::id).toList();
    }

    public int size() {
        return list.size();
    }
}

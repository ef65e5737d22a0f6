package org.ivory.tests.harness;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/** What tests do with indices, in one line each; every step must succeed. */
public final class Client {
    private final Http http;

    public Client(Http http) {
        this.http = http;
    }

    public Http http() {
        return http;
    }

    /** Deletes {@code index} if it exists and creates it. */
    public void create(String index, IndexSpec spec) {
        drop(index);
        http.put("/" + index, spec.json()).ok();
    }

    public void drop(String index) {
        http.delete("/" + index + "?ignore_unavailable=true").ok();
    }

    public void refresh(String index) {
        http.post("/" + index + "/_refresh", null).ok();
    }

    public void flush(String index) {
        http.post("/" + index + "/_flush?force=true&wait_if_ongoing=true", null).ok();
    }

    /** Merges every shard into one segment, without its deleted documents. */
    public void merge(String index) {
        http.post("/" + index + "/_forcemerge?max_num_segments=1", null).ok();
        refresh(index);
    }

    public void put(String index, String id, String source) {
        http.put("/" + index + "/_doc/" + id, source).ok();
    }

    public long count(String index) {
        return http.get("/" + index + "/_count").ok().json().path("count").asLong();
    }

    /** Numbers of documents, deleted documents and segments of all primaries. */
    public Segments segments(String index) {
        JsonNode primaries =
                http.get("/" + index + "/_stats/segments,docs")
                        .ok()
                        .json()
                        .path("_all")
                        .path("primaries");
        return new Segments(
                primaries.path("docs").path("count").asInt(),
                primaries.path("docs").path("deleted").asInt(),
                primaries.path("segments").path("count").asInt());
    }

    /** See {@link #segments}. */
    public record Segments(int documents, int deleted, int segments) {}

    /** Runs a search body. */
    public Hits search(String index, String body) {
        return Hits.of(http.post("/" + index + "/_search", body));
    }

    /** Runs the query; {@code size} hits without source. */
    public Hits search(String index, VectorQuery query, int size) {
        return search(index, query.search(size));
    }

    /** Runs several bodies by {@code _msearch}. */
    public List<Hits> searchMany(String index, List<String> bodies) {
        StringBuilder lines = new StringBuilder();
        bodies.forEach(body -> lines.append("{}\n").append(body).append('\n'));
        JsonNode responses =
                http.post("/" + index + "/_msearch", lines.toString())
                        .ok()
                        .json()
                        .path("responses");
        List<Hits> all = new ArrayList<>();
        for (int i = 0; i < bodies.size(); i++) {
            String context =
                    Json.shortened(bodies.get(i))
                            + "\n-> "
                            + Json.shortened(responses.path(i).toString());
            all.add(Hits.of(responses.path(i), context));
        }
        return all;
    }
}

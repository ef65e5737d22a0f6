package org.ivory.tests.harness;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.function.IntFunction;

/** Bulk indexing of vectors as base64; document i has the id i. */
public final class Bulk {
    private static final int BATCH = 2000;

    private final Http http;
    private final String index;
    private final String field;
    private IntFunction<String> more = i -> "";
    private int batch = BATCH;
    private boolean refreshEach;

    public Bulk(Client client, String index, String field) {
        this.http = client.http();
        this.index = index;
        this.field = field;
    }

    /** Further members of document i: {@code "tag":"a"} and so on. */
    public Bulk with(IntFunction<String> members) {
        this.more = i -> "," + members.apply(i);
        return this;
    }

    /** Documents a request. */
    public Bulk batch(int documents) {
        this.batch = documents;
        return this;
    }

    /** Refreshes after each request, so that each leaves a segment. */
    public Bulk refreshEach() {
        this.refreshEach = true;
        return this;
    }

    /** Indexes the vectors {@code from} up to {@code to} and refreshes. */
    public void load(float[][] vectors, int from, int to) {
        for (int start = from; start < to; start += batch) {
            int end = Math.min(to, start + batch);
            check(http.post(path(refreshEach), body(vectors, start, end)));
        }
        http.post("/" + index + "/_refresh", null).ok();
    }

    /** Indexes all vectors and refreshes. */
    public void load(float[][] vectors) {
        load(vectors, 0, vectors.length);
    }

    /** The body of one request. */
    public String body(float[][] vectors, int from, int to) {
        StringBuilder lines = new StringBuilder();
        for (int i = from; i < to; i++) {
            lines.append("{\"index\":{\"_id\":\"").append(i).append("\"}}\n{\"").append(field);
            lines.append("\":\"").append(Vectors.base64(vectors[i])).append('"');
            lines.append(more.apply(i)).append("}\n");
        }
        return lines.toString();
    }

    /** Deletes the documents whose numbers are given and refreshes. */
    public void delete(Iterable<Integer> numbers) {
        StringBuilder lines = new StringBuilder();
        numbers.forEach(i -> lines.append("{\"delete\":{\"_id\":\"" + i + "\"}}\n"));
        check(http.post(path(true), lines.toString()));
    }

    private String path(boolean refresh) {
        return "/" + index + "/_bulk?refresh=" + refresh;
    }

    /** Fails the test with the first item that failed, if one did. */
    public static void check(Reply reply) {
        JsonNode json = reply.ok().json();
        if (json.path("errors").asBoolean(true)) {
            for (JsonNode item : json.path("items")) {
                JsonNode action = item.iterator().next();
                if (action.has("error")) {
                    throw new AssertionError("bulk item failed: " + action);
                }
            }
            throw new AssertionError("bulk without its answer: " + reply);
        }
    }
}

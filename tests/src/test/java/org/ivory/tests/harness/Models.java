package org.ivory.tests.harness;

import com.fasterxml.jackson.databind.JsonNode;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Training, watching and deleting models. */
public final class Models {
    private static final String PATH = "/_plugins/_ivory/models";
    private static final long CHUNK = 1 << 20;

    private final Http http;

    public Models(Client client) {
        this.http = client.http();
    }

    /** The body of a training request with a fixed seed. */
    public static Map<String, Object> body(String index, String field, int nlist, Space space) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("training_index", index);
        body.put("training_field", field);
        body.put("nlist", nlist);
        body.put("space_type", space.type);
        body.put("seed", 42);
        return body;
    }

    /** Asks for a training and returns whatever came. */
    public Reply tryTrain(String id, Map<String, Object> body) {
        return http.post(PATH + "/" + id + "/_train", Json.text(body));
    }

    /** Trains and waits until the model is ready; returns its description. */
    public JsonNode train(String id, String index, String field, int nlist, Space space) {
        tryTrain(id, body(index, field, nlist, space)).ok();
        return awaitState(id, "ready");
    }

    /** Waits for a state; fails at once if the training failed and that was not awaited. */
    public JsonNode awaitState(String id, String state) {
        return Await.until(
                "model [" + id + "] " + state,
                Duration.ofSeconds(240),
                () -> {
                    JsonNode model = describe(id);
                    String now = model.path("state").asText();
                    if (now.equals("failed") && !state.equals("failed")) {
                        throw new AssertionError("training failed: " + model);
                    }
                    return now.equals(state) ? model : null;
                });
    }

    /** The description of one model, which must exist. */
    public JsonNode describe(String id) {
        return get(id).ok().json();
    }

    public Reply get(String id) {
        return http.get(PATH + "/" + id);
    }

    public Reply list() {
        return http.get(PATH);
    }

    /** Sends a model's file. */
    public Reply put(String id, byte[] file) {
        return http.put(PATH + "/" + id, file);
    }

    /** The file of a model, which must exist. */
    public byte[] export(String id) {
        return http.file(PATH + "/" + id + "/_export");
    }

    /** Has a model's file written into a repository. */
    public Reply exportTo(String id, String repository, String path) {
        return http.post(PATH + "/" + id + "/_export", named(repository, path));
    }

    /** Imports a model's file from a repository. */
    public Reply importFrom(String id, String repository, String path) {
        return http.post(PATH + "/" + id + "/_import", named(repository, path));
    }

    /** The task of a training under way by its id, or null if there is none. */
    public Map.Entry<String, JsonNode> trainingTask() {
        JsonNode nodes =
                http.get("/_tasks?detailed=true&actions=*ivory*train*").ok().json().path("nodes");
        for (JsonNode node : nodes) {
            for (Map.Entry<String, JsonNode> task : node.path("tasks").properties()) {
                return task;
            }
        }
        return null;
    }

    /** The number of documents that hold parts of models. */
    public long chunks() {
        http.post("/.ivory-models/_refresh", null).ok();
        return http.get("/.ivory-models/_count").ok().json().path("count").asLong();
    }

    /** The number of chunks that belong to no model: a deleted model's go some time after it. */
    public long strayChunks() {
        long needed = 0;
        for (JsonNode model : list().ok().json().path("models")) {
            needed += Math.ceilDiv(model.path("size_in_bytes").asLong(), CHUNK);
        }
        return chunks() - needed;
    }

    /** Waits until the chunks of models deleted before are gone. */
    public void awaitSwept() {
        Await.until(
                "chunks of no model gone",
                Duration.ofSeconds(180),
                () -> strayChunks() == 0 ? true : null);
    }

    private static String named(String repository, String path) {
        return Json.text(Map.of("repository", repository, "path", path));
    }

    /** Deletes every model; no mapping may name one. */
    public void deleteAll() {
        list().ok().json().path("models").forEach(m -> delete(m.path("model_id").asText()).ok());
    }

    public Reply delete(String id) {
        return http.delete(PATH + "/" + id);
    }
}

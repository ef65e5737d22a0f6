package org.ivory.tests.harness;

import java.util.LinkedHashMap;
import java.util.Map;

/** The JSON of an {@code ivory} query. */
public final class VectorQuery {
    private final String field;
    private final Map<String, Object> parameters = new LinkedHashMap<>();

    private VectorQuery(String field) {
        this.field = field;
    }

    public static VectorQuery on(String field, float[] vector) {
        return new VectorQuery(field).with("vector", vector);
    }

    public VectorQuery k(int k) {
        return with("k", k);
    }

    public VectorQuery nprobe(int nprobe) {
        return with("nprobe", nprobe);
    }

    /** Compares so many times {@code k} of the best estimates exactly. */
    public VectorQuery rescoring(int factor) {
        return with("rescore", Map.of("oversample_factor", factor));
    }

    public VectorQuery exact() {
        return with("exact", true);
    }

    /** A filter as JSON. */
    public VectorQuery filter(String json) {
        return with("filter", Json.parse(json));
    }

    public VectorQuery maxDistance(double distance) {
        return with("max_distance", distance);
    }

    public VectorQuery minScore(double score) {
        return with("min_score", score);
    }

    public VectorQuery with(String parameter, Object value) {
        parameters.put(parameter, value);
        return this;
    }

    /** The query alone, to stand in another. */
    public String json() {
        return Json.text(Map.of("ivory", Map.of(field, parameters)));
    }

    /** A whole search body: {@code size} hits without their source. */
    public String search(int size) {
        return "{\"size\":" + size + ",\"_source\":false,\"query\":" + json() + "}";
    }
}

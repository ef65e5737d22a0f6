package org.ivory.tests.harness;

import java.util.LinkedHashMap;
import java.util.Map;

/** The body of an index creation, put together step by step. */
public final class IndexSpec {
    private final Map<String, Object> settings = new LinkedHashMap<>();
    private final Map<String, Object> properties = new LinkedHashMap<>();

    /** One shard, no replica, refreshed only on demand. */
    public IndexSpec() {
        settings.put("index.number_of_shards", 1);
        settings.put("index.number_of_replicas", 0);
        settings.put("index.refresh_interval", "-1");
    }

    public IndexSpec shards(int count) {
        return setting("index.number_of_shards", count);
    }

    public IndexSpec replicas(int count) {
        return setting("index.number_of_replicas", count);
    }

    public IndexSpec setting(String key, Object value) {
        settings.put(key, value);
        return this;
    }

    /** A field of any type with no further parameter. */
    public IndexSpec field(String name, String type) {
        return field(name, Map.of("type", type));
    }

    /** A field with a whole mapping. */
    public IndexSpec field(String name, Map<String, ?> mapping) {
        properties.put(name, mapping);
        return this;
    }

    /** A vector field; {@code model} may be null. */
    public IndexSpec vector(String name, int dimension, Space space, String model) {
        return field(name, vectorMapping(dimension, space, model));
    }

    /** The mapping of a vector field; {@code model} may be null. */
    public static Map<String, Object> vectorMapping(int dimension, Space space, String model) {
        Map<String, Object> mapping = new LinkedHashMap<>();
        mapping.put("type", "ivory_vector");
        mapping.put("dimension", dimension);
        mapping.put("space_type", space.type);
        if (model != null) {
            mapping.put("model", model);
        }
        return mapping;
    }

    /** The whole body. */
    public String json() {
        return Json.text(
                Map.of("settings", settings, "mappings", Map.of("properties", properties)));
    }
}

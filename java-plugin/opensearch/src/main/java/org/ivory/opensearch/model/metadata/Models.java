package org.ivory.opensearch.model.metadata;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** All models of one cluster state, parsed. Immutable. */
public final class Models {
    /** No models. */
    public static final Models EMPTY = new Models(Map.of());

    private final Map<String, String> stored;
    private final Map<String, ModelMetadata> byId = new TreeMap<>();
    private final Map<Long, ModelMetadata> byFingerprint = new HashMap<>();
    private final Map<String, String> unreadable = new TreeMap<>();

    private Models(Map<String, String> stored) {
        this.stored = stored;
        stored.forEach((id, json) -> {
            try {
                put(ModelJson.read(id, json));
            } catch (IllegalArgumentException e) {
                unreadable.put(id, e.getMessage());
            }
        });
    }

    /** Parses what {@link ModelsState#read} gave. */
    public static Models of(Map<String, String> stored) {
        return stored.isEmpty() ? EMPTY : new Models(Map.copyOf(stored));
    }

    /** Whether these are the models of {@code stored}. */
    boolean isOf(Map<String, String> stored) {
        return this.stored.equals(stored);
    }

    /** The model with that id, or null. */
    public ModelMetadata get(String id) {
        return byId.get(id);
    }

    /** The ready model with that fingerprint, or null. */
    public ModelMetadata withFingerprint(long fingerprint) {
        return byFingerprint.get(fingerprint);
    }

    /** All models, in the order of their ids. */
    public Collection<ModelMetadata> all() {
        return Collections.unmodifiableCollection(byId.values());
    }

    /** What could not be parsed: id to the reason. */
    public Map<String, String> unreadable() {
        return Collections.unmodifiableMap(unreadable);
    }

    private void put(ModelMetadata model) {
        byId.put(model.id(), model);
        if (model.state() == ModelState.READY) {
            byFingerprint.put(model.file().fingerprint(), model);
        }
    }
}

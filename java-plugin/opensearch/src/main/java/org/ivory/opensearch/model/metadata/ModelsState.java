package org.ivory.opensearch.model.metadata;

import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.Metadata;

import java.util.HashMap;
import java.util.Map;

/**
 * Where the models' metadata lies in the cluster state: in the custom data of the system index's
 * metadata, id to {@link ModelJson}. So it is persisted and snapshotted with the index, and a node
 * without the plugin can read and write the state.
 */
public final class ModelsState {
    /** The system index that holds the models. */
    public static final String INDEX = ".ivory-models";

    /** The key of the custom data. */
    static final String KEY = "ivory_models";

    private ModelsState() {}

    /** The stored metadata by model id; empty if there is no system index. */
    public static Map<String, String> read(ClusterState state) {
        IndexMetadata index = state.metadata().index(INDEX);
        if (index == null) {
            return Map.of();
        }
        Map<String, String> stored = index.getCustomData(KEY);
        return stored == null ? Map.of() : stored;
    }

    /**
     * A state in which the metadata of {@code id} is {@code json}, or is missing if that is null.
     *
     * @throws IllegalStateException if there is no system index
     */
    public static ClusterState with(ClusterState state, String id, String json) {
        IndexMetadata index = state.metadata().index(INDEX);
        if (index == null) {
            throw new IllegalStateException("the index [" + INDEX + "] is missing");
        }
        Map<String, String> models = new HashMap<>(read(state));
        if (json == null) {
            models.remove(id);
        } else {
            models.put(id, json);
        }
        IndexMetadata.Builder changed = IndexMetadata.builder(index).putCustom(KEY, models);
        return ClusterState.builder(state)
                .metadata(Metadata.builder(state.metadata()).put(changed))
                .build();
    }
}

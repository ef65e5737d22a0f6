package org.ivory.opensearch.model.store;

import org.ivory.opensearch.model.metadata.ModelsState;
import org.opensearch.ExceptionsHelper;
import org.opensearch.ResourceAlreadyExistsException;
import org.opensearch.action.admin.indices.create.CreateIndexRequest;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.indices.SystemIndexDescriptor;
import org.opensearch.transport.client.Client;

import java.util.Map;

/** The system index that holds the models' chunks; created when the first model is trained. */
public final class ModelIndex {
    /** Its name. */
    public static final String NAME = ModelsState.INDEX;

    private ModelIndex() {}

    /** How the host knows that the index is ours. */
    public static SystemIndexDescriptor descriptor() {
        return new SystemIndexDescriptor(NAME, "Trained models of the Ivory vector search plugin");
    }

    /** Creates the index unless it exists. */
    static void ensure(
            Client client, ClusterService clusterService, ActionListener<Void> listener) {
        if (clusterService.state().metadata().hasIndex(NAME)) {
            listener.onResponse(null);
            return;
        }
        CreateIndexRequest request =
                new CreateIndexRequest(NAME).settings(settings()).mapping(mapping());
        client.admin()
                .indices()
                .create(
                        request,
                        ActionListener.wrap(
                                created -> listener.onResponse(null),
                                e -> {
                                    if (ExceptionsHelper.unwrapCause(e)
                                            instanceof ResourceAlreadyExistsException) {
                                        listener.onResponse(null);
                                    } else {
                                        listener.onFailure(e);
                                    }
                                }));
    }

    private static Settings settings() {
        return Settings.builder()
                .put(IndexMetadata.SETTING_NUMBER_OF_SHARDS, 1)
                .put(IndexMetadata.SETTING_AUTO_EXPAND_REPLICAS, "0-1")
                .put(IndexMetadata.SETTING_INDEX_HIDDEN, true)
                // Recovered first after a restart: others need the models while they recover.
                .put(IndexMetadata.SETTING_PRIORITY, Integer.MAX_VALUE)
                .build();
    }

    private static Map<String, Object> mapping() {
        Map<String, Object> number = Map.of("type", "long", "index", false, "doc_values", false);
        return Map.of(
                "dynamic",
                "strict",
                "properties",
                Map.of(
                        ModelChunk.GENERATION,
                        Map.of("type", "keyword"),
                        ModelChunk.NUMBER,
                        number,
                        ModelChunk.LENGTH,
                        number,
                        ModelChunk.CRC,
                        number,
                        ModelChunk.DATA,
                        Map.of("type", "binary")));
    }
}

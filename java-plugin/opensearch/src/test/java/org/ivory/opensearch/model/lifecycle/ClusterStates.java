package org.ivory.opensearch.model.lifecycle;

import org.ivory.opensearch.model.metadata.ModelJson;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelsState;
import org.opensearch.Version;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.transport.TransportAddress;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;

/** Cluster states for tests. */
public final class ClusterStates {
    private ClusterStates() {}

    /** A state with the system index, and a node for each process id. */
    public static ClusterState of(String... processes) {
        DiscoveryNodes.Builder nodes = DiscoveryNodes.builder();
        int port = 9300;
        for (String process : processes) {
            nodes.add(
                    new DiscoveryNode(
                            "name",
                            "id-" + process,
                            process,
                            "localhost",
                            "127.0.0.1",
                            new TransportAddress(TransportAddress.META_ADDRESS, port++),
                            Map.of(),
                            Set.of(),
                            Version.CURRENT));
        }
        return ClusterState.builder(new ClusterName("test"))
                .nodes(nodes)
                .metadata(Metadata.builder().put(index(ModelsState.INDEX)))
                .build();
    }

    public static ClusterState with(ClusterState state, ModelMetadata model) {
        return ModelsState.with(state, model.id(), ModelJson.write(model));
    }

    /** Adds an index with that mapping. */
    public static ClusterState withIndex(ClusterState state, String name, String mapping) {
        IndexMetadata.Builder index;
        try {
            index = index(name).putMapping(mapping);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ClusterState.builder(state)
                .metadata(Metadata.builder(state.metadata()).put(index))
                .build();
    }

    /** A mapping whose field {@code v} is a vector that names a model. */
    public static String mapping(String model, int dimension, String spaceType) {
        return "{\"properties\":{\"o\":{\"properties\":{\"v\":{\"type\":\"ivory_vector\","
                + "\"dimension\":"
                + dimension
                + ",\"space_type\":\""
                + spaceType
                + "\",\"model\":\""
                + model
                + "\"}}}}}";
    }

    private static IndexMetadata.Builder index(String name) {
        return IndexMetadata.builder(name)
                .settings(
                        Settings.builder()
                                .put(IndexMetadata.SETTING_VERSION_CREATED, Version.CURRENT))
                .numberOfShards(1)
                .numberOfReplicas(0);
    }
}

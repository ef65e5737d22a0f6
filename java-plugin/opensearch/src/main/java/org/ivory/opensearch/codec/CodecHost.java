package org.ivory.opensearch.codec;

import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.settings.Settings;

/**
 * What the choice of a codec asks its host.
 *
 * @param node the node's settings
 */
public record CodecHost(
        Settings node, ClusterService cluster, IndexNameExpressionResolver resolver) {

    ClusterState state() {
        return cluster.state();
    }
}

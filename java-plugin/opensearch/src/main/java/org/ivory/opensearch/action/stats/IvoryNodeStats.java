package org.ivory.opensearch.action.stats;

import org.ivory.opensearch.stats.IvoryStats;
import org.opensearch.action.support.nodes.BaseNodeResponse;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;

/** One node's statistics. */
public final class IvoryNodeStats extends BaseNodeResponse {
    private final IvoryStats stats;

    IvoryNodeStats(DiscoveryNode node, IvoryStats stats) {
        super(node);
        this.stats = stats;
    }

    IvoryNodeStats(StreamInput in) throws IOException {
        super(in);
        this.stats = new IvoryStats(in);
    }

    public IvoryStats stats() {
        return stats;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        stats.writeTo(out);
    }
}

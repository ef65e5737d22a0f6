package org.ivory.opensearch.action.stats;

import org.ivory.opensearch.stats.ClusterTotals;
import org.opensearch.action.FailedNodeException;
import org.opensearch.action.support.nodes.BaseNodesResponse;
import org.opensearch.cluster.ClusterName;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.List;

/** The nodes' statistics and their sums. */
public final class IvoryStatsResponse extends BaseNodesResponse<IvoryNodeStats>
        implements ToXContentFragment {

    IvoryStatsResponse(
            ClusterName cluster, List<IvoryNodeStats> nodes, List<FailedNodeException> failures) {
        super(cluster, nodes, failures);
    }

    public IvoryStatsResponse(StreamInput in) throws IOException {
        super(in);
    }

    @Override
    protected List<IvoryNodeStats> readNodesFrom(StreamInput in) throws IOException {
        return in.readList(IvoryNodeStats::new);
    }

    @Override
    protected void writeNodesTo(StreamOutput out, List<IvoryNodeStats> nodes) throws IOException {
        out.writeList(nodes);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject("total");
        ClusterTotals.of(getNodes().stream().map(IvoryNodeStats::stats).toList())
                .toXContent(builder, params);
        builder.endObject();
        builder.startObject("nodes");
        for (IvoryNodeStats node : getNodes()) {
            builder.startObject(node.getNode().getId());
            builder.field("name", node.getNode().getName());
            node.stats().toXContent(builder, params);
            builder.endObject();
        }
        return builder.endObject();
    }
}

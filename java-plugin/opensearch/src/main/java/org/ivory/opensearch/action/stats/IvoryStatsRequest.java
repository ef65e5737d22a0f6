package org.ivory.opensearch.action.stats;

import org.opensearch.action.support.nodes.BaseNodesRequest;
import org.opensearch.core.common.io.stream.StreamInput;

import java.io.IOException;

/** Asks nodes for their statistics. */
public final class IvoryStatsRequest extends BaseNodesRequest<IvoryStatsRequest> {

    /**
     * @param nodes ids or filters of nodes; none for all
     */
    public IvoryStatsRequest(String... nodes) {
        super(nodes);
    }

    public IvoryStatsRequest(StreamInput in) throws IOException {
        super(in);
    }
}

package org.ivory.opensearch.action.stats;

import org.ivory.opensearch.stats.StatsCollector;
import org.opensearch.action.FailedNodeException;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.nodes.TransportNodesAction;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportRequest;
import org.opensearch.transport.TransportService;

import java.io.IOException;
import java.util.List;

/** Collects the statistics of all nodes. */
public final class TransportIvoryStatsAction
        extends TransportNodesAction<
                IvoryStatsRequest,
                IvoryStatsResponse,
                TransportIvoryStatsAction.NodeRequest,
                IvoryNodeStats> {
    private final StatsCollector collector;

    @Inject
    public TransportIvoryStatsAction(
            ThreadPool threadPool,
            ClusterService clusterService,
            TransportService transportService,
            ActionFilters actionFilters,
            StatsCollector collector) {
        super(
                IvoryStatsAction.NAME,
                threadPool,
                clusterService,
                transportService,
                actionFilters,
                IvoryStatsRequest::new,
                NodeRequest::new,
                ThreadPool.Names.MANAGEMENT,
                IvoryNodeStats.class);
        this.collector = collector;
    }

    @Override
    protected IvoryStatsResponse newResponse(
            IvoryStatsRequest request,
            List<IvoryNodeStats> responses,
            List<FailedNodeException> failures) {
        return new IvoryStatsResponse(clusterService.getClusterName(), responses, failures);
    }

    @Override
    protected NodeRequest newNodeRequest(IvoryStatsRequest request) {
        return new NodeRequest();
    }

    @Override
    protected IvoryNodeStats newNodeResponse(StreamInput in) throws IOException {
        return new IvoryNodeStats(in);
    }

    @Override
    protected IvoryNodeStats nodeOperation(NodeRequest request) {
        return new IvoryNodeStats(clusterService.localNode(), collector.collect());
    }

    /** Asks one node. */
    public static final class NodeRequest extends TransportRequest {
        NodeRequest() {}

        NodeRequest(StreamInput in) throws IOException {
            super(in);
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
        }
    }
}

package org.ivory.opensearch.action.model;

import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.clustermanager.AcknowledgedRequest;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.action.support.clustermanager.TransportClusterManagerNodeAction;
import org.opensearch.cluster.AckedClusterStateUpdateTask;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.block.ClusterBlockException;
import org.opensearch.cluster.block.ClusterBlockLevel;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.Priority;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;

import java.io.IOException;

/**
 * Changes the models' metadata on the elected cluster manager; answers when every node knows of the
 * change.
 */
abstract class TransportModelChangeAction<Request extends AcknowledgedRequest<Request>>
        extends TransportClusterManagerNodeAction<Request, AcknowledgedResponse> {
    private final String name;

    TransportModelChangeAction(
            String name,
            TransportService transportService,
            ClusterService clusterService,
            ThreadPool threadPool,
            ActionFilters actionFilters,
            Writeable.Reader<Request> reader,
            IndexNameExpressionResolver resolver) {
        super(name, transportService, clusterService, threadPool, actionFilters, reader, resolver);
        this.name = name;
    }

    /** The state after the change; what it throws refuses the request. */
    abstract ClusterState change(ClusterState state, Request request);

    @Override
    protected String executor() {
        return ThreadPool.Names.SAME;
    }

    @Override
    protected AcknowledgedResponse read(StreamInput in) throws IOException {
        return new AcknowledgedResponse(in);
    }

    @Override
    protected ClusterBlockException checkBlock(Request request, ClusterState state) {
        return state.blocks().globalBlockedException(ClusterBlockLevel.METADATA_WRITE);
    }

    @Override
    protected void clusterManagerOperation(
            Request request, ClusterState state, ActionListener<AcknowledgedResponse> listener) {
        clusterService.submitStateUpdateTask(
                name + " " + request,
                new AckedClusterStateUpdateTask<AcknowledgedResponse>(
                        Priority.NORMAL, request, listener) {
                    @Override
                    public ClusterState execute(ClusterState current) {
                        return change(current, request);
                    }

                    @Override
                    protected AcknowledgedResponse newResponse(boolean acknowledged) {
                        return new AcknowledgedResponse(acknowledged);
                    }
                });
    }
}

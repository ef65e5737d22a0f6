package org.ivory.opensearch.action.model;

import org.ivory.opensearch.model.lifecycle.ModelTransitions;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;

/** Removes a model's metadata; its chunks are garbage from then on and are swept up. */
public final class TransportDeleteModelAction
        extends TransportModelChangeAction<DeleteModelRequest> {
    @Inject
    public TransportDeleteModelAction(
            TransportService transportService,
            ClusterService clusterService,
            ThreadPool threadPool,
            ActionFilters actionFilters,
            IndexNameExpressionResolver resolver) {
        super(
                DeleteModelAction.NAME,
                transportService,
                clusterService,
                threadPool,
                actionFilters,
                DeleteModelRequest::new,
                resolver);
    }

    @Override
    ClusterState change(ClusterState state, DeleteModelRequest request) {
        return ModelTransitions.remove(state, request.id());
    }
}

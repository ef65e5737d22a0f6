package org.ivory.opensearch.action.model;

import org.ivory.opensearch.model.lifecycle.ModelTransitions;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;

/** Creates a model's metadata or takes it further. */
public final class TransportUpdateModelAction
        extends TransportModelChangeAction<UpdateModelRequest> {
    @Inject
    public TransportUpdateModelAction(
            TransportService transportService,
            ClusterService clusterService,
            ThreadPool threadPool,
            ActionFilters actionFilters,
            IndexNameExpressionResolver resolver) {
        super(
                UpdateModelAction.NAME,
                transportService,
                clusterService,
                threadPool,
                actionFilters,
                UpdateModelRequest::new,
                resolver);
    }

    @Override
    ClusterState change(ClusterState state, UpdateModelRequest request) {
        return request.creates()
                ? ModelTransitions.create(state, request.model())
                : ModelTransitions.advance(state, request.model());
    }
}

package org.ivory.opensearch.action.model;

import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelRegistry;
import org.ivory.opensearch.model.metadata.Models;
import org.opensearch.ResourceNotFoundException;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.block.ClusterBlockException;
import org.opensearch.cluster.block.ClusterBlockLevel;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.tasks.Task;
import org.opensearch.transport.TransportService;

/** Answers from what this node knows of the models. */
public final class TransportGetModelsAction
        extends HandledTransportAction<GetModelsRequest, GetModelsResponse> {
    private final ClusterService clusterService;
    private final ModelRegistry registry;

    @Inject
    public TransportGetModelsAction(
            TransportService transportService,
            ActionFilters actionFilters,
            ClusterService clusterService,
            ModelRegistry registry) {
        super(GetModelsAction.NAME, transportService, actionFilters, GetModelsRequest::new);
        this.clusterService = clusterService;
        this.registry = registry;
    }

    @Override
    protected void doExecute(
            Task task, GetModelsRequest request, ActionListener<GetModelsResponse> listener) {
        ActionListener.completeWith(listener, () -> find(request.id(), clusterService.state()));
    }

    private GetModelsResponse find(String id, ClusterState state) {
        // Until the state is recovered, no model is known: that must not look like no model.
        ClusterBlockException block =
                state.blocks().globalBlockedException(ClusterBlockLevel.METADATA_READ);
        if (block != null) {
            throw block;
        }
        DiscoveryNodes nodes = state.nodes();
        Models models = registry.models();
        if (id == null) {
            return GetModelsResponse.all(
                    models.all().stream().map(model -> model.effective(nodes)).toList());
        }
        ModelMetadata model = models.get(id);
        if (model == null) {
            String unreadable = models.unreadable().get(id);
            throw unreadable != null
                    ? new IllegalStateException(unreadable)
                    : new ResourceNotFoundException("model [" + id + "] does not exist");
        }
        return GetModelsResponse.one(model.effective(nodes));
    }
}

package org.ivory.opensearch.rest;

import org.ivory.opensearch.action.model.DeleteModelAction;
import org.ivory.opensearch.action.model.DeleteModelRequest;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;

/** {@code DELETE /_plugins/_ivory/models/{id}} */
public final class RestDeleteModelAction extends BaseRestHandler {
    @Override
    public String getName() {
        return "ivory_delete_model_action";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.DELETE, Paths.MODEL));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        DeleteModelRequest deletion = new DeleteModelRequest(request.param(Paths.ID));
        deletion.timeout(request.paramAsTime("timeout", deletion.timeout()));
        deletion.clusterManagerNodeTimeout(
                request.paramAsTime(
                        "cluster_manager_timeout", deletion.clusterManagerNodeTimeout()));
        return channel ->
                client.execute(
                        DeleteModelAction.INSTANCE,
                        deletion,
                        new RestToXContentListener<>(channel));
    }
}

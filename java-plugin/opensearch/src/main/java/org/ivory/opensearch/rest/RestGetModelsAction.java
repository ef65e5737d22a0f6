package org.ivory.opensearch.rest;

import org.ivory.opensearch.action.model.GetModelsAction;
import org.ivory.opensearch.action.model.GetModelsRequest;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;

/** {@code GET /_plugins/_ivory/models[/{id}]} */
public final class RestGetModelsAction extends BaseRestHandler {
    @Override
    public String getName() {
        return "ivory_get_models_action";
    }

    @Override
    public List<Route> routes() {
        return List.of(
                new Route(RestRequest.Method.GET, Paths.MODELS),
                new Route(RestRequest.Method.GET, Paths.MODEL));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        GetModelsRequest models = new GetModelsRequest(request.param(Paths.ID));
        return channel ->
                client.execute(
                        GetModelsAction.INSTANCE, models, new RestToXContentListener<>(channel));
    }
}

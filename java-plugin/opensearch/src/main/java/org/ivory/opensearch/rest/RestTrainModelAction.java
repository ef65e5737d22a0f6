package org.ivory.opensearch.rest;

import org.ivory.opensearch.action.model.TrainModelAction;
import org.ivory.opensearch.action.model.TrainModelBody;
import org.ivory.opensearch.action.model.TrainModelRequest;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestStatusToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.io.IOException;
import java.util.List;

/** {@code POST /_plugins/_ivory/models/{id}/_train[?wait_for_completion=true]} */
public final class RestTrainModelAction extends BaseRestHandler {
    @Override
    public String getName() {
        return "ivory_train_model_action";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.POST, Paths.MODEL + "/_train"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client)
            throws IOException {
        String id = request.param(Paths.ID);
        boolean wait = request.paramAsBoolean("wait_for_completion", false);
        TrainModelRequest training =
                new TrainModelRequest(TrainModelBody.parse(id, JsonBody.read(request)), wait);
        return channel ->
                client.execute(
                        TrainModelAction.INSTANCE,
                        training,
                        new RestStatusToXContentListener<>(channel));
    }
}

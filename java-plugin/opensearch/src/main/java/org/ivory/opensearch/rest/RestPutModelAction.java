package org.ivory.opensearch.rest;

import org.ivory.opensearch.action.model.ImportModelAction;
import org.ivory.opensearch.action.model.ImportModelRequest;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestStatusToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;

/** {@code PUT /_plugins/_ivory/models/{id}}, the body is a model's file. */
public final class RestPutModelAction extends BaseRestHandler {
    @Override
    public String getName() {
        return "ivory_put_model_action";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.PUT, Paths.MODEL));
    }

    /** The body is read where the host received it, and not after the answer. */
    @Override
    public boolean allowsUnsafeBuffers() {
        return true;
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        String id = request.param(Paths.ID);
        BytesReference body = request.content();
        if (body.length() == 0) {
            throw new IllegalArgumentException(
                    "model [" + id + "] cannot be imported: the body is empty, not a model file");
        }
        return channel ->
                client.execute(
                        ImportModelAction.INSTANCE,
                        ImportModelRequest.of(id, body),
                        new RestStatusToXContentListener<>(channel));
    }
}

package org.ivory.opensearch.rest;

import org.ivory.opensearch.action.model.ImportModelAction;
import org.ivory.opensearch.action.model.ImportModelRequest;
import org.ivory.opensearch.action.model.RepositoryFile;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestStatusToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.io.IOException;
import java.util.List;

/** {@code POST /_plugins/_ivory/models/{id}/_import {"repository": "...", "path": "..."}} */
public final class RestImportModelAction extends BaseRestHandler {
    @Override
    public String getName() {
        return "ivory_import_model_action";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.POST, Paths.MODEL + "/_import"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client)
            throws IOException {
        String id = request.param(Paths.ID);
        RepositoryFile file = RepositoryFile.parse(JsonBody.read(request));
        return channel ->
                client.execute(
                        ImportModelAction.INSTANCE,
                        ImportModelRequest.of(id, file),
                        new RestStatusToXContentListener<>(channel));
    }
}

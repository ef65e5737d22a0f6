package org.ivory.opensearch.rest;

import org.ivory.opensearch.action.model.ExportModelAction;
import org.ivory.opensearch.action.model.ExportModelRequest;
import org.ivory.opensearch.action.model.ExportModelResponse;
import org.ivory.opensearch.action.model.RepositoryFile;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.BytesRestResponse;
import org.opensearch.rest.RestChannel;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.RestResponse;
import org.opensearch.rest.action.RestResponseListener;
import org.opensearch.rest.action.RestToXContentListener;
import org.opensearch.transport.client.node.NodeClient;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@code GET /_plugins/_ivory/models/{id}/_export} gives the model's file; {@code POST} with {@code
 * {"repository": "...", "path": "..."}} writes it there.
 */
public final class RestExportModelAction extends BaseRestHandler {
    @Override
    public String getName() {
        return "ivory_export_model_action";
    }

    @Override
    public List<Route> routes() {
        return List.of(
                new Route(RestRequest.Method.GET, Paths.MODEL + "/_export"),
                new Route(RestRequest.Method.POST, Paths.MODEL + "/_export"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client)
            throws IOException {
        String id = request.param(Paths.ID);
        if (request.method() == RestRequest.Method.GET) {
            return channel ->
                    client.execute(
                            ExportModelAction.INSTANCE,
                            new ExportModelRequest(id, null),
                            new FileListener(channel, id));
        }
        RepositoryFile file = RepositoryFile.parse(JsonBody.read(request));
        return channel ->
                client.execute(
                        ExportModelAction.INSTANCE,
                        new ExportModelRequest(id, file),
                        new RestToXContentListener<>(channel));
    }

    private static final class FileListener extends RestResponseListener<ExportModelResponse> {
        private final String id;

        FileListener(RestChannel channel, String id) {
            super(channel);
            this.id = id;
        }

        @Override
        public RestResponse buildResponse(ExportModelResponse export) {
            RestResponse response =
                    new BytesRestResponse(RestStatus.OK, OctetStream.NAME, export.bytes());
            // As RFC 6266 has it: an id may hold any letters, which older clients cannot read.
            String plain = id.replaceAll("[^ -~]", "_");
            String name = URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
            response.addHeader(
                    "Content-Disposition",
                    "attachment; filename=\""
                            + plain
                            + ".ivory\"; filename*=UTF-8''"
                            + name
                            + ".ivory");
            return response;
        }
    }
}

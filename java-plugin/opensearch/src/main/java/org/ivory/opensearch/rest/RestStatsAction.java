package org.ivory.opensearch.rest;

import org.ivory.opensearch.action.stats.IvoryStatsAction;
import org.ivory.opensearch.action.stats.IvoryStatsRequest;
import org.opensearch.rest.BaseRestHandler;
import org.opensearch.rest.RestRequest;
import org.opensearch.rest.action.RestActions.NodesResponseRestListener;
import org.opensearch.transport.client.node.NodeClient;

import java.util.List;

/** {@code GET /_plugins/_ivory/stats} */
public final class RestStatsAction extends BaseRestHandler {
    @Override
    public String getName() {
        return "ivory_stats_action";
    }

    @Override
    public List<Route> routes() {
        return List.of(new Route(RestRequest.Method.GET, Paths.ROOT + "/stats"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
        IvoryStatsRequest stats = new IvoryStatsRequest();
        stats.timeout(request.param("timeout"));
        return channel ->
                client.execute(
                        IvoryStatsAction.INSTANCE, stats, new NodesResponseRestListener<>(channel));
    }
}

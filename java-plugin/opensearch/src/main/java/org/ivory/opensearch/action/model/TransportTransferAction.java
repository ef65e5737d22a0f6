package org.ivory.opensearch.action.model;

import org.opensearch.action.ActionListenerResponseHandler;
import org.opensearch.action.ActionRunnable;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.discovery.ClusterManagerNotDiscoveredException;
import org.opensearch.tasks.Task;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;

/**
 * Moves a model's file in or out, on a thread that may wait. What concerns a repository is sent on
 * by nodes that know none: the host keeps repositories on data and cluster manager nodes only.
 */
abstract class TransportTransferAction<
                Request extends TransferRequest, Response extends ActionResponse>
        extends HandledTransportAction<Request, Response> {
    private final String name;
    private final TransportService transportService;
    private final ClusterService clusterService;
    private final ThreadPool threadPool;
    private final Writeable.Reader<Response> responses;

    TransportTransferAction(
            String name,
            TransportService transportService,
            ClusterService clusterService,
            ThreadPool threadPool,
            ActionFilters filters,
            Writeable.Reader<Request> requests,
            Writeable.Reader<Response> responses) {
        super(name, transportService, filters, requests);
        this.name = name;
        this.transportService = transportService;
        this.clusterService = clusterService;
        this.threadPool = threadPool;
        this.responses = responses;
    }

    /** Does the work; may wait. */
    abstract Response run(TransferTask task, Request request);

    /** How people know a task of this node. */
    final String nameOf(Task task) {
        return new TaskId(clusterService.localNode().getId(), task.getId()).toString();
    }

    @Override
    protected void doExecute(Task task, Request request, ActionListener<Response> listener) {
        DiscoveryNode here = clusterService.localNode();
        boolean able = here.isDataNode() || here.isClusterManagerNode();
        if (request.file() == null || able) {
            threadPool
                    .generic()
                    .execute(
                            ActionRunnable.supply(
                                    listener, () -> run((TransferTask) task, request)));
            return;
        }
        DiscoveryNode manager = clusterService.state().nodes().getClusterManagerNode();
        if (manager == null) {
            throw new ClusterManagerNotDiscoveredException();
        }
        request.setParentTask(here.getId(), task.getId());
        transportService.sendRequest(
                manager, name, request, new ActionListenerResponseHandler<>(listener, responses));
    }
}

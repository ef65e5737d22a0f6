package org.ivory.opensearch.action.model;

import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.transfer.ModelExporter;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.indices.breaker.CircuitBreakerService;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;

/** Exports a model's file. */
public final class TransportExportModelAction
        extends TransportTransferAction<ExportModelRequest, ExportModelResponse> {
    private final ModelExporter exporter;
    private final CircuitBreakerService breakers;

    @Inject
    public TransportExportModelAction(
            TransportService transportService,
            ClusterService clusterService,
            ThreadPool threadPool,
            ActionFilters filters,
            ModelExporter exporter,
            CircuitBreakerService breakers) {
        super(
                ExportModelAction.NAME,
                transportService,
                clusterService,
                threadPool,
                filters,
                ExportModelRequest::new,
                ExportModelResponse::new);
        this.exporter = exporter;
        this.breakers = breakers;
    }

    @Override
    ExportModelResponse run(TransferTask task, ExportModelRequest request) {
        ModelMetadata model = exporter.find(request.id());
        RepositoryFile file = request.file();
        if (file != null) {
            exporter.write(model, file.repository(), file.path(), task::checkpoint);
            return new ExportModelResponse(model, file);
        }
        CircuitBreaker breaker = breakers.getBreaker(CircuitBreaker.REQUEST);
        return new ExportModelResponse(model, exporter.read(model, breaker, task::checkpoint));
    }
}

package org.ivory.opensearch.action.model;

import org.ivory.opensearch.model.transfer.BodySource;
import org.ivory.opensearch.model.transfer.ModelFileSource;
import org.ivory.opensearch.model.transfer.ModelImporter;
import org.ivory.opensearch.model.transfer.RepositoryFiles;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;

/** Imports a model's file; answers when every node knows of the model. */
public final class TransportImportModelAction
        extends TransportTransferAction<ImportModelRequest, ImportModelResponse> {
    private final ModelImporter importer;
    private final RepositoryFiles repositories;

    @Inject
    public TransportImportModelAction(
            TransportService transportService,
            ClusterService clusterService,
            ThreadPool threadPool,
            ActionFilters filters,
            ModelImporter importer,
            RepositoryFiles repositories) {
        super(
                ImportModelAction.NAME,
                transportService,
                clusterService,
                threadPool,
                filters,
                ImportModelRequest::new,
                ImportModelResponse::new);
        this.importer = importer;
        this.repositories = repositories;
    }

    @Override
    ImportModelResponse run(TransferTask task, ImportModelRequest request) {
        RepositoryFile file = request.file();
        ModelFileSource source =
                file == null
                        ? new BodySource(request.body())
                        : repositories.find(file.repository(), file.path());
        ModelImporter.Result done =
                importer.run(request.id(), source, nameOf(task), task::checkpoint);
        return new ImportModelResponse(done.model(), done.created());
    }
}

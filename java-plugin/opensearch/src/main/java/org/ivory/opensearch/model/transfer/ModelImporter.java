package org.ivory.opensearch.model.transfer;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.ivory.nativelib.CentroidModel;
import org.ivory.opensearch.model.lifecycle.ModelUpdater;
import org.ivory.opensearch.model.metadata.ModelFile;
import org.ivory.opensearch.model.metadata.ModelId;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelOrigin;
import org.ivory.opensearch.model.metadata.ModelRegistry;
import org.ivory.opensearch.model.metadata.ModelState;
import org.ivory.opensearch.model.store.ModelStore;
import org.opensearch.ExceptionsHelper;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.UUIDs;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.threadpool.ThreadPool;

import java.util.function.Consumer;

/**
 * Brings models' files from elsewhere into the cluster. A file is checked before anything of it is
 * written down, and its model is seen only when all of it is: what is refused, or given up halfway,
 * leaves no trace. Only for threads that may wait.
 */
public final class ModelImporter {
    private static final Logger logger = LogManager.getLogger(ModelImporter.class);
    private static final TimeValue UPDATE_TIMEOUT = TimeValue.timeValueSeconds(30);
    private static final TimeValue RETRY = TimeValue.timeValueSeconds(10);

    private final Parts parts;

    /** What imports need. */
    public record Parts(
            ClusterService clusterService,
            ThreadPool threadPool,
            ModelRegistry registry,
            ModelUpdater updater,
            ModelStore store,
            ModelFileReader reader) {}

    /**
     * @param model the model as it is in the cluster
     * @param created whether this import made it; false if it was there already, the same
     */
    public record Result(ModelMetadata model, boolean created) {}

    public ModelImporter(Parts parts) {
        this.parts = parts;
    }

    /**
     * Imports a file as the model {@code id}.
     *
     * @param task by which people know the import
     * @param checkpoint is run now and then and may throw to give up
     * @throws IllegalArgumentException if the id is invalid
     * @throws OpenSearchStatusException as {@link ModelFileReader#read} does, and (409) if there is
     *     another model with that id, or a mapping that names it contradicts
     */
    public Result run(String id, ModelFileSource source, String task, Runnable checkpoint) {
        ModelId.check(id);
        return parts.reader()
                .read(
                        id,
                        source,
                        checkpoint,
                        model -> {
                            ModelMetadata there = parts.registry().models().get(id);
                            if (there != null && there.state() == ModelState.READY) {
                                return new Result(same(there, model), false);
                            }
                            ModelMetadata created = created(id, model, source, task);
                            ModelMetadata ready = store(model, created, checkpoint);
                            logger.info("model [{}] was imported from {}", id, source.name());
                            return new Result(ready, true);
                        });
    }

    private static ModelMetadata same(ModelMetadata there, CentroidModel model) {
        ModelFile file = there.file();
        if (file.fingerprint() == model.fingerprint() && file.length() == model.fileLength()) {
            return there;
        }
        throw new OpenSearchStatusException(
                "model ["
                        + there.id()
                        + "] exists already with fingerprint ["
                        + file.fingerprintText()
                        + "], and the file's is ["
                        + ModelFile.text(model.fingerprint())
                        + "]",
                RestStatus.CONFLICT);
    }

    private ModelMetadata created(
            String id, CentroidModel model, ModelFileSource source, String task) {
        DiscoveryNode node = parts.clusterService().localNode();
        return ModelMetadata.created(
                id,
                UUIDs.base64UUID(),
                model.metric(),
                model.dimension(),
                model.nlist(),
                model.encoder(),
                ModelOrigin.imported(source.name(), node.getEphemeralId(), node.getName(), task),
                System.currentTimeMillis());
    }

    private ModelMetadata store(CentroidModel model, ModelMetadata created, Runnable checkpoint) {
        waitFor(parts.store()::ensureIndex);
        ModelMetadata ready = null;
        try {
            update(created);
            ModelFile file = parts.store().write(model, created.generation(), checkpoint);
            ready = created.ready(file, created.encoder(), null);
            update(ready);
            return ready;
        } catch (RuntimeException e) {
            // The change may have been made although its answer was lost.
            if (ready != null && ready.equals(parts.registry().models().get(created.id()))) {
                return ready;
            }
            undo(created.failed(String.valueOf(e.getMessage())));
            throw e;
        }
    }

    /** Has the half-made model removed; its chunks are swept up then. */
    private void undo(ModelMetadata failed) {
        try {
            update(failed);
        } catch (RuntimeException e) {
            int status = ExceptionsHelper.status(e).getStatus();
            boolean refused = status >= 400 && status < 500 && status != 429;
            if (refused == false) {
                logger.warn("import of model [" + failed.id() + "] not undone yet", e);
                parts.threadPool()
                        .scheduleUnlessShuttingDown(
                                RETRY, ThreadPool.Names.GENERIC, () -> undo(failed));
            }
        }
    }

    private void update(ModelMetadata next) {
        waitFor(done -> parts.updater().update(next, UPDATE_TIMEOUT, done));
    }

    private static void waitFor(Consumer<ActionListener<Void>> action) {
        PlainActionFuture<Void> done = PlainActionFuture.newFuture();
        action.accept(done);
        done.actionGet();
    }
}

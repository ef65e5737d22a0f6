package org.ivory.opensearch.model.transfer;

import org.ivory.opensearch.model.metadata.ModelFile;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelRegistry;
import org.ivory.opensearch.model.metadata.ModelState;
import org.ivory.opensearch.model.store.ModelStore;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.ResourceNotFoundException;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.bytes.CompositeBytesReference;
import org.opensearch.core.rest.RestStatus;

/**
 * Gives stored models' files out, byte by byte as they were stored. Only for threads that may wait.
 */
public final class ModelExporter {
    private final ModelRegistry registry;
    private final ModelStore store;
    private final RepositoryFiles repositories;

    public ModelExporter(ModelRegistry registry, ModelStore store, RepositoryFiles repositories) {
        this.registry = registry;
        this.store = store;
        this.repositories = repositories;
    }

    /**
     * The model of that id.
     *
     * @throws ResourceNotFoundException if there is none
     * @throws OpenSearchStatusException (409) if it is not ready
     */
    public ModelMetadata find(String id) {
        ModelMetadata model = registry.models().get(id);
        if (model == null) {
            throw new ResourceNotFoundException("model [" + id + "] does not exist");
        }
        if (model.state() != ModelState.READY) {
            throw new OpenSearchStatusException(
                    "model ["
                            + id
                            + "] is in state ["
                            + model.state().label()
                            + "]: it has no file",
                    RestStatus.CONFLICT);
        }
        return model;
    }

    /**
     * The whole file, on the heap: for answers, which the host wants whole.
     *
     * @param breaker is asked for its length first
     * @param checkpoint is run before each chunk and may throw to give up
     */
    public BytesReference read(ModelMetadata model, CircuitBreaker breaker, Runnable checkpoint) {
        ModelFile file = model.file();
        if (file.length() > Integer.MAX_VALUE) {
            throw new OpenSearchStatusException(
                    "model ["
                            + model.id()
                            + "] has ["
                            + file.length()
                            + "] bytes, too many for one answer: export it to a [repository]",
                    RestStatus.REQUEST_ENTITY_TOO_LARGE);
        }
        breaker.addEstimateBytesAndMaybeBreak(file.length(), "<ivory_model_export>");
        try {
            BytesReference[] chunks = new BytesReference[file.chunks()];
            for (int number = 0; number < chunks.length; number++) {
                checkpoint.run();
                chunks[number] = new BytesArray(store.readChunk(model, number));
            }
            return CompositeBytesReference.of(chunks);
        } finally {
            // From here on the bytes are seen as what they are: heap in use.
            breaker.addWithoutBreaking(-file.length());
        }
    }

    /**
     * Writes the file into a repository, chunk by chunk.
     *
     * @param checkpoint is run before each chunk and may throw to give up
     * @throws RuntimeException as {@link RepositoryFiles#write} does
     */
    public void write(
            ModelMetadata model, String repository, RepositoryPath path, Runnable checkpoint) {
        repositories.write(
                repository,
                path,
                new ModelFileStream(store, model, checkpoint),
                model.file().length());
    }
}

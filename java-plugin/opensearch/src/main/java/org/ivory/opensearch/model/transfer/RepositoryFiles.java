package org.ivory.opensearch.model.transfer;

import org.opensearch.OpenSearchException;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.ResourceNotFoundException;
import org.opensearch.common.blobstore.BlobContainer;
import org.opensearch.common.blobstore.BlobMetadata;
import org.opensearch.common.blobstore.BlobPath;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.repositories.RepositoriesService;
import org.opensearch.repositories.Repository;
import org.opensearch.repositories.blobstore.BlobStoreRepository;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.util.function.Supplier;

/**
 * Models' files in the snapshot repositories that are registered with the cluster. Only for threads
 * that may wait, of the host's pools {@code generic} and {@code snapshot}.
 */
public final class RepositoryFiles {
    /**
     * What files that are written here end with, so that none is taken for the repository's own.
     */
    public static final String SUFFIX = ".ivory";

    private final Supplier<RepositoriesService> repositories;

    public RepositoryFiles(Supplier<RepositoriesService> repositories) {
        this.repositories = repositories;
    }

    /**
     * Finds a file.
     *
     * @throws ResourceNotFoundException if it is not there
     * @throws org.opensearch.repositories.RepositoryMissingException if the repository is not
     * @throws OpenSearchStatusException (502) if the repository cannot be read
     */
    public ModelFileSource find(String repository, RepositoryPath path) {
        BlobStoreRepository from = repository(repository);
        BlobContainer container = null;
        Long length = null;
        try {
            // Asked for from the root: to enter a folder of files would make it.
            if (root(from).blobExists(path.toString())) {
                container = container(from, path);
                length = length(container, path);
            }
        } catch (IOException | OpenSearchException e) {
            throw failed("read", repository, path, e);
        }
        if (length == null) {
            throw new ResourceNotFoundException(
                    "[path] [" + path + "] does not exist in [repository] [" + repository + "]");
        }
        return new Source(container, repository, path, length);
    }

    /**
     * Writes a new file.
     *
     * @throws IllegalArgumentException if the path has not the suffix of models' files, or the
     *     repository is read-only
     * @throws OpenSearchStatusException (409) if there is such a file, (502) if the repository
     *     cannot be written
     */
    public void write(String repository, RepositoryPath path, InputStream bytes, long length) {
        if (path.name().endsWith(SUFFIX) == false || path.name().equals(SUFFIX)) {
            throw new IllegalArgumentException(
                    "invalid [path] [" + path + "]: it must end with '" + SUFFIX + "'");
        }
        BlobStoreRepository target = repository(repository);
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("[repository] [" + repository + "] is read-only");
        }
        try {
            if (root(target).blobExists(path.toString())) {
                throw new FileAlreadyExistsException(path.toString());
            }
            container(target, path).writeBlobAtomic(path.name(), bytes, length, true);
        } catch (FileAlreadyExistsException e) {
            throw new OpenSearchStatusException(
                    "[path] [" + path + "] exists already in [repository] [" + repository + "]",
                    RestStatus.CONFLICT);
        } catch (IOException | OpenSearchException e) {
            throw failed("written", repository, path, e);
        }
    }

    private BlobStoreRepository repository(String name) {
        Repository repository = repositories.get().repository(name);
        if (repository instanceof BlobStoreRepository blobs) {
            return blobs;
        }
        throw new IllegalArgumentException(
                "[repository] ["
                        + name
                        + "] of type ["
                        + repository.getMetadata().type()
                        + "] does not hold files");
    }

    private static BlobContainer root(BlobStoreRepository repository) {
        return repository.blobStore().blobContainer(repository.basePath());
    }

    private static BlobContainer container(BlobStoreRepository repository, RepositoryPath path) {
        BlobPath folder = repository.basePath().add(path.folders());
        return repository.blobStore().blobContainer(folder);
    }

    /** Bytes of a file, or null if it is none. */
    private static Long length(BlobContainer container, RepositoryPath path) throws IOException {
        BlobMetadata found = container.listBlobsByPrefix(path.name()).get(path.name());
        return found == null ? null : found.length();
    }

    private static OpenSearchStatusException failed(
            String what, String repository, RepositoryPath path, Exception cause) {
        return new OpenSearchStatusException(
                "[path] ["
                        + path
                        + "] in [repository] ["
                        + repository
                        + "] cannot be "
                        + what
                        + ": "
                        + cause.getMessage(),
                RestStatus.BAD_GATEWAY,
                cause);
    }

    private record Source(
            BlobContainer container, String repository, RepositoryPath path, long length)
            implements ModelFileSource {
        @Override
        public String name() {
            return "[path] [" + path + "] in [repository] [" + repository + "]";
        }

        @Override
        public InputStream open() throws IOException {
            return container.readBlob(path.name());
        }
    }
}

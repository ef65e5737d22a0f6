package org.ivory.opensearch.action.model;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.tasks.Task;

import java.io.IOException;
import java.util.Map;

/** Asks for a model's file to be moved in or out. */
abstract class TransferRequest extends ActionRequest {
    private final String id;
    private final RepositoryFile file;

    /**
     * @param file the file in a repository, or null if the request or the answer holds its bytes
     */
    TransferRequest(String id, RepositoryFile file) {
        this.id = id;
        this.file = file;
    }

    TransferRequest(StreamInput in) throws IOException {
        super(in);
        id = in.readString();
        file = in.readOptionalWriteable(RepositoryFile::read);
    }

    final String id() {
        return id;
    }

    /** The file in a repository, or null if the request or the answer holds its bytes. */
    final RepositoryFile file() {
        return file;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeString(id);
        out.writeOptionalWriteable(file);
    }

    @Override
    public final ActionRequestValidationException validate() {
        return null;
    }

    @Override
    public final Task createTask(
            long id, String type, String action, TaskId parent, Map<String, String> headers) {
        return new TransferTask(id, type, action, getDescription(), parent, headers);
    }
}

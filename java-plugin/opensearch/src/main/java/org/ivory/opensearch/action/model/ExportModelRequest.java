package org.ivory.opensearch.action.model;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.tasks.Task;

import java.io.IOException;
import java.util.Map;

/** Asks for a model's file, in the answer or in a repository. */
public final class ExportModelRequest extends ActionRequest {
    private final String id;
    private final RepositoryFile file;

    /**
     * @param file where to write it, or null to have it in the answer
     */
    public ExportModelRequest(String id, RepositoryFile file) {
        this.id = id;
        this.file = file;
    }

    public ExportModelRequest(StreamInput in) throws IOException {
        super(in);
        id = in.readString();
        file = in.readOptionalWriteable(RepositoryFile::read);
    }

    String id() {
        return id;
    }

    /** Where to write the file, or null to have it in the answer. */
    RepositoryFile file() {
        return file;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeString(id);
        out.writeOptionalWriteable(file);
    }

    @Override
    public ActionRequestValidationException validate() {
        return null;
    }

    @Override
    public Task createTask(
            long id, String type, String action, TaskId parent, Map<String, String> headers) {
        return new TransferTask(id, type, action, getDescription(), parent, headers);
    }

    @Override
    public String getDescription() {
        return "export of model [" + id + "]" + (file == null ? "" : " to " + file);
    }
}

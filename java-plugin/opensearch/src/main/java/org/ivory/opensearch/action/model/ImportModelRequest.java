package org.ivory.opensearch.action.model;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.tasks.Task;

import java.io.IOException;
import java.util.Map;

/** Asks for the import of a model from the request itself or from a repository. */
public final class ImportModelRequest extends ActionRequest {
    private final String id;
    private final BytesReference body;
    private final RepositoryFile file;

    private ImportModelRequest(String id, BytesReference body, RepositoryFile file) {
        this.id = id;
        this.body = body;
        this.file = file;
    }

    /**
     * @param body the model's file; must stay as it is until the answer
     */
    public static ImportModelRequest of(String id, BytesReference body) {
        return new ImportModelRequest(id, body, null);
    }

    public static ImportModelRequest of(String id, RepositoryFile file) {
        return new ImportModelRequest(id, null, file);
    }

    public ImportModelRequest(StreamInput in) throws IOException {
        super(in);
        id = in.readString();
        body = in.readOptionalBytesReference();
        file = in.readOptionalWriteable(RepositoryFile::read);
    }

    String id() {
        return id;
    }

    /** The model's file, or null if it is in a repository. */
    BytesReference body() {
        return body;
    }

    /** Where the model's file is, or null if the request holds it. */
    RepositoryFile file() {
        return file;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeString(id);
        out.writeOptionalBytesReference(body);
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
        String source = file == null ? "[" + body.length() + "] bytes" : file.toString();
        return "import of model [" + id + "] from " + source;
    }
}

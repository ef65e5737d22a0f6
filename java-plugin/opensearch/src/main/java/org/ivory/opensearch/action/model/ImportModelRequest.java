package org.ivory.opensearch.action.model;

import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;

/** Asks for the import of a model from the request itself or from a repository. */
public final class ImportModelRequest extends TransferRequest {
    private final BytesReference body;

    private ImportModelRequest(String id, BytesReference body, RepositoryFile file) {
        super(id, file);
        this.body = body;
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
        body = in.readOptionalBytesReference();
    }

    /** The model's file, or null if it is in a repository. */
    BytesReference body() {
        return body;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeOptionalBytesReference(body);
    }

    @Override
    public String getDescription() {
        String source = file() == null ? "[" + body.length() + "] bytes" : file().toString();
        return "import of model [" + id() + "] from " + source;
    }
}

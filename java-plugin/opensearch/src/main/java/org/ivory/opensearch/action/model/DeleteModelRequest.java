package org.ivory.opensearch.action.model;

import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.support.clustermanager.AcknowledgedRequest;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;
import java.util.Objects;

/** Asks for the removal of a model. */
public final class DeleteModelRequest extends AcknowledgedRequest<DeleteModelRequest> {
    private final String id;

    public DeleteModelRequest(String id) {
        this.id = Objects.requireNonNull(id, "id");
    }

    public DeleteModelRequest(StreamInput in) throws IOException {
        super(in);
        this.id = in.readString();
    }

    public String id() {
        return id;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeString(id);
    }

    @Override
    public ActionRequestValidationException validate() {
        return null;
    }

    @Override
    public String toString() {
        return "[" + id + "]";
    }
}

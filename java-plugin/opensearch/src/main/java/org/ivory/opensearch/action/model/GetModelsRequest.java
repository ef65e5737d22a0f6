package org.ivory.opensearch.action.model;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;

/** Asks for one model, or for all. */
public final class GetModelsRequest extends ActionRequest {
    private final String id;

    /**
     * @param id null for all models
     */
    public GetModelsRequest(String id) {
        this.id = id;
    }

    public GetModelsRequest(StreamInput in) throws IOException {
        super(in);
        this.id = in.readOptionalString();
    }

    /** The id of the wanted model, or null for all. */
    public String id() {
        return id;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeOptionalString(id);
    }

    @Override
    public ActionRequestValidationException validate() {
        return null;
    }
}

package org.ivory.opensearch.action.model;

import org.ivory.opensearch.model.metadata.ModelJson;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelState;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.support.clustermanager.AcknowledgedRequest;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;
import java.util.Objects;

/** Proposes a model's next metadata; in state created it proposes the model itself. */
public final class UpdateModelRequest extends AcknowledgedRequest<UpdateModelRequest> {
    private final ModelMetadata model;

    public UpdateModelRequest(ModelMetadata model) {
        this.model = Objects.requireNonNull(model, "model");
    }

    public UpdateModelRequest(StreamInput in) throws IOException {
        super(in);
        this.model = ModelJson.read(in.readString(), in.readString());
    }

    public ModelMetadata model() {
        return model;
    }

    /** Whether the model is to be created, rather than to go on. */
    boolean creates() {
        return model.state() == ModelState.CREATED;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeString(model.id());
        out.writeString(ModelJson.write(model));
    }

    @Override
    public ActionRequestValidationException validate() {
        return null;
    }

    @Override
    public String toString() {
        return "[" + model.id() + "] to [" + model.state().label() + "]";
    }
}

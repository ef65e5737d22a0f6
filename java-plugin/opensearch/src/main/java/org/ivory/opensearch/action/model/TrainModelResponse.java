package org.ivory.opensearch.action.model;

import org.ivory.opensearch.model.metadata.ModelJson;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelState;
import org.opensearch.common.xcontent.StatusToXContentObject;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;

/** Where a training stands: accepted, or (if the request waited) ended. */
public final class TrainModelResponse extends ActionResponse implements StatusToXContentObject {
    private final ModelMetadata model;

    public TrainModelResponse(ModelMetadata model) {
        this.model = model;
    }

    public TrainModelResponse(StreamInput in) throws IOException {
        this.model = ModelJson.read(in.readString(), in.readString());
    }

    public ModelMetadata model() {
        return model;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(model.id());
        out.writeString(ModelJson.write(model));
    }

    @Override
    public RestStatus status() {
        return model.state() == ModelState.FAILED
                ? RestStatus.INTERNAL_SERVER_ERROR
                : RestStatus.OK;
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject();
        if (model.state().inProgress()) {
            builder.field("model_id", model.id());
            builder.field("task", model.origin().task());
            builder.field("state", model.state().label());
        } else {
            ModelJson.show(builder, model);
        }
        return builder.endObject();
    }
}

package org.ivory.opensearch.action.model;

import org.ivory.opensearch.model.metadata.ModelJson;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.opensearch.common.xcontent.StatusToXContentObject;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;

/** An imported model. */
public final class ImportModelResponse extends ActionResponse implements StatusToXContentObject {
    private final ModelMetadata model;
    private final boolean created;

    /**
     * @param created false if the same model was there already
     */
    public ImportModelResponse(ModelMetadata model, boolean created) {
        this.model = model;
        this.created = created;
    }

    public ImportModelResponse(StreamInput in) throws IOException {
        this.model = ModelJson.read(in.readString(), in.readString());
        this.created = in.readBoolean();
    }

    public ModelMetadata model() {
        return model;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(model.id());
        out.writeString(ModelJson.write(model));
        out.writeBoolean(created);
    }

    @Override
    public RestStatus status() {
        return created ? RestStatus.CREATED : RestStatus.OK;
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject();
        ModelJson.show(builder, model);
        return builder.endObject();
    }
}

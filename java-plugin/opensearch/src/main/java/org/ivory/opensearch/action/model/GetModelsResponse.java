package org.ivory.opensearch.action.model;

import org.ivory.opensearch.model.metadata.ModelJson;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.List;

/** Models as they effectively stand. */
public final class GetModelsResponse extends ActionResponse implements ToXContentObject {
    private final boolean single;
    private final List<ModelMetadata> models;

    private GetModelsResponse(boolean single, List<ModelMetadata> models) {
        this.single = single;
        this.models = List.copyOf(models);
    }

    /** The answer to a request for one model; shown as it is. */
    public static GetModelsResponse one(ModelMetadata model) {
        return new GetModelsResponse(true, List.of(model));
    }

    /** The answer to a request for all models; shown as a list. */
    public static GetModelsResponse all(List<ModelMetadata> models) {
        return new GetModelsResponse(false, models);
    }

    public GetModelsResponse(StreamInput in) throws IOException {
        this.single = in.readBoolean();
        this.models = in.readList(item -> ModelJson.read(item.readString(), item.readString()));
    }

    public List<ModelMetadata> models() {
        return models;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeBoolean(single);
        out.writeCollection(
                models,
                (item, model) -> {
                    item.writeString(model.id());
                    item.writeString(ModelJson.write(model));
                });
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        if (single) {
            builder.startObject();
            ModelJson.show(builder, models.get(0));
            return builder.endObject();
        }
        builder.startObject().startArray("models");
        for (ModelMetadata model : models) {
            builder.startObject();
            ModelJson.show(builder, model);
            builder.endObject();
        }
        return builder.endArray().endObject();
    }
}

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
    private final List<ModelMetadata> models;

    public GetModelsResponse(List<ModelMetadata> models) {
        this.models = List.copyOf(models);
    }

    public GetModelsResponse(StreamInput in) throws IOException {
        this.models = in.readList(item -> ModelJson.read(item.readString(), item.readString()));
    }

    public List<ModelMetadata> models() {
        return models;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeCollection(
                models,
                (item, model) -> {
                    item.writeString(model.id());
                    item.writeString(ModelJson.write(model));
                });
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject().startArray("models");
        for (ModelMetadata model : models) {
            builder.startObject();
            ModelJson.show(builder, model);
            builder.endObject();
        }
        return builder.endArray().endObject();
    }
}

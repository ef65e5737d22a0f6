package org.ivory.opensearch.model.cache;

import org.ivory.opensearch.model.metadata.ModelFile;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.util.Locale;

/**
 * One model on one node.
 *
 * @param id the model's name, or null if it was deleted in the meantime
 * @param bytes memory that it occupies
 * @param error why the last load failed, or null
 */
public record CachedModelStats(
        String id, long fingerprint, CachedModel.State state, long bytes, String error)
        implements Writeable, ToXContentObject {

    public CachedModelStats(StreamInput in) throws IOException {
        this(
                in.readOptionalString(),
                in.readLong(),
                in.readEnum(CachedModel.State.class),
                in.readVLong(),
                in.readOptionalString());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeOptionalString(id);
        out.writeLong(fingerprint);
        out.writeEnum(state);
        out.writeVLong(bytes);
        out.writeOptionalString(error);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject();
        builder.field("model_id", id);
        builder.field("fingerprint", ModelFile.text(fingerprint));
        builder.field("state", state.name().toLowerCase(Locale.ROOT));
        builder.field("size_in_bytes", bytes);
        if (error != null) {
            builder.field("error", error);
        }
        return builder.endObject();
    }
}

package org.ivory.opensearch.action.model;

import org.ivory.opensearch.model.metadata.ModelJson;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;

/** An exported model: its file's bytes, or where they were written. */
public final class ExportModelResponse extends ActionResponse implements ToXContentObject {
    private final ModelMetadata model;
    private final BytesReference bytes;
    private final RepositoryFile file;

    /** The model with the bytes of its file. */
    ExportModelResponse(ModelMetadata model, BytesReference bytes) {
        this(model, bytes, null);
    }

    /** The model and where its file is now. */
    ExportModelResponse(ModelMetadata model, RepositoryFile file) {
        this(model, null, file);
    }

    private ExportModelResponse(ModelMetadata model, BytesReference bytes, RepositoryFile file) {
        this.model = model;
        this.bytes = bytes;
        this.file = file;
    }

    public ExportModelResponse(StreamInput in) throws IOException {
        model = ModelJson.read(in.readString(), in.readString());
        bytes = in.readOptionalBytesReference();
        file = in.readOptionalWriteable(RepositoryFile::read);
    }

    /** The file's bytes, or null if they were written to a repository. */
    public BytesReference bytes() {
        return bytes;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(model.id());
        out.writeString(ModelJson.write(model));
        out.writeOptionalBytesReference(bytes);
        out.writeOptionalWriteable(file);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject();
        builder.field("model_id", model.id());
        builder.field("fingerprint", model.file().fingerprintText());
        builder.field("size_in_bytes", model.file().length());
        if (file != null) {
            builder.field("repository", file.repository());
            builder.field("path", file.path().toString());
        }
        return builder.endObject();
    }
}

package org.ivory.opensearch.stats;

import org.ivory.nativelib.NativeLibrary;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;

/**
 * The native library on a node.
 *
 * @param loaded whether it is in use
 * @param path where it was loaded from, or null
 * @param reason why it is not in use, or null
 * @param level SIMD level of its kernels, or {@code java} if the twin serves
 * @param abiVersion of its table of functions, 0 if unknown
 */
public record NativeStats(boolean loaded, String path, String reason, String level, int abiVersion)
        implements Writeable, ToXContentFragment {

    public NativeStats(StreamInput in) throws IOException {
        this(
                in.readBoolean(),
                in.readOptionalString(),
                in.readOptionalString(),
                in.readString(),
                in.readVInt());
    }

    static NativeStats of(NativeLibrary.Status status) {
        return new NativeStats(
                status.loaded(),
                status.path(),
                status.reason(),
                status.level(),
                status.abiVersion());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeBoolean(loaded);
        out.writeOptionalString(path);
        out.writeOptionalString(reason);
        out.writeString(level);
        out.writeVInt(abiVersion);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject("native");
        builder.field("loaded", loaded);
        if (path != null) {
            builder.field("path", path);
        }
        if (reason != null) {
            builder.field("reason", reason);
        }
        builder.field("simd_level", level);
        builder.field("abi_version", abiVersion);
        return builder.endObject();
    }
}

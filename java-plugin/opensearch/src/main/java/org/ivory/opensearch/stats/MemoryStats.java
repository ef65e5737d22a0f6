package org.ivory.opensearch.stats;

import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;

/**
 * Memory outside the heap that is accounted for.
 *
 * @param limit most bytes; negative if there is no limit
 * @param used bytes in use
 */
public record MemoryStats(long limit, long used) implements Writeable, ToXContentFragment {
    static final MemoryStats NONE = new MemoryStats(0, 0);

    public MemoryStats(StreamInput in) throws IOException {
        this(in.readZLong(), in.readZLong());
    }

    MemoryStats plus(MemoryStats other) {
        boolean unlimited = limit < 0 || other.limit < 0;
        return new MemoryStats(unlimited ? -1 : limit + other.limit, used + other.used);
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeZLong(limit);
        out.writeZLong(used);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject("memory");
        builder.field("limit_in_bytes", limit);
        builder.field("used_in_bytes", used);
        return builder.endObject();
    }
}

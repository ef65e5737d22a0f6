package org.ivory.opensearch.stats;

import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;

/**
 * Vectors indexed since the start of a node into fields that name a model, replicas included.
 *
 * @param assigned those that were given a cell
 * @param unassigned those whose model was not ready or not loaded: they are searched exactly
 */
public record IndexingStats(long assigned, long unassigned)
        implements Writeable, ToXContentFragment {
    static final IndexingStats NONE = new IndexingStats(0, 0);

    public IndexingStats(StreamInput in) throws IOException {
        this(in.readVLong(), in.readVLong());
    }

    IndexingStats plus(IndexingStats other) {
        return new IndexingStats(assigned + other.assigned, unassigned + other.unassigned);
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVLong(assigned);
        out.writeVLong(unassigned);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject("indexing");
        builder.field("assigned", assigned);
        builder.field("unassigned", unassigned);
        return builder.endObject();
    }
}

package org.ivory.opensearch.stats;

import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ToXContentFragment;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;

/**
 * Training runs since the start of a node.
 *
 * @param running those that were started and have not ended, waiting ones included
 */
public record TrainingStats(long started, long succeeded, long failed, long cancelled, long running)
        implements Writeable, ToXContentFragment {
    static final TrainingStats NONE = new TrainingStats(0, 0, 0, 0, 0);

    public TrainingStats(StreamInput in) throws IOException {
        this(in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong(), in.readVLong());
    }

    TrainingStats plus(TrainingStats other) {
        return new TrainingStats(
                started + other.started,
                succeeded + other.succeeded,
                failed + other.failed,
                cancelled + other.cancelled,
                running + other.running);
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVLong(started);
        out.writeVLong(succeeded);
        out.writeVLong(failed);
        out.writeVLong(cancelled);
        out.writeVLong(running);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject("training");
        builder.field("started", started);
        builder.field("succeeded", succeeded);
        builder.field("failed", failed);
        builder.field("cancelled", cancelled);
        builder.field("running", running);
        return builder.endObject();
    }
}

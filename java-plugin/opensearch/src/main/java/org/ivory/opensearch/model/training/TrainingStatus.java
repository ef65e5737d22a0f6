package org.ivory.opensearch.model.training;

import org.ivory.nativelib.TrainingProgress;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.tasks.Task;

import java.io.IOException;

/**
 * How far a training job is, for the tasks API; the figures are those of {@link TrainingProgress}.
 */
public record TrainingStatus(
        String modelId,
        TrainingPhase phase,
        long vectorsOffered,
        long vectorsUsed,
        int iteration,
        int maxIterations,
        double inertia,
        int repairedCells)
        implements Task.Status {
    public static final String NAME = "ivory_training";

    public TrainingStatus(StreamInput in) throws IOException {
        this(
                in.readString(),
                in.readEnum(TrainingPhase.class),
                in.readVLong(),
                in.readVLong(),
                in.readVInt(),
                in.readVInt(),
                in.readDouble(),
                in.readVInt());
    }

    static TrainingStatus waiting(String modelId) {
        return new TrainingStatus(modelId, TrainingPhase.WAITING, 0, 0, 0, 0, 0, 0);
    }

    static TrainingStatus of(String modelId, TrainingPhase phase, TrainingProgress progress) {
        double inertia = progress.inertia();
        return new TrainingStatus(
                modelId,
                phase,
                progress.vectorsOffered(),
                progress.vectorsUsed(),
                progress.iteration(),
                progress.maxIterations(),
                Double.isFinite(inertia) ? inertia : Double.MAX_VALUE,
                progress.repairedCells());
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(modelId);
        out.writeEnum(phase);
        out.writeVLong(vectorsOffered);
        out.writeVLong(vectorsUsed);
        out.writeVInt(iteration);
        out.writeVInt(maxIterations);
        out.writeDouble(inertia);
        out.writeVInt(repairedCells);
    }

    @Override
    public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject();
        builder.field("model_id", modelId);
        builder.field("phase", phase.label());
        builder.field("vectors_offered", vectorsOffered);
        builder.field("vectors_used", vectorsUsed);
        builder.field("iteration", iteration);
        builder.field("max_iterations", maxIterations);
        builder.field("inertia", inertia);
        builder.field("repaired_cells", repairedCells);
        return builder.endObject();
    }
}

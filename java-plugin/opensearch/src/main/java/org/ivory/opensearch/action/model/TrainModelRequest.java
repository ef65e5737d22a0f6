package org.ivory.opensearch.action.model;

import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Metric;
import org.ivory.opensearch.model.training.TrainingRequest;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;

/** Asks for the training of a model. */
public final class TrainModelRequest extends ActionRequest {
    private final TrainingRequest training;
    private final boolean waitForCompletion;

    /**
     * @param waitForCompletion whether to answer only when the training has ended
     */
    public TrainModelRequest(TrainingRequest training, boolean waitForCompletion) {
        this.training = training;
        this.waitForCompletion = waitForCompletion;
    }

    public TrainModelRequest(StreamInput in) throws IOException {
        super(in);
        training =
                new TrainingRequest(
                        in.readString(),
                        in.readString(),
                        in.readString(),
                        in.readOptionalInt(),
                        readMetric(in),
                        in.readOptionalInt(),
                        in.readLong(),
                        new EncoderSpec(in.readString(), in.readVInt()),
                        in.readOptionalString());
        waitForCompletion = in.readBoolean();
    }

    public TrainingRequest training() {
        return training;
    }

    public boolean waitForCompletion() {
        return waitForCompletion;
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        super.writeTo(out);
        out.writeString(training.modelId());
        out.writeString(training.index());
        out.writeString(training.field());
        out.writeOptionalInt(training.nlist());
        out.writeOptionalInt(training.metric() == null ? null : training.metric().code());
        out.writeOptionalInt(training.maxVectors());
        out.writeLong(training.seed());
        out.writeString(training.encoder().name());
        out.writeVInt(training.encoder().parameter());
        out.writeOptionalString(training.description());
        out.writeBoolean(waitForCompletion);
    }

    private static Metric readMetric(StreamInput in) throws IOException {
        Integer code = in.readOptionalInt();
        return code == null ? null : Metric.ofCode(code);
    }

    @Override
    public ActionRequestValidationException validate() {
        return null;
    }

    @Override
    public String getDescription() {
        return "training of model ["
                + training.modelId()
                + "] from field ["
                + training.field()
                + "] of ["
                + training.index()
                + "]";
    }
}

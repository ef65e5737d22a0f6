package org.ivory.opensearch.model.training;

import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.test.AbstractWireSerializingTestCase;

public class TrainingStatusTests extends AbstractWireSerializingTestCase<TrainingStatus> {
    @Override
    protected TrainingStatus createTestInstance() {
        return new TrainingStatus(
                randomAlphaOfLength(5),
                randomFrom(TrainingPhase.values()),
                randomNonNegativeLong(),
                randomNonNegativeLong(),
                randomIntBetween(0, 10),
                randomIntBetween(0, 10),
                randomDouble(),
                randomIntBetween(0, 10));
    }

    @Override
    protected TrainingStatus mutateInstance(TrainingStatus status) {
        return new TrainingStatus(
                status.modelId(),
                status.phase(),
                status.vectorsOffered(),
                status.vectorsUsed(),
                status.iteration() + 1,
                status.maxIterations(),
                status.inertia(),
                status.repairedCells());
    }

    @Override
    protected Writeable.Reader<TrainingStatus> instanceReader() {
        return TrainingStatus::new;
    }
}

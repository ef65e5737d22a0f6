package org.ivory.opensearch.model.training;

import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Metric;

/** Plans for tests. */
final class TrainingPlans {
    private TrainingPlans() {}

    static TrainingPlan of(int dimension, int nlist, long vectors, int maxVectors) {
        return new TrainingPlan(
                "m",
                "i",
                "f",
                Metric.L2,
                dimension,
                nlist,
                vectors,
                maxVectors,
                10,
                42,
                EncoderSpec.AUTO,
                null);
    }
}

package org.ivory.opensearch.model.training;

import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Metric;

/**
 * A training request after all checks: nothing in it is left open.
 *
 * @param modelId of the model to make
 * @param index as named in the request
 * @param field the vector field
 * @param metric by which the vectors are clustered
 * @param dimension of the field
 * @param nlist number of cells
 * @param vectors that the index held when it was checked
 * @param maxVectors most vectors to sample
 * @param pageSize most vectors that may be fetched at once
 * @param seed of every random choice
 * @param encoder of the model, or {@link EncoderSpec#AUTO}
 * @param description the user's words, or null
 */
public record TrainingPlan(
        String modelId,
        String index,
        String field,
        Metric metric,
        int dimension,
        int nlist,
        long vectors,
        int maxVectors,
        int pageSize,
        long seed,
        EncoderSpec encoder,
        String description) {

    /** Vectors that will be sampled if memory allows. */
    int wantedVectors() {
        return (int) Math.min(vectors, maxVectors);
    }
}

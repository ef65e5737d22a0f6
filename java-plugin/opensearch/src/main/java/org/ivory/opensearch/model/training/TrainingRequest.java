package org.ivory.opensearch.model.training;

import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Metric;

/**
 * What a user asks of a training. What is null has a default that depends on the index.
 *
 * @param nlist number of cells, or null
 * @param metric of the clustering, or null for the field's
 * @param maxVectors most vectors to sample, or null
 * @param encoder of the model, or {@link EncoderSpec#AUTO}
 * @param description the user's words, or null
 */
public record TrainingRequest(
        String modelId,
        String index,
        String field,
        Integer nlist,
        Metric metric,
        Integer maxVectors,
        long seed,
        EncoderSpec encoder,
        String description) {}

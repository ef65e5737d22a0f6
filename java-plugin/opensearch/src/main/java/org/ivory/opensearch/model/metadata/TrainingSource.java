package org.ivory.opensearch.model.metadata;

/**
 * What was asked of a training run.
 *
 * @param index as named in the request
 * @param field the vector field
 * @param seed of every random choice
 * @param maxVectors most vectors of the sample
 */
public record TrainingSource(String index, String field, long seed, int maxVectors) {}

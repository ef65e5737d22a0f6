package org.ivory.opensearch.model.metadata;

/**
 * What was asked of a training run, and who does it.
 *
 * @param index as named in the request
 * @param field the vector field
 * @param seed of every random choice
 * @param maxVectors most vectors of the sample
 * @param description the user's words, or null
 * @param nodeEphemeralId identifies the process that does the job: it changes with every restart
 * @param nodeName its name, for people
 * @param task {@code node:id}, as the tasks API names it
 */
public record TrainingOrigin(
        String index,
        String field,
        long seed,
        int maxVectors,
        String description,
        String nodeEphemeralId,
        String nodeName,
        String task) {}

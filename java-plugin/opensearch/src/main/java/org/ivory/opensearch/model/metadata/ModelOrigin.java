package org.ivory.opensearch.model.metadata;

import java.util.Objects;

/**
 * Where a model comes from, and which process makes it.
 *
 * @param training what it is trained on; null if it is imported
 * @param importedFrom where its file came from, for people; null if it is trained
 * @param description the user's words, or null
 * @param nodeEphemeralId identifies the process that does the job: it changes with every restart
 * @param nodeName its name, for people
 * @param task {@code node:id}, as the tasks API names it
 */
public record ModelOrigin(
        TrainingSource training,
        String importedFrom,
        String description,
        String nodeEphemeralId,
        String nodeName,
        String task) {

    public ModelOrigin {
        if ((training == null) == (importedFrom == null)) {
            throw new IllegalArgumentException("a model is either trained or imported");
        }
        Objects.requireNonNull(nodeEphemeralId, "nodeEphemeralId");
        Objects.requireNonNull(nodeName, "nodeName");
        Objects.requireNonNull(task, "task");
    }

    /** Of a model that is trained. */
    public static ModelOrigin trained(
            TrainingSource training,
            String description,
            String nodeEphemeralId,
            String nodeName,
            String task) {
        return new ModelOrigin(training, null, description, nodeEphemeralId, nodeName, task);
    }

    /** Of a model whose file is brought in. */
    public static ModelOrigin imported(
            String from, String nodeEphemeralId, String nodeName, String task) {
        return new ModelOrigin(null, from, null, nodeEphemeralId, nodeName, task);
    }

    /** Whether the model's file was brought in, not made by a training. */
    public boolean isImport() {
        return training == null;
    }
}

package org.ivory.opensearch.model.metadata;

import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Metric;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.node.DiscoveryNodes;

import java.util.Objects;

/**
 * All that the cluster state knows of one model. Immutable.
 *
 * @param id the user's name for it
 * @param generation identifies one run (a training or an import) of this id; names its chunks, so
 *     that what a failed run left behind is never taken for a later run's
 * @param reason why it failed; null unless it failed
 * @param encoder how it makes codes; before it is ready what was asked for, which may be {@link
 *     EncoderSpec#AUTO}
 * @param file null unless it is ready
 * @param report null unless it is ready, and of an imported model
 * @param createdMillis when it was asked for, since the epoch
 */
public record ModelMetadata(
        String id,
        String generation,
        ModelState state,
        String reason,
        Metric metric,
        int dimension,
        int nlist,
        EncoderSpec encoder,
        ModelOrigin origin,
        ModelFile file,
        TrainingReport report,
        long createdMillis) {

    public ModelMetadata {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(generation, "generation");
        Objects.requireNonNull(state, "state");
        Objects.requireNonNull(metric, "metric");
        Objects.requireNonNull(encoder, "encoder");
        Objects.requireNonNull(origin, "origin");
        if (state == ModelState.READY
                && (file == null || (report == null && origin.isImport() == false))) {
            throw new IllegalArgumentException(
                    "[file] or [report] is missing of the ready model [" + id + "]");
        }
        if (state == ModelState.FAILED && reason == null) {
            throw new IllegalArgumentException(
                    "[reason] is missing of the failed model [" + id + "]");
        }
    }

    /** A model whose training or import was just accepted. */
    public static ModelMetadata created(
            String id,
            String generation,
            Metric metric,
            int dimension,
            int nlist,
            EncoderSpec encoder,
            ModelOrigin origin,
            long createdMillis) {
        return new ModelMetadata(
                id,
                generation,
                ModelState.CREATED,
                null,
                metric,
                dimension,
                nlist,
                encoder,
                origin,
                null,
                null,
                createdMillis);
    }

    public ModelMetadata training() {
        return with(ModelState.TRAINING, null, encoder, null, null);
    }

    /**
     * @param encoder the one that the model has
     * @param report null if the model is imported
     */
    public ModelMetadata ready(ModelFile file, EncoderSpec encoder, TrainingReport report) {
        return with(ModelState.READY, null, encoder, file, report);
    }

    public ModelMetadata failed(String reason) {
        return with(ModelState.FAILED, reason, encoder, null, null);
    }

    /** Whether the process that should make this model is no longer in the cluster. */
    public boolean orphaned(DiscoveryNodes nodes) {
        if (state.inProgress() == false) {
            return false;
        }
        for (DiscoveryNode node : nodes) {
            if (node.getEphemeralId().equals(origin.nodeEphemeralId())) {
                return false;
            }
        }
        return true;
    }

    /** This model as it really stands, given who is in the cluster: failed if its job is gone. */
    public ModelMetadata effective(DiscoveryNodes nodes) {
        if (orphaned(nodes)) {
            return failed(
                    "node ["
                            + origin.nodeName()
                            + "] left the cluster or restarted before the "
                            + (origin.isImport() ? "import" : "training")
                            + " had ended");
        }
        return this;
    }

    private ModelMetadata with(
            ModelState state,
            String reason,
            EncoderSpec encoder,
            ModelFile file,
            TrainingReport report) {
        return new ModelMetadata(
                id,
                generation,
                state,
                reason,
                metric,
                dimension,
                nlist,
                encoder,
                origin,
                file,
                report,
                createdMillis);
    }
}

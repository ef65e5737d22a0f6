package org.ivory.opensearch.model.lifecycle;

import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;

/** Proposes changes of models' metadata to the elected cluster manager. */
@FunctionalInterface
public interface ModelUpdater {

    /**
     * Proposes a model's next metadata; in state created it proposes the model itself. The rules
     * are those of {@link ModelTransitions}.
     *
     * @param timeout how long to look for a cluster manager
     * @param listener is told when all nodes know of the change, or why it was refused
     */
    void update(ModelMetadata next, TimeValue timeout, ActionListener<Void> listener);
}

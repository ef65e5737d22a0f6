package org.ivory.opensearch.model;

import org.ivory.opensearch.model.cache.ModelCache;
import org.ivory.opensearch.model.training.TrainingService;
import org.opensearch.common.lifecycle.AbstractLifecycleComponent;

/** Ends trainings when the node stops, and frees the models' memory when it is closed. */
public final class ModelLifecycle extends AbstractLifecycleComponent {
    private final TrainingService trainings;
    private final ModelCache cache;

    public ModelLifecycle(TrainingService trainings, ModelCache cache) {
        this.trainings = trainings;
        this.cache = cache;
    }

    @Override
    protected void doStart() {}

    @Override
    protected void doStop() {
        trainings.stop();
    }

    @Override
    protected void doClose() {
        cache.close();
    }
}

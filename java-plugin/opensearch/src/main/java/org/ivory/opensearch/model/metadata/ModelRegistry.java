package org.ivory.opensearch.model.metadata;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.cluster.ClusterChangedEvent;
import org.opensearch.cluster.ClusterStateApplier;
import org.opensearch.cluster.service.ClusterService;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * What this node knows of all models: an immutable snapshot, renewed with the cluster state before
 * any index that it creates looks at it.
 */
public final class ModelRegistry implements ClusterStateApplier {
    private static final Logger logger = LogManager.getLogger(ModelRegistry.class);

    private final List<Consumer<Models>> listeners = new CopyOnWriteArrayList<>();
    private volatile Models models = Models.EMPTY;

    /** Follows the cluster state of {@code clusterService}, which must not have started yet. */
    public ModelRegistry(ClusterService clusterService) {
        clusterService.addHighPriorityApplier(this);
    }

    /** The models as of the last applied cluster state. */
    public Models models() {
        return models;
    }

    /** Calls {@code listener} after every change, on the applier's thread: it must not wait. */
    public void onChange(Consumer<Models> listener) {
        listeners.add(listener);
    }

    @Override
    public void applyClusterState(ClusterChangedEvent event) {
        Map<String, String> stored = ModelsState.read(event.state());
        if (models.isOf(stored)) {
            return;
        }
        Models changed = Models.of(stored);
        changed.unreadable().values().forEach(logger::warn);
        models = changed;
        for (Consumer<Models> listener : listeners) {
            try {
                listener.accept(changed);
            } catch (RuntimeException e) {
                logger.warn("a listener to changes of models failed", e);
            }
        }
    }
}

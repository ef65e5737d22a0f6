package org.ivory.opensearch.model.lifecycle;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelRegistry;
import org.ivory.opensearch.model.metadata.ModelState;
import org.ivory.opensearch.model.metadata.Models;
import org.ivory.opensearch.model.metadata.ModelsState;
import org.ivory.opensearch.model.store.ChunkSweeper;
import org.opensearch.cluster.ClusterChangedEvent;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.ClusterStateListener;
import org.opensearch.cluster.ClusterStateUpdateTask;
import org.opensearch.cluster.node.DiscoveryNodes;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.Priority;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.gateway.GatewayService;
import org.opensearch.threadpool.ThreadPool;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the elected cluster manager does for the models: it fails those whose training ended with
 * the process that did it, and has the chunks deleted that no model needs (any more).
 */
public final class ModelJanitor implements ClusterStateListener {
    private static final Logger logger = LogManager.getLogger(ModelJanitor.class);
    private static final TimeValue SWEEP_DELAY = TimeValue.timeValueSeconds(1);
    private static final TimeValue SWEEP_RETRY = TimeValue.timeValueSeconds(30);
    private static final int SWEEP_ATTEMPTS = 20;

    private final ClusterService clusterService;
    private final ThreadPool threadPool;
    private final ModelRegistry registry;
    private final ChunkSweeper sweeper;
    private final AtomicBoolean failing = new AtomicBoolean();
    private final AtomicBoolean sweepPending = new AtomicBoolean();
    private Set<String> lastGenerations = Set.of();

    /** Follows the cluster state of {@code clusterService}. */
    public ModelJanitor(
            ClusterService clusterService,
            ThreadPool threadPool,
            ModelRegistry registry,
            ChunkSweeper sweeper) {
        this.clusterService = clusterService;
        this.threadPool = threadPool;
        this.registry = registry;
        this.sweeper = sweeper;
        clusterService.addListener(this);
    }

    @Override
    public void clusterChanged(ClusterChangedEvent event) {
        if (event.localNodeClusterManager() == false
                || event.state().blocks().hasGlobalBlock(GatewayService.STATE_NOT_RECOVERED_BLOCK)
                || event.state().metadata().hasIndex(ModelsState.INDEX) == false) {
            lastGenerations = Set.of();
            return;
        }
        Models models = registry.models();
        DiscoveryNodes nodes = event.state().nodes();
        if (models.all().stream().anyMatch(model -> model.orphaned(nodes))) {
            failOrphans();
        }
        Set<String> generations = usefulGenerations(models);
        boolean elected = event.previousState().nodes().isLocalNodeElectedClusterManager() == false;
        boolean recovered =
                event.previousState()
                        .blocks()
                        .hasGlobalBlock(GatewayService.STATE_NOT_RECOVERED_BLOCK);
        if (elected || recovered || generations.containsAll(lastGenerations) == false) {
            scheduleSweep(SWEEP_DELAY, SWEEP_ATTEMPTS);
        }
        lastGenerations = generations;
    }

    /** The generations whose chunks must stay: of ready models, and of those in progress. */
    private static Set<String> usefulGenerations(Models models) {
        Set<String> generations = new HashSet<>();
        for (ModelMetadata model : models.all()) {
            if (model.state() != ModelState.FAILED) {
                generations.add(model.generation());
            }
        }
        return generations;
    }

    private void failOrphans() {
        if (failing.compareAndSet(false, true) == false) {
            return;
        }
        clusterService.submitStateUpdateTask(
                "fail models whose training was cut short",
                new ClusterStateUpdateTask(Priority.NORMAL) {
                    @Override
                    public ClusterState execute(ClusterState state) {
                        return ModelTransitions.failOrphans(state);
                    }

                    @Override
                    public void onFailure(String source, Exception e) {
                        failing.set(false);
                        logger.debug("models whose training was cut short were not failed", e);
                    }

                    @Override
                    public void clusterStateProcessed(
                            String source, ClusterState before, ClusterState after) {
                        failing.set(false);
                    }
                });
    }

    private void scheduleSweep(TimeValue delay, int attempts) {
        if (sweepPending.compareAndSet(false, true)) {
            threadPool.scheduleUnlessShuttingDown(
                    delay, ThreadPool.Names.GENERIC, () -> sweep(attempts));
        }
    }

    private void sweep(int attempts) {
        sweepPending.set(false);
        if (clusterService.state().nodes().isLocalNodeElectedClusterManager() == false
                || registry.models().unreadable().isEmpty() == false) {
            return;
        }
        sweeper.sweep(
                generation -> usefulGenerations(registry.models()).contains(generation),
                ActionListener.wrap(
                        deleted -> {
                            if (deleted > 0) {
                                logger.info("deleted {} chunks that no model needs", deleted);
                            }
                        },
                        e -> {
                            logger.debug("chunks that no model needs could not be deleted", e);
                            if (attempts > 1) {
                                scheduleSweep(SWEEP_RETRY, attempts - 1);
                            }
                        }));
    }
}

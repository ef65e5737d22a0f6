package org.ivory.opensearch.model.training;

import org.ivory.nativelib.VectorOps;
import org.ivory.opensearch.breaker.NativeMemory;
import org.ivory.opensearch.model.lifecycle.ModelUpdater;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelOrigin;
import org.ivory.opensearch.model.metadata.ModelRegistry;
import org.ivory.opensearch.model.metadata.TrainingSource;
import org.ivory.opensearch.model.store.ModelStore;
import org.ivory.opensearch.settings.IvorySettings;
import org.ivory.opensearch.stats.TrainingCounters;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.cluster.node.DiscoveryNode;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.UUIDs;
import org.opensearch.common.unit.SizeValue;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.tasks.TaskManager;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.IntSupplier;

/**
 * Runs this node's trainings, a bounded number on a pool of their own. Whatever happens to one, its
 * model ends ready or failed, and its task, memory and place in the queue are given back.
 */
public final class TrainingService {
    private static final TimeValue CREATE_TIMEOUT = TimeValue.timeValueSeconds(30);

    private final Parts parts;
    private final int capacity;
    private final Semaphore places;
    private final Set<TrainingRun> runs = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    /**
     * What trainings need.
     *
     * @param threads how many threads a run starting now may use
     */
    public record Parts(
            Client client,
            ClusterService clusterService,
            ThreadPool threadPool,
            ModelRegistry registry,
            ModelUpdater updater,
            ModelStore store,
            VectorOps ops,
            NativeMemory memory,
            TrainingCounters counters,
            IntSupplier threads) {}

    public TrainingService(Parts parts) {
        this.parts = parts;
        ThreadPool.Info pool = parts.threadPool().info(IvorySettings.TRAINING_POOL);
        SizeValue queue = pool.getQueueSize();
        this.capacity = pool.getMax() + (queue == null ? 1_000 : (int) queue.singles());
        this.places = new Semaphore(capacity);
    }

    /**
     * Accepts a training.
     *
     * @param wait whether to answer only when it has ended
     * @param listener is given the model's metadata, or an exception of status 409 if the id is
     *     taken, 429 if too many trainings wait already, 503 if the node is being stopped
     */
    public void start(
            TrainingPlan plan,
            TaskManager taskManager,
            boolean wait,
            ActionListener<ModelMetadata> listener) {
        if (stopped) {
            throw new OpenSearchStatusException(
                    "this node is being stopped", RestStatus.SERVICE_UNAVAILABLE);
        }
        if (places.tryAcquire() == false) {
            throw new OpenSearchStatusException(
                    "model ["
                            + plan.modelId()
                            + "] cannot be trained now: this node runs or has queued ["
                            + capacity
                            + "] trainings already; try again later",
                    RestStatus.TOO_MANY_REQUESTS);
        }
        TrainingRun run;
        try {
            run = register(plan, taskManager);
        } catch (RuntimeException e) {
            places.release();
            throw e;
        }
        parts.store()
                .ensureIndex(
                        ActionListener.wrap(
                                index -> create(run, wait, listener),
                                e -> {
                                    run.abandon();
                                    listener.onFailure(e);
                                }));
    }

    /**
     * Stops all trainings; their models will be reported failed. Returns before they have ended.
     */
    public void stop() {
        stopped = true;
        runs.forEach(TrainingRun::stop);
    }

    boolean stopped() {
        return stopped;
    }

    private TrainingRun register(TrainingPlan plan, TaskManager taskManager) {
        TrainingTask task =
                (TrainingTask)
                        taskManager.register(
                                "transport",
                                TrainingTask.ACTION,
                                new TrainingTask.Request(plan.modelId()));
        DiscoveryNode node = parts.clusterService().localNode();
        TaskId taskId = new TaskId(node.getId(), task.getId());
        ModelOrigin origin =
                ModelOrigin.trained(
                        new TrainingSource(
                                plan.index(), plan.field(), plan.seed(), plan.maxVectors()),
                        plan.description(),
                        node.getEphemeralId(),
                        node.getName(),
                        taskId.toString());
        ModelMetadata model =
                ModelMetadata.created(
                        plan.modelId(),
                        UUIDs.base64UUID(),
                        plan.metric(),
                        plan.dimension(),
                        plan.nlist(),
                        plan.encoder(),
                        origin,
                        System.currentTimeMillis());
        TrainingRun run =
                new TrainingRun(
                        parts,
                        plan,
                        model,
                        task,
                        taskId,
                        this::stopped,
                        () -> taskManager.unregister(task),
                        places::release);
        runs.add(run);
        run.whenEnded(ended -> runs.remove(run));
        return run;
    }

    private void create(TrainingRun run, boolean wait, ActionListener<ModelMetadata> listener) {
        ActionListener<Void> created =
                new ActionListener<>() {
                    @Override
                    public void onResponse(Void ignored) {
                        parts.counters().started();
                        if (wait) {
                            run.whenEnded(listener::onResponse);
                        }
                        run.enqueue();
                        if (wait == false) {
                            listener.onResponse(run.model());
                        }
                    }

                    @Override
                    public void onFailure(Exception e) {
                        run.abandonCreated(e);
                        listener.onFailure(e);
                    }
                };
        parts.updater().update(run.model(), CREATE_TIMEOUT, created);
    }
}

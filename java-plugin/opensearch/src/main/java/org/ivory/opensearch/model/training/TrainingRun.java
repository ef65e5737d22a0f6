package org.ivory.opensearch.model.training;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.settings.IvorySettings;
import org.ivory.opensearch.stats.TrainingCounters.Outcome;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.AbstractRunnable;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.threadpool.ThreadPool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** The life of one accepted training: queued, running, ended; and what it writes down of it. */
final class TrainingRun extends AbstractRunnable {
    private static final Logger logger = LogManager.getLogger(TrainingRun.class);

    /** How long a running job looks for a cluster manager: its work should not be in vain. */
    private static final TimeValue UPDATE_TIMEOUT = TimeValue.timeValueMinutes(10);

    private static final TimeValue RETRY = TimeValue.timeValueSeconds(10);

    private enum Stage {
        QUEUED,
        RUNNING,
        ENDED
    }

    private final TrainingService.Parts parts;
    private final TrainingPlan plan;
    private final ModelMetadata model;
    private final TrainingTask task;
    private final TaskId taskId;
    private final BooleanSupplier stopped;
    private final Runnable unregister;
    private final Runnable freePlace;
    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.QUEUED);
    private final List<Consumer<ModelMetadata>> listeners = new ArrayList<>();
    private ModelMetadata result;
    private boolean seen;

    TrainingRun(
            TrainingService.Parts parts,
            TrainingPlan plan,
            ModelMetadata model,
            TrainingTask task,
            TaskId taskId,
            BooleanSupplier stopped,
            Runnable unregister,
            Runnable freePlace) {
        this.parts = parts;
        this.plan = plan;
        this.model = model;
        this.task = task;
        this.taskId = taskId;
        this.stopped = stopped;
        this.unregister = unregister;
        this.freePlace = freePlace;
    }

    /** The model to make, in state created. */
    ModelMetadata model() {
        return model;
    }

    /** Calls {@code listener} with the final metadata, at once if the run has ended. */
    void whenEnded(Consumer<ModelMetadata> listener) {
        synchronized (this) {
            if (result == null) {
                listeners.add(listener);
                return;
            }
        }
        listener.accept(result);
    }

    /** Lets the run wait for its turn. */
    void enqueue() {
        task.onCancel(this::leaveQueue);
        if (task.isCancelled()) {
            leaveQueue();
        }
        parts.threadPool().executor(IvorySettings.TRAINING_POOL).execute(this);
    }

    /** Ends a run whose model was never created. */
    void abandon() {
        stage.set(Stage.ENDED);
        ended(model.failed("never started"));
        freePlace.run();
    }

    /** Ends a run whose model was refused, or perhaps created although the answer was lost. */
    void abandonCreated(Exception e) {
        abandon();
        if (refused(e) == false) {
            persistEventually(model.failed(describe(e)), () -> {});
        }
    }

    /** Makes the run end soon because the node ends. */
    void stop() {
        task.stopTrainer();
        leaveQueue();
    }

    @Override
    protected void doRun() {
        if (stage.compareAndSet(Stage.QUEUED, Stage.RUNNING) == false) {
            return;
        }
        checkpoint();
        persist(model.training());
        VectorCollector collector = new VectorCollector(parts.client(), plan, taskId);
        ModelMetadata ready =
                new TrainingJob(plan, model, task, this::checkpoint)
                        .run(
                                parts.ops(),
                                parts.memory(),
                                collector,
                                parts.store(),
                                parts.threads().getAsInt());
        checkpoint();
        persist(ready);
        parts.counters().ended(Outcome.SUCCEEDED);
        logger.info("model [{}] is ready after {} s", model.id(), ready.report().seconds());
        ended(ready);
    }

    @Override
    public void onFailure(Exception e) {
        fail(e);
    }

    @Override
    public void onAfter() {
        freePlace.run();
    }

    private void leaveQueue() {
        if (stage.compareAndSet(Stage.QUEUED, Stage.ENDED)) {
            fail(new CancellationException());
        }
    }

    private void fail(Exception e) {
        stage.set(Stage.ENDED);
        String reason = describe(e);
        parts.counters().ended(task.isCancelled() ? Outcome.CANCELLED : Outcome.FAILED);
        if (task.isCancelled() || stopped.getAsBoolean()) {
            logger.info("training of model [{}] ended: {}", model.id(), reason);
        } else {
            logger.warn("training of model [" + model.id() + "] failed", e);
        }
        ModelMetadata failed = model.failed(reason);
        persistEventually(failed, () -> ended(failed));
    }

    private String describe(Exception e) {
        if (task.isCancelled()) {
            return "cancelled";
        }
        if (stopped.getAsBoolean()) {
            return "the node was stopped";
        }
        Throwable cause = ExceptionsHelper.unwrapCause(e);
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(cause.getMessage());
        return root == cause ? message : message + ": " + root.getMessage();
    }

    private void ended(ModelMetadata last) {
        List<Consumer<ModelMetadata>> waiting;
        synchronized (this) {
            if (result != null) {
                return;
            }
            result = last;
            waiting = List.copyOf(listeners);
        }
        unregister.run();
        waiting.forEach(listener -> listener.accept(last));
    }

    /** Throws if the run should be given up. */
    private void checkpoint() {
        task.ensureNotCancelled();
        if (stopped.getAsBoolean()) {
            throw new CancellationException("the node was stopped");
        }
        ModelMetadata current = parts.registry().models().get(model.id());
        boolean ours =
                current != null
                        && current.generation().equals(model.generation())
                        && current.state().inProgress();
        // This node may be the last to learn that the model was created.
        if (ours == false && seen) {
            throw new IllegalStateException("the model was deleted or given up in the meantime");
        }
        seen |= ours;
    }

    private void persist(ModelMetadata next) {
        PlainActionFuture<Void> done = PlainActionFuture.newFuture();
        parts.updater().update(next, UPDATE_TIMEOUT, done);
        try {
            done.actionGet();
        } catch (RuntimeException e) {
            // The change may have been made although its answer was lost.
            if (next.equals(parts.registry().models().get(next.id())) == false) {
                throw e;
            }
        }
    }

    /** Tries until the metadata is written, or it is certain that it is not to be. */
    private void persistEventually(ModelMetadata failed, Runnable afterFirstTry) {
        if (stopped.getAsBoolean()) {
            // The cluster manager will see this process leave.
            afterFirstTry.run();
            return;
        }
        parts.updater()
                .update(
                        failed,
                        UPDATE_TIMEOUT,
                        ActionListener.wrap(
                                written -> afterFirstTry.run(),
                                e -> {
                                    afterFirstTry.run();
                                    if (refused(e) == false) {
                                        logger.warn(
                                                "state of model [" + model.id() + "] not written",
                                                e);
                                        parts.threadPool()
                                                .scheduleUnlessShuttingDown(
                                                        RETRY,
                                                        ThreadPool.Names.GENERIC,
                                                        () -> persistEventually(failed, () -> {}));
                                    }
                                }));
    }

    private static boolean refused(Exception e) {
        int status = ExceptionsHelper.status(e).getStatus();
        return status >= 400 && status < 500 && status != 429;
    }
}

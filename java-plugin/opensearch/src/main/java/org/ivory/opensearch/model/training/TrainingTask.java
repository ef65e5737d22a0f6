package org.ivory.opensearch.model.training;

import org.ivory.nativelib.Trainer;
import org.ivory.nativelib.TrainingProgress;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.tasks.CancellableTask;
import org.opensearch.tasks.Task;
import org.opensearch.tasks.TaskAwareRequest;

import java.util.Map;
import java.util.concurrent.CancellationException;

/** A training job as the tasks API shows and cancels it. */
final class TrainingTask extends CancellableTask {
    /** Name of the job in the tasks API. */
    static final String ACTION = "cluster:admin/ivory/model/train[job]";

    private final String modelId;
    private TrainingStatus status;
    private Trainer trainer;
    private boolean storing;
    private Runnable onCancel = () -> {};

    private TrainingTask(
            long id,
            String type,
            String action,
            String modelId,
            TaskId parent,
            Map<String, String> headers) {
        super(id, type, action, "training of model [" + modelId + "]", parent, headers);
        this.modelId = modelId;
        this.status = TrainingStatus.waiting(modelId);
    }

    /** Asks the task manager for a training task. */
    record Request(String modelId) implements TaskAwareRequest {
        @Override
        public void setParentTask(TaskId parent) {
            throw new UnsupportedOperationException("a training job has no parent");
        }

        @Override
        public TaskId getParentTask() {
            return TaskId.EMPTY_TASK_ID;
        }

        @Override
        public Task createTask(
                long id, String type, String action, TaskId parent, Map<String, String> headers) {
            return new TrainingTask(id, type, action, modelId, parent, headers);
        }
    }

    @Override
    public boolean shouldCancelChildrenOnCancellation() {
        return true;
    }

    @Override
    public synchronized Task.Status getStatus() {
        if (trainer != null) {
            status = read(trainer);
        }
        return status;
    }

    /** What to do at once when the task is cancelled, besides stopping the trainer. */
    synchronized void onCancel(Runnable action) {
        onCancel = action;
    }

    /** Lets the task follow and stop {@code trainer}, until {@link #detach}. */
    synchronized void attach(Trainer trainer) {
        this.trainer = trainer;
        if (isCancelled()) {
            trainer.cancel();
        }
    }

    /** Keeps the last status and lets go of the trainer, which its owner may close then. */
    synchronized void detach() {
        if (trainer != null) {
            status = read(trainer);
            trainer = null;
        }
    }

    /** Says that the model is being stored. */
    synchronized void storing() {
        storing = true;
    }

    /** Throws a {@link CancellationException} if the task was cancelled. */
    void ensureNotCancelled() {
        if (isCancelled()) {
            throw new CancellationException("cancelled");
        }
    }

    /** Makes a running trainer end soon; the task does not count as cancelled. */
    synchronized void stopTrainer() {
        if (trainer != null) {
            trainer.cancel();
        }
    }

    @Override
    protected void onCancelled() {
        stopTrainer();
        Runnable action;
        synchronized (this) {
            action = onCancel;
        }
        action.run();
    }

    private TrainingStatus read(Trainer trainer) {
        TrainingProgress progress = trainer.progress();
        TrainingPhase phase = storing ? TrainingPhase.STORING : TrainingPhase.of(progress.phase());
        return TrainingStatus.of(modelId, phase, progress);
    }
}

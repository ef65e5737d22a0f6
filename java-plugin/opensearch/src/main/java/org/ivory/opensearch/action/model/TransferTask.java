package org.ivory.opensearch.action.model;

import org.opensearch.core.tasks.TaskCancelledException;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.tasks.CancellableTask;

import java.util.Map;

/** An import or export as the tasks API shows and cancels it. */
final class TransferTask extends CancellableTask {
    TransferTask(
            long id,
            String type,
            String action,
            String description,
            TaskId parent,
            Map<String, String> headers) {
        super(id, type, action, description, parent, headers);
    }

    @Override
    public boolean shouldCancelChildrenOnCancellation() {
        return true;
    }

    /** Throws if the task was cancelled. */
    void checkpoint() {
        if (isCancelled()) {
            throw new TaskCancelledException(getDescription() + " was cancelled");
        }
    }
}

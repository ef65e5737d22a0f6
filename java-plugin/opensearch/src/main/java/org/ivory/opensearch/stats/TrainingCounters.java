package org.ivory.opensearch.stats;

import java.util.concurrent.atomic.LongAdder;

/** Counts training runs of this node since its start. Safe for concurrent use. */
public final class TrainingCounters {
    /** How a run ended. */
    public enum Outcome {
        SUCCEEDED,
        FAILED,
        CANCELLED
    }

    private final LongAdder started = new LongAdder();
    private final LongAdder succeeded = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder cancelled = new LongAdder();

    /** A run was accepted. */
    public void started() {
        started.increment();
    }

    /** An accepted run has ended. */
    public void ended(Outcome outcome) {
        switch (outcome) {
            case SUCCEEDED -> succeeded.increment();
            case FAILED -> failed.increment();
            case CANCELLED -> cancelled.increment();
        }
    }

    /** The counts at this moment. */
    public TrainingStats snapshot() {
        long ended = succeeded.sum() + failed.sum() + cancelled.sum();
        // Ended before started: a run that ends in between must not make the difference negative.
        long total = started.sum();
        return new TrainingStats(
                total, succeeded.sum(), failed.sum(), cancelled.sum(), Math.max(0, total - ended));
    }
}

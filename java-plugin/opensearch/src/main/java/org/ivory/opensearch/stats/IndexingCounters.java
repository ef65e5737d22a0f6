package org.ivory.opensearch.stats;

import java.util.concurrent.atomic.LongAdder;

/** Counts the vectors indexed into fields that name a model. Safe for concurrent use. */
public final class IndexingCounters {
    private final LongAdder assigned = new LongAdder();
    private final LongAdder unassigned = new LongAdder();

    /** A vector was indexed, under its model or without it. */
    public void indexed(boolean underModel) {
        (underModel ? assigned : unassigned).increment();
    }

    /** The counts at this moment. */
    public IndexingStats snapshot() {
        return new IndexingStats(assigned.sum(), unassigned.sum());
    }
}

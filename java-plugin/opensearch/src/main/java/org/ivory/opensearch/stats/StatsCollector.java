package org.ivory.opensearch.stats;

import org.ivory.lucene.SearchCounters;
import org.ivory.nativelib.NativeLibrary;
import org.ivory.opensearch.breaker.NativeMemory;
import org.ivory.opensearch.model.cache.ModelCache;

/** Reads off this node's counters. */
public final class StatsCollector {
    private final NativeStats library;
    private final SearchCounters searches;
    private final IndexingCounters indexing;
    private final TrainingCounters trainings;
    private final ModelCache models;
    private final NativeMemory memory;

    public StatsCollector(
            NativeLibrary.Status library,
            SearchCounters searches,
            IndexingCounters indexing,
            TrainingCounters trainings,
            ModelCache models,
            NativeMemory memory) {
        this.library = NativeStats.of(library);
        this.searches = searches;
        this.indexing = indexing;
        this.trainings = trainings;
        this.models = models;
        this.memory = memory;
    }

    /** The counters at this moment. */
    public IvoryStats collect() {
        return new IvoryStats(
                library,
                models.stats(),
                SearchStats.of(searches.snapshot()),
                indexing.snapshot(),
                trainings.snapshot(),
                new MemoryStats(memory.limit(), memory.used()));
    }
}

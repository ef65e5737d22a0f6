package org.ivory.lucene;

import org.ivory.nativelib.VectorOps;

import java.util.Objects;

/**
 * What a query needs beside the index. No part of a query's identity.
 *
 * @param ops the arithmetic
 * @param models the models that this node has
 * @param counters where the query counts what it did
 * @param cancellation throws if the search was cancelled or ran out of time; called between blocks
 *     of work, from any thread that takes part in the search
 * @param memory accounts for what is kept outside the heap beyond the query
 */
public record SearchEnvironment(
        VectorOps ops,
        ModelSource models,
        SearchCounters counters,
        Runnable cancellation,
        MemoryAccount memory) {

    /** Without a limit on memory. */
    public SearchEnvironment(
            VectorOps ops, ModelSource models, SearchCounters counters, Runnable cancellation) {
        this(ops, models, counters, cancellation, MemoryAccount.UNLIMITED);
    }

    /** The same, but what is done counts for nothing. */
    SearchEnvironment uncounted() {
        return new SearchEnvironment(ops, models, new SearchCounters(), cancellation, memory);
    }

    public SearchEnvironment {
        Objects.requireNonNull(ops, "ops");
        Objects.requireNonNull(models, "models");
        Objects.requireNonNull(counters, "counters");
        Objects.requireNonNull(cancellation, "cancellation");
        Objects.requireNonNull(memory, "memory");
    }
}

package org.ivory.opensearch.model.cache;

import org.ivory.nativelib.CentroidModel;
import org.ivory.opensearch.breaker.NativeMemory;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One model's place in the cache: empty, being loaded, loaded, or waiting after a failed load. All
 * who want the model at the same time share one load.
 */
public final class CachedModel {
    /** What a place holds. */
    public enum State {
        EMPTY,
        LOADING,
        LOADED,
        FAILED,
        DROPPED
    }

    private final long fingerprint;
    private final ModelCache cache;

    private State state = State.EMPTY;
    private CentroidModel model;
    private NativeMemory.Reservation memory;
    private LoadFailure failure;
    private int failures;
    private long attemptDeadline;
    private long nextAttempt;
    private CountDownLatch attempt;
    private boolean keep;
    private volatile long lastUse;

    CachedModel(long fingerprint, ModelCache cache) {
        this.fingerprint = fingerprint;
        this.cache = cache;
        this.lastUse = cache.now();
    }

    /** Another reference to the model, which the caller closes, or null if it is not loaded. */
    public CentroidModel tryAcquire() {
        CentroidModel loaded;
        synchronized (this) {
            if (state != State.LOADED) {
                return null;
            }
            loaded = model;
        }
        lastUse = cache.now();
        return loaded.tryAcquire() ? loaded : null;
    }

    /**
     * Starts a load unless the model is loaded, one is under way, or the last one failed a short
     * while ago.
     *
     * @return whether a load is under way
     */
    public boolean load() {
        synchronized (this) {
            if (state == State.LOADING) {
                return true;
            }
            boolean due = state == State.FAILED && cache.now() - nextAttempt >= 0;
            if (state != State.EMPTY && due == false) {
                return false;
            }
            state = State.LOADING;
            attemptDeadline = cache.now() + cache.longestWaitNanos();
            attempt = new CountDownLatch(1);
        }
        cache.submit(this);
        return true;
    }

    /** As {@link #load}, and tries again by itself for as long as it fails. */
    public void keepLoaded() {
        long pause;
        synchronized (this) {
            // Of a load that failed before this nobody has planned the next attempt.
            pause = keep == false && state == State.FAILED ? nextAttempt - cache.now() : 0;
            keep = true;
        }
        if (pause > 0) {
            cache.loadLater(this, pause);
        } else {
            load();
        }
    }

    /**
     * Waits for the load under way, but not beyond the longest wait counted from its start, and not
     * at all if the last one failed: a model that cannot be had must not hold up all indexing.
     */
    public void awaitLoad() {
        CountDownLatch latch;
        long remaining;
        synchronized (this) {
            if (state != State.LOADING || failures > 0) {
                return;
            }
            latch = attempt;
            remaining = attemptDeadline - cache.now();
        }
        try {
            if (remaining > 0) {
                latch.await(remaining, TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    long fingerprint() {
        return fingerprint;
    }

    long lastUse() {
        return lastUse;
    }

    /** What the place holds, for statistics. */
    synchronized CachedModelStats stats(String id) {
        return new CachedModelStats(
                id,
                fingerprint,
                state,
                memory == null ? 0 : memory.bytes(),
                failure == null ? null : failure.message());
    }

    synchronized State state() {
        return state;
    }

    /** Ends a load; takes over both arguments. */
    void loaded(CentroidModel model, NativeMemory.Reservation memory) {
        CountDownLatch ended;
        boolean taken;
        synchronized (this) {
            ended = attempt;
            taken = state == State.LOADING;
            if (taken) {
                this.model = model;
                this.memory = memory;
                state = State.LOADED;
                failure = null;
                failures = 0;
                lastUse = cache.now();
            }
        }
        if (taken == false) {
            model.close();
            memory.close();
        }
        ended.countDown();
    }

    /** Whether the load under way may still go on trying. */
    synchronized boolean mayTryAgain() {
        return state == State.LOADING && attemptDeadline - cache.now() > 0;
    }

    /**
     * Ends a load that failed.
     *
     * @return nanoseconds after which to try again unasked, or -1 not to
     */
    long failed(LoadFailure failure) {
        CountDownLatch ended;
        long pause;
        synchronized (this) {
            ended = attempt;
            pause = failure.pauseNanos(++failures);
            this.failure = failure;
            nextAttempt = cache.now() + pause;
            if (state == State.LOADING) {
                state = State.FAILED;
            }
            if (keep == false || state == State.DROPPED) {
                pause = -1;
            }
        }
        ended.countDown();
        return pause;
    }

    /** The message of the last failed load, or null. */
    synchronized String lastFailure() {
        return failure == null ? null : failure.message();
    }

    /** Frees the memory; a later {@link #load} brings the model back. */
    void unload() {
        release(State.EMPTY);
    }

    /** Frees the memory for good. */
    void drop() {
        release(State.DROPPED);
    }

    private void release(State next) {
        CentroidModel oldModel;
        NativeMemory.Reservation oldMemory;
        synchronized (this) {
            if (next == State.EMPTY && state != State.LOADED) {
                return;
            }
            state = next;
            oldModel = model;
            oldMemory = memory;
            model = null;
            memory = null;
        }
        if (oldModel != null) {
            oldModel.close();
            oldMemory.close();
        }
    }
}

package org.ivory.opensearch.model.cache;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.ivory.nativelib.CentroidModel;
import org.ivory.nativelib.VectorOps;
import org.ivory.opensearch.breaker.NativeMemory;
import org.ivory.opensearch.model.metadata.ModelFile;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.ModelRegistry;
import org.ivory.opensearch.model.store.ModelStore;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.AbstractRunnable;
import org.opensearch.threadpool.ThreadPool;

import java.io.Closeable;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.function.Supplier;

/**
 * Models in memory by fingerprint, loaded from the store on generic threads. What does not fit the
 * memory limit is not loaded; models that nobody has used for a while make room first.
 */
public final class ModelCache implements Closeable {
    private static final Logger logger = LogManager.getLogger(ModelCache.class);
    private static final TimeValue SOON = TimeValue.timeValueMillis(100);
    private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(5);

    /** While it is loaded: the file, its centroids, and the form in which they are compared. */
    private static final int LOADING_COPIES = 3;

    private final Map<Long, CachedModel> models = new ConcurrentHashMap<>();
    private final ModelRegistry registry;
    private final ModelStore store;
    private final VectorOps ops;
    private final NativeMemory memory;
    private final ThreadPool threadPool;
    private final Supplier<TimeValue> longestWait;
    private volatile boolean closed;

    public ModelCache(
            ModelRegistry registry,
            ModelStore store,
            VectorOps ops,
            NativeMemory memory,
            ThreadPool threadPool,
            Supplier<TimeValue> longestWait) {
        this.registry = registry;
        this.store = store;
        this.ops = ops;
        this.memory = memory;
        this.threadPool = threadPool;
        this.longestWait = longestWait;
    }

    /** The place of a model, made if need be. */
    public CachedModel get(long fingerprint) {
        CachedModel model =
                models.computeIfAbsent(fingerprint, key -> new CachedModel(fingerprint, this));
        if (closed) {
            model.drop();
        }
        return model;
    }

    /** The place of a model, or null if it has none. */
    public CachedModel peek(long fingerprint) {
        return models.get(fingerprint);
    }

    /** Drops all models but those that {@code keep} accepts. */
    public void retain(LongPredicate keep) {
        for (CachedModel model : models.values()) {
            if (keep.test(model.fingerprint()) == false) {
                models.remove(model.fingerprint(), model);
                model.drop();
            }
        }
    }

    /** What the cache holds, for statistics. */
    public List<CachedModelStats> stats() {
        return models.values().stream()
                .map(model -> model.stats(nameOf(model.fingerprint())))
                .sorted(Comparator.comparing(stats -> String.valueOf(stats.id())))
                .toList();
    }

    @Override
    public void close() {
        closed = true;
        retain(fingerprint -> false);
    }

    long now() {
        return threadPool.preciseRelativeTimeInNanos();
    }

    long longestWaitNanos() {
        return longestWait.get().nanos();
    }

    /** Loads the model on another thread, then tells it the outcome. */
    void submit(CachedModel model) {
        threadPool.generic().execute(new LoadTask(model));
    }

    /** Begins a load after so many nanoseconds, unless there is one by then. */
    void loadLater(CachedModel model, long pause) {
        // The host's clock has milliseconds only; a moment too early the load would not be due.
        TimeValue later = TimeValue.timeValueMillis(1 + TimeUnit.NANOSECONDS.toMillis(pause));
        threadPool.scheduleUnlessShuttingDown(later, ThreadPool.Names.GENERIC, model::load);
    }

    private String nameOf(long fingerprint) {
        ModelMetadata metadata = registry.models().withFingerprint(fingerprint);
        return metadata == null ? null : metadata.id();
    }

    private void load(CachedModel model) {
        ModelMetadata metadata = registry.models().withFingerprint(model.fingerprint());
        if (metadata == null) {
            throw new IllegalStateException("the model was deleted");
        }
        // Corrected once the model is there and says what it really takes.
        NativeMemory.Reservation reservation = reserve(LOADING_COPIES * metadata.file().length());
        CentroidModel loaded;
        try {
            loaded = store.read(metadata, ops, () -> checkpoint(model));
        } catch (RuntimeException e) {
            reservation.close();
            throw e;
        }
        reservation.resize(loaded.sizeInBytes());
        model.loaded(loaded, reservation);
        logger.info(
                "loaded model [{}], fingerprint [{}]",
                metadata.id(),
                metadata.file().fingerprintText());
    }

    private void checkpoint(CachedModel model) {
        if (closed || model.state() == CachedModel.State.DROPPED) {
            throw new CancellationException("the model is not needed any more");
        }
    }

    private NativeMemory.Reservation reserve(long bytes) {
        NativeMemory.Reservation reservation = memory.tryReserve(bytes);
        if (reservation == null) {
            long now = now();
            models.values().stream()
                    .filter(model -> now - model.lastUse() > IDLE_NANOS)
                    .sorted(Comparator.comparingLong(model -> model.lastUse() - now))
                    .takeWhile(model -> memory.available() < bytes)
                    .forEach(CachedModel::unload);
            reservation = memory.tryReserve(bytes);
        }
        if (reservation == null) {
            throw new IllegalStateException(
                    "loading it takes ["
                            + bytes
                            + "] bytes outside the heap, and "
                            + memory.describe());
        }
        return reservation;
    }

    private void failed(CachedModel model, Exception e) {
        LoadFailure failure = LoadFailure.of(e);
        if (failure.passing() && model.mayTryAgain() && closed == false) {
            // After a restart the system index is recovered beside those that need its models.
            threadPool.scheduleUnlessShuttingDown(SOON, ThreadPool.Names.SAME, () -> submit(model));
            return;
        }
        boolean known = failure.message().equals(model.lastFailure());
        long pause = model.failed(failure);
        if (known == false && model.state() != CachedModel.State.DROPPED && closed == false) {
            logger.warn(
                    "model ["
                            + nameOf(model.fingerprint())
                            + "], fingerprint ["
                            + ModelFile.text(model.fingerprint())
                            + "], could not be loaded; its fields are searched exactly until it is",
                    e);
        }
        if (pause >= 0 && closed == false) {
            loadLater(model, pause);
        }
    }

    private final class LoadTask extends AbstractRunnable {
        private final CachedModel model;

        LoadTask(CachedModel model) {
            this.model = model;
        }

        @Override
        protected void doRun() {
            load(model);
        }

        @Override
        public void onFailure(Exception e) {
            failed(model, e);
        }

        @Override
        public boolean isForceExecution() {
            return true;
        }
    }
}

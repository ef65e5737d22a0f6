package org.ivory.opensearch.settings;

import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Setting.Property;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.OpenSearchExecutors;
import org.opensearch.core.common.unit.ByteSizeUnit;
import org.opensearch.core.common.unit.ByteSizeValue;
import org.opensearch.threadpool.ExecutorBuilder;
import org.opensearch.threadpool.FixedExecutorBuilder;

import java.util.List;

/**
 * The plugin's node settings. Besides these there are the host's own for the plugin's parts: {@code
 * thread_pool.ivory_training.size} (1) and {@code .queue_size} (8) bound how many trainings run and
 * wait on a node; {@code breaker.ivory.limit} bounds the memory outside the heap.
 */
public final class IvorySettings {
    /** Name of the thread pool on which models are trained. */
    public static final String TRAINING_POOL = "ivory_training";

    private static final int TRAINING_POOL_SIZE = 1;
    private static final int TRAINING_POOL_QUEUE = 8;
    private static final int MAX_TRAINING_THREADS = 1024;

    /** Threads of one training run; default half of the processors. Holds for later runs. */
    public static final Setting<Integer> TRAINING_THREADS =
            new Setting<>(
                    "plugins.ivory.training.threads",
                    settings ->
                            Integer.toString(
                                    Math.max(
                                            1,
                                            OpenSearchExecutors.allocatedProcessors(settings) / 2)),
                    value ->
                            Setting.parseInt(
                                    value,
                                    1,
                                    MAX_TRAINING_THREADS,
                                    "plugins.ivory.training.threads"),
                    Property.NodeScope,
                    Property.Dynamic);

    /**
     * The longest that documents wait for a model that is being loaded, counted from the load's
     * start; after that, and for a while after a failed load, they are indexed as unassigned.
     */
    public static final Setting<TimeValue> MODEL_WAIT =
            Setting.timeSetting(
                    "plugins.ivory.model.load_wait",
                    TimeValue.timeValueSeconds(10),
                    TimeValue.ZERO,
                    TimeValue.timeValueMinutes(5),
                    Property.NodeScope,
                    Property.Dynamic);

    /** The longest model file that is imported, over HTTP or from a repository. */
    public static final Setting<ByteSizeValue> MAX_IMPORT_SIZE =
            Setting.byteSizeSetting(
                    "plugins.ivory.model.max_import_size",
                    new ByteSizeValue(1, ByteSizeUnit.GB),
                    new ByteSizeValue(1, ByteSizeUnit.BYTES),
                    new ByteSizeValue(8, ByteSizeUnit.GB),
                    Property.NodeScope,
                    Property.Dynamic);

    private IvorySettings() {}

    /** All settings to register. */
    public static List<Setting<?>> all() {
        return List.of(TRAINING_THREADS, MODEL_WAIT, MAX_IMPORT_SIZE);
    }

    /** The thread pools to build. */
    public static List<ExecutorBuilder<?>> executors(Settings settings) {
        return List.of(
                new FixedExecutorBuilder(
                        settings,
                        TRAINING_POOL,
                        TRAINING_POOL_SIZE,
                        TRAINING_POOL_QUEUE,
                        "thread_pool." + TRAINING_POOL));
    }
}

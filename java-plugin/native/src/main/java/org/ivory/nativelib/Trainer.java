package org.ivory.nativelib;

import java.util.concurrent.CancellationException;

/**
 * One training run: offered any number of vectors, it keeps a bounded seeded sample, then clusters
 * it. {@link #progress} and {@link #cancel} may be called from any thread, the rest from one.
 */
public interface Trainer extends AutoCloseable {

    /**
     * Offers vectors for the sample; they are copied.
     *
     * @param vectors {@code count × dimension} finite components; for cosine of any length but zero
     * @throws IllegalArgumentException if the array is too short or a component is not finite
     * @throws IllegalStateException if the run has started or the trainer is closed
     */
    void add(float[] vectors, int count);

    /**
     * Clusters the sample; takes long. Uses {@link TrainingParameters#threads} threads of its own.
     *
     * @return the model; the caller owns it
     * @throws IllegalArgumentException if fewer vectors were offered than there are cells
     * @throws CancellationException after {@link #cancel}
     * @throws IllegalStateException if the run has started already or the trainer is closed
     */
    CentroidModel run();

    /** What the run has done so far, or its final report. */
    TrainingProgress progress();

    /** Asks a run to stop soon. Idempotent. */
    void cancel();

    /** Cancels a run if there is one, waits for its end and frees the sample. Idempotent. */
    @Override
    void close();
}

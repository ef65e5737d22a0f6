package org.ivory.opensearch.model.training;

import org.ivory.nativelib.EncoderSpec;
import org.ivory.opensearch.breaker.NativeMemory;

/**
 * The memory outside the heap that one training run may use, and the sample that fits it.
 *
 * @param sample most vectors to keep
 * @param note what the user should know if that is less than was asked for, or null
 */
record TrainingMemory(NativeMemory.Reservation reservation, int sample, String note)
        implements AutoCloseable {
    /** Blocks of the matrix product, thread stacks and the like. */
    private static final long FIXED = 16L << 20;

    /** Besides its components, a sampled vector has a cell, keys, norms and a weight. */
    private static final long BYTES_PER_VECTOR = 56;

    /** Vectors that an encoder learns from, and their components: most of each. */
    private static final int LESSON = 32_768;

    private static final long LESSON_COMPONENTS = 1 << 25;

    /** As sampled, relative to their centroids, and sorted by sub-vector on each thread. */
    private static final int LESSON_COPIES = 3;

    /** Centroids, the form in which they are compared, and the finished model with its file. */
    private static final int CENTROID_COPIES = 6;

    /**
     * Reserves memory for as much of the plan's sample as fits.
     *
     * @throws IllegalStateException if not even one vector a cell fits; the message has the figures
     */
    static TrainingMemory reserve(NativeMemory memory, TrainingPlan plan) {
        int wanted = plan.wantedVectors();
        NativeMemory.Reservation reservation = memory.tryReserve(bytes(plan, wanted));
        if (reservation != null) {
            return new TrainingMemory(reservation, wanted, null);
        }
        String usage = memory.describe();
        int sample = fitting(plan, memory.available());
        if (sample >= plan.nlist()) {
            reservation = memory.tryReserve(bytes(plan, sample));
            if (reservation != null) {
                return new TrainingMemory(
                        reservation,
                        sample,
                        "the sample was cut from ["
                                + wanted
                                + "] to ["
                                + sample
                                + "] vectors to fit the memory: "
                                + usage);
            }
        }
        throw new IllegalStateException(
                "training needs at least ["
                        + bytes(plan, plan.nlist())
                        + "] bytes outside the heap, and "
                        + usage);
    }

    /** The largest sample whose run takes at most so many bytes; 0 if there is none. */
    private static int fitting(TrainingPlan plan, long available) {
        int least = 0;
        int most = plan.wantedVectors();
        while (least < most) {
            int middle = (int) (((long) least + most + 1) / 2);
            if (bytes(plan, middle) <= available) {
                least = middle;
            } else {
                most = middle - 1;
            }
        }
        return least;
    }

    /** Memory of a run over {@code sample} vectors. */
    static long bytes(TrainingPlan plan, int sample) {
        long row = (long) Float.BYTES * plan.dimension();
        long bytes =
                FIXED
                        // Each component a second time in eight bits.
                        + sample * (row + plan.dimension() + BYTES_PER_VECTOR)
                        + CENTROID_COPIES * row * plan.nlist();
        if (plan.encoder().equals(EncoderSpec.NONE)) {
            return bytes;
        }
        long lesson = Math.min(Math.min(sample, LESSON), LESSON_COMPONENTS / plan.dimension());
        return bytes + LESSON_COPIES * lesson * row;
    }

    @Override
    public void close() {
        reservation.close();
    }
}

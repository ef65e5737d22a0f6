package org.ivory.opensearch.model.training;

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

    /** Besides its components, a sampled vector has a cell, a distance and a weight. */
    private static final long BYTES_PER_VECTOR = 32;

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
        long fitting = (memory.available() - bytes(plan, 0)) / (bytes(plan, 1) - bytes(plan, 0));
        if (fitting >= plan.nlist()) {
            int sample = (int) Math.min(fitting, wanted);
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

    /** Memory of a run over {@code sample} vectors. */
    static long bytes(TrainingPlan plan, int sample) {
        long row = (long) Float.BYTES * plan.dimension();
        return FIXED + sample * (row + BYTES_PER_VECTOR) + CENTROID_COPIES * row * plan.nlist();
    }

    @Override
    public void close() {
        reservation.close();
    }
}

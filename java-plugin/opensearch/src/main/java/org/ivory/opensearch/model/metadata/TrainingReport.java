package org.ivory.opensearch.model.metadata;

import org.ivory.nativelib.TrainingProgress;

/**
 * What a finished training run says of itself; see {@link TrainingProgress} for the figures.
 *
 * @param seconds from the job's start to the last stored chunk
 * @param note something the user should know (a sample made smaller), or null
 */
public record TrainingReport(
        long vectorsOffered,
        long vectorsUsed,
        int iterations,
        double inertia,
        int repairedCells,
        long smallestCell,
        long medianCell,
        long largestCell,
        double imbalance,
        double seconds,
        String note) {

    public TrainingReport {
        // JSON knows no infinity, which huge components can lead to.
        inertia = finite(inertia);
        imbalance = finite(imbalance);
        seconds = finite(seconds);
    }

    /** The report of a run that ended with {@code progress}. */
    public static TrainingReport of(TrainingProgress progress, double seconds, String note) {
        return new TrainingReport(
                progress.vectorsOffered(),
                progress.vectorsUsed(),
                progress.iteration(),
                progress.inertia(),
                progress.repairedCells(),
                progress.smallestCell(),
                progress.medianCell(),
                progress.largestCell(),
                progress.imbalance(),
                seconds,
                note);
    }

    private static double finite(double value) {
        return Double.isFinite(value) ? value : Double.MAX_VALUE;
    }
}

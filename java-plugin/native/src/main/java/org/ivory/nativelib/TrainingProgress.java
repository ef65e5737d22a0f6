package org.ivory.nativelib;

/**
 * A training run at one moment. Cell sizes are counts of sampled vectors and 0 before the first
 * iteration has ended.
 *
 * @param phase what is being done
 * @param vectorsOffered vectors offered so far
 * @param vectorsUsed vectors in the sample
 * @param iteration Lloyd iterations done
 * @param maxIterations most iterations that will be done
 * @param inertia mean over the sample of the squared L2 distance to the nearest centroid (for
 *     cosine and inner product: of 1 − cosine), after the last iteration
 * @param repairedCells empty cells given a new centroid so far
 * @param smallestCell vectors in the smallest cell
 * @param medianCell vectors in the median cell
 * @param largestCell vectors in the largest cell
 * @param imbalance {@code nlist × Σ nᵢ² / (Σ nᵢ)²}; 1 means all cells are equal (faiss's imbalance
 *     factor)
 */
public record TrainingProgress(
        Phase phase,
        long vectorsOffered,
        long vectorsUsed,
        int iteration,
        int maxIterations,
        double inertia,
        int repairedCells,
        long smallestCell,
        long medianCell,
        long largestCell,
        double imbalance) {

    /** The steps of a run, in order. */
    public enum Phase {
        COLLECTING,
        SEEDING,
        ITERATING,
        DONE
    }
}

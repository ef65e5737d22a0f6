package org.ivory.nativelib;

import java.util.Objects;

/**
 * What a training run needs to know.
 *
 * @param metric cosine and inner product are clustered spherically
 * @param dimension components of a vector, 1 to 16,000
 * @param nlist number of cells, 1 to 65,536
 * @param seed the same seed and the same vectors in the same order give the same model
 * @param maxIterations upper bound of Lloyd iterations, at least 1
 * @param maxSample most vectors kept for the sample, at least {@code nlist}; the memory is about
 *     {@code 4 × dimension × maxSample} bytes
 * @param threads threads to use, at least 1; the model does not depend on it
 * @param encoder how the model will make codes
 */
public record TrainingParameters(
        Metric metric,
        int dimension,
        int nlist,
        long seed,
        int maxIterations,
        int maxSample,
        int threads,
        EncoderSpec encoder) {

    public static final int MAX_DIMENSION = 16_000;
    public static final int MAX_NLIST = 65_536;
    public static final int DEFAULT_ITERATIONS = 10;

    /** Sampled vectors a cell, unless the user says otherwise. */
    public static final int DEFAULT_SAMPLE_PER_CELL = 256;

    public TrainingParameters {
        Objects.requireNonNull(metric, "metric");
        check("dimension", dimension, 1, MAX_DIMENSION);
        check("nlist", nlist, 1, MAX_NLIST);
        check("maxIterations", maxIterations, 1, Integer.MAX_VALUE);
        check("maxSample", maxSample, nlist, Integer.MAX_VALUE);
        check("threads", threads, 1, 1024);
        Objects.requireNonNull(encoder, "encoder");
    }

    /** With the library's choice of encoder. */
    public TrainingParameters(
            Metric metric,
            int dimension,
            int nlist,
            long seed,
            int maxIterations,
            int maxSample,
            int threads) {
        this(metric, dimension, nlist, seed, maxIterations, maxSample, threads, EncoderSpec.AUTO);
    }

    private static void check(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "[" + name + "] must be from " + min + " to " + max + ", got [" + value + "]");
        }
    }
}

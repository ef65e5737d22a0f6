package org.ivory.tests.harness;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** The reference: every vector compared with the query in f64. */
public final class BruteForce {
    private BruteForce() {}

    /** The values of the {@code k} nearest among the vectors whose number passes, best first. */
    public static double[] nearest(
            Space space, float[][] base, float[] query, int k, IntPredicate passes) {
        double[] keys =
                IntStream.range(0, base.length)
                        .filter(passes)
                        .mapToDouble(i -> space.value(base[i], query))
                        .map(value -> space == Space.L2 ? value : -value)
                        .sorted()
                        .limit(k)
                        .toArray();
        return space == Space.L2 ? keys : Arrays.stream(keys).map(key -> -key).toArray();
    }

    /** How many of the vectors whose number passes have a value that passes. */
    public static long count(
            float[][] base,
            IntPredicate passes,
            java.util.function.ToDoubleFunction<float[]> value,
            java.util.function.DoublePredicate wanted) {
        return IntStream.range(0, base.length)
                .filter(passes)
                .mapToDouble(i -> value.applyAsDouble(base[i]))
                .filter(wanted)
                .count();
    }
}

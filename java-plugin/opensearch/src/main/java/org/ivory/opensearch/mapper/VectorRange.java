package org.ivory.opensearch.mapper;

import org.ivory.nativelib.Metric;

import java.util.Locale;

/**
 * Which vectors can be compared without leaving f32. A squared length of at most a quarter of the
 * largest f32 keeps every squared distance ({@code ‖x−y‖² ≤ 2‖x‖² + 2‖y‖²}) and every inner product
 * ({@code |x·y| ≤ ‖x‖‖y‖}) finite; for cosine the squared length must not vanish in f32 either, or
 * the vector has no direction.
 */
public final class VectorRange {

    /** Largest squared length of a vector. */
    static final double MAX_SQUARED_LENGTH = Float.MAX_VALUE / 4.0;

    /** Smallest squared length of a vector under cosine. */
    static final double MIN_SQUARED_LENGTH = Float.MIN_NORMAL;

    private VectorRange() {}

    /**
     * Checks a vector of finite components.
     *
     * @param what begins the message
     * @throws IllegalArgumentException if it is too long, or too short for cosine
     */
    public static void check(Metric metric, float[] vector, String what) {
        double squares = 0;
        for (float component : vector) {
            squares += (double) component * component;
        }
        if (squares > MAX_SQUARED_LENGTH) {
            throw new IllegalArgumentException(
                    what
                            + ": the vector has length ["
                            + length(squares)
                            + "], which is more than ["
                            + length(MAX_SQUARED_LENGTH)
                            + "]");
        }
        if (metric == Metric.COSINE && squares < MIN_SQUARED_LENGTH) {
            throw new IllegalArgumentException(
                    what
                            + ": the vector has length ["
                            + length(squares)
                            + "], but space_type ["
                            + metric.spaceType()
                            + "] takes no zero vector");
        }
    }

    private static String length(double squares) {
        return String.format(Locale.ROOT, "%.4g", Math.sqrt(squares));
    }
}

package org.ivory.opensearch.query;

import org.ivory.nativelib.Metric;

import java.util.function.Predicate;

/**
 * Turns a user's limit into the farthest raw value within it, exactly: a document is within the
 * limit if and only if the score (or distance) that the user gets to see is. Inverting the formulas
 * in f32 would lose documents at the limit itself.
 */
final class RawLimits {

    private RawLimits() {}

    /** The farthest raw value that scores at least {@code score}. */
    static float ofMinScore(Metric metric, float score) {
        return farthest(metric, raw -> metric.score(raw) >= score);
    }

    /** The farthest raw value whose distance is at most {@code distance}. */
    static float ofMaxDistance(Metric metric, float distance) {
        return farthest(metric, raw -> metric.distance(raw) <= distance);
    }

    /** Bisects over all finite f32; what holds for a raw value holds for every nearer one. */
    private static float farthest(Metric metric, Predicate<Float> within) {
        // Positions along the ordered f32 numbers, from the nearest raw value to the farthest.
        int nearest = order(metric.largerIsNearer() ? Float.MAX_VALUE : 0f);
        int farthest = order(metric.largerIsNearer() ? -Float.MAX_VALUE : Float.MAX_VALUE);
        if (within.test(value(farthest))) {
            return value(farthest);
        }
        long near = nearest;
        long far = farthest;
        while (Math.abs(near - far) > 1) {
            long middle = Math.floorDiv(near + far, 2);
            if (within.test(value((int) middle))) {
                near = middle;
            } else {
                far = middle;
            }
        }
        return value((int) near);
    }

    /** Number of a float such that the order of the numbers is that of the floats. */
    private static int order(float value) {
        int bits = Float.floatToIntBits(value);
        return bits >= 0 ? bits : Integer.MIN_VALUE - bits;
    }

    private static float value(int order) {
        return Float.intBitsToFloat(order >= 0 ? order : Integer.MIN_VALUE - order);
    }
}

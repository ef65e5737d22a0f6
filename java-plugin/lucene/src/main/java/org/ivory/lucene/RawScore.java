package org.ivory.lucene;

import org.apache.lucene.util.NumericUtils;
import org.ivory.nativelib.Metric;

/**
 * What becomes of a kernel's raw value. Lucene wants scores that are finite and not negative, so
 * the ends are clamped: the inner product of components near the limit of f32 may be ±infinity, or
 * NaN where both infinities meet. Plus infinity scores as the largest f32, minus infinity 0, and
 * NaN counts as the farthest value possible, with score 0: nothing is known about it. Cosines
 * beyond ±1 are rounding and count as ±1.
 */
final class RawScore {

    private RawScore() {}

    /** The score without boost: finite, at least 0 and at most {@link #max}. */
    static float score(Metric metric, float raw) {
        if (Float.isNaN(raw)) {
            return 0f;
        }
        float value = metric == Metric.COSINE ? Math.clamp(raw, -1f, 1f) : raw;
        return Math.min(metric.score(value), max(metric));
    }

    /** The largest score without boost. */
    static float max(Metric metric) {
        return metric == Metric.INNER_PRODUCT ? Float.MAX_VALUE : 1f;
    }

    /** A score times a boost, which is at least 0; kept finite. */
    static float boosted(float score, float boost) {
        return Math.min(score * boost, Float.MAX_VALUE);
    }

    /**
     * A number that orders hits: the larger, the nearer, and of equally near documents the one with
     * the lower id. NaN is farther than all else; the zeros are equal.
     *
     * @param doc at least 0
     */
    static long rank(Metric metric, float raw, int doc) {
        float near = metric.largerIsNearer() ? raw : -raw;
        int order =
                Float.isNaN(raw)
                        ? Integer.MIN_VALUE
                        : NumericUtils.floatToSortableInt(near + 0f); // -0 + 0 is +0
        return ((long) order << Integer.SIZE) | (Integer.MAX_VALUE - doc);
    }

    /** The document of a {@link #rank}. */
    static int docOf(long rank) {
        return Integer.MAX_VALUE - (int) rank;
    }

    /** The raw value of a {@link #rank}; a NaN comes back as NaN. */
    static float rawOf(Metric metric, long rank) {
        int order = (int) (rank >> Integer.SIZE);
        if (order == Integer.MIN_VALUE) {
            return Float.NaN;
        }
        float near = NumericUtils.sortableIntToFloat(order);
        return metric.largerIsNearer() ? near : -near;
    }
}

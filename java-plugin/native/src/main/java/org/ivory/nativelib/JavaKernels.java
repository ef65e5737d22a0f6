package org.ivory.nativelib;

/**
 * The kernels in plain Java: the library's arithmetic, operation by operation, so that both give
 * the same bits.
 *
 * <p>Term i is added to partial sum i mod 16, from the first to the last; then the upper eight sums
 * are added to the lower eight, and of these neighbours, pairs of neighbours and the two halves.
 * The sums are independent of each other: the lower and the upper eight are computed one after the
 * other, since a processor has no registers for all of them.
 */
final class JavaKernels {
    private static final int HALF = 8;

    private JavaKernels() {}

    /** The raw value of {@code length} components of two vectors, from the given offsets. */
    static float raw(Metric metric, float[] a, int aFrom, float[] b, int bFrom, int length) {
        return metric == Metric.L2
                ? squaredDistance(a, aFrom, b, bFrom, length)
                : innerProduct(a, aFrom, b, bFrom, length);
    }

    /** {@code Σ (a − b)²}. */
    static float squaredDistance(float[] a, int aFrom, float[] b, int bFrom, int length) {
        float[] lower = new float[HALF];
        float[] upper = new float[HALF];
        squares(a, aFrom, b, bFrom, length, lower);
        squares(a, aFrom + HALF, b, bFrom + HALF, length - HALF, upper);
        return sum(lower, upper);
    }

    /** {@code Σ a·b}. */
    static float innerProduct(float[] a, int aFrom, float[] b, int bFrom, int length) {
        float[] lower = new float[HALF];
        float[] upper = new float[HALF];
        products(a, aFrom, b, bFrom, length, lower);
        products(a, aFrom + HALF, b, bFrom + HALF, length - HALF, upper);
        return sum(lower, upper);
    }

    /** Eight partial sums, each of every sixteenth term, of {@code length} components. */
    private static void squares(float[] a, int aFrom, float[] b, int bFrom, int length, float[] s) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float s4 = 0;
        float s5 = 0;
        float s6 = 0;
        float s7 = 0;
        int i = 0;
        for (; i + HALF <= length; i += 2 * HALF) {
            s0 += square(a[aFrom + i] - b[bFrom + i]);
            s1 += square(a[aFrom + i + 1] - b[bFrom + i + 1]);
            s2 += square(a[aFrom + i + 2] - b[bFrom + i + 2]);
            s3 += square(a[aFrom + i + 3] - b[bFrom + i + 3]);
            s4 += square(a[aFrom + i + 4] - b[bFrom + i + 4]);
            s5 += square(a[aFrom + i + 5] - b[bFrom + i + 5]);
            s6 += square(a[aFrom + i + 6] - b[bFrom + i + 6]);
            s7 += square(a[aFrom + i + 7] - b[bFrom + i + 7]);
        }
        store(s0, s1, s2, s3, s4, s5, s6, s7, s);
        for (int lane = 0; i + lane < length; lane++) {
            s[lane] += square(a[aFrom + i + lane] - b[bFrom + i + lane]);
        }
    }

    private static float square(float difference) {
        return difference * difference;
    }

    /** As {@link #squares}, of products. */
    private static void products(
            float[] a, int aFrom, float[] b, int bFrom, int length, float[] s) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        float s4 = 0;
        float s5 = 0;
        float s6 = 0;
        float s7 = 0;
        int i = 0;
        for (; i + HALF <= length; i += 2 * HALF) {
            s0 += a[aFrom + i] * b[bFrom + i];
            s1 += a[aFrom + i + 1] * b[bFrom + i + 1];
            s2 += a[aFrom + i + 2] * b[bFrom + i + 2];
            s3 += a[aFrom + i + 3] * b[bFrom + i + 3];
            s4 += a[aFrom + i + 4] * b[bFrom + i + 4];
            s5 += a[aFrom + i + 5] * b[bFrom + i + 5];
            s6 += a[aFrom + i + 6] * b[bFrom + i + 6];
            s7 += a[aFrom + i + 7] * b[bFrom + i + 7];
        }
        store(s0, s1, s2, s3, s4, s5, s6, s7, s);
        for (int lane = 0; i + lane < length; lane++) {
            s[lane] += a[aFrom + i + lane] * b[bFrom + i + lane];
        }
    }

    private static void store(
            float s0,
            float s1,
            float s2,
            float s3,
            float s4,
            float s5,
            float s6,
            float s7,
            float[] s) {
        s[0] = s0;
        s[1] = s1;
        s[2] = s2;
        s[3] = s3;
        s[4] = s4;
        s[5] = s5;
        s[6] = s6;
        s[7] = s7;
    }

    private static float sum(float[] lower, float[] upper) {
        for (int i = 0; i < HALF; i++) {
            lower[i] += upper[i];
        }
        return ((lower[0] + lower[1]) + (lower[2] + lower[3]))
                + ((lower[4] + lower[5]) + (lower[6] + lower[7]));
    }
}

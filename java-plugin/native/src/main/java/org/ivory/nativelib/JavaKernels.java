package org.ivory.nativelib;

/**
 * The kernels in plain Java. Several accumulators break the chain of dependent additions; they also
 * keep the rounding error near that of the native kernels.
 *
 * <p>Two implementations, whatever the order of their additions, differ by at most {@code 2(d+3)u}
 * times the sum of the terms' magnitudes, with d the number of components and u = 2⁻²⁴ (twice the
 * bound of Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 3.1).
 */
final class JavaKernels {
    private JavaKernels() {}

    /** The raw value of {@code length} components of two vectors, from the given offsets. */
    static float raw(Metric metric, float[] a, int aFrom, float[] b, int bFrom, int length) {
        return metric == Metric.L2
                ? squaredDistance(a, aFrom, b, bFrom, length)
                : innerProduct(a, aFrom, b, bFrom, length);
    }

    /** {@code Σ (a − b)²}. */
    static float squaredDistance(float[] a, int aFrom, float[] b, int bFrom, int length) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int i = 0;
        for (int end = length & ~3; i < end; i += 4) {
            float d0 = a[aFrom + i] - b[bFrom + i];
            float d1 = a[aFrom + i + 1] - b[bFrom + i + 1];
            float d2 = a[aFrom + i + 2] - b[bFrom + i + 2];
            float d3 = a[aFrom + i + 3] - b[bFrom + i + 3];
            s0 += d0 * d0;
            s1 += d1 * d1;
            s2 += d2 * d2;
            s3 += d3 * d3;
        }
        for (; i < length; i++) {
            float d = a[aFrom + i] - b[bFrom + i];
            s0 += d * d;
        }
        return (s0 + s1) + (s2 + s3);
    }

    /** {@code Σ a·b}. */
    static float innerProduct(float[] a, int aFrom, float[] b, int bFrom, int length) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int i = 0;
        for (int end = length & ~3; i < end; i += 4) {
            s0 += a[aFrom + i] * b[bFrom + i];
            s1 += a[aFrom + i + 1] * b[bFrom + i + 1];
            s2 += a[aFrom + i + 2] * b[bFrom + i + 2];
            s3 += a[aFrom + i + 3] * b[bFrom + i + 3];
        }
        for (; i < length; i++) {
            s0 += a[aFrom + i] * b[bFrom + i];
        }
        return (s0 + s1) + (s2 + s3);
    }
}

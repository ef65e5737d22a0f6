package org.ivory.nativelib;

/** Double-precision reference values, and how far single precision may be off. */
final class Reference {
    /** Half of the distance between 1 and the next larger float. */
    private static final double U = 0x1p-24;

    private Reference() {}

    /**
     * A raw value.
     *
     * @param value in double precision
     * @param tolerance bound of the error of any summation in single precision: {@code (d+3)u}
     *     times the sum of the terms' magnitudes for d components (Higham, Accuracy and Stability
     *     of Numerical Algorithms, 2nd ed., section 3.1)
     */
    record Raw(double value, double tolerance) {}

    static Raw raw(Metric metric, float[] a, int aFrom, float[] b, int bFrom, int dimension) {
        double value = 0;
        double magnitude = 0;
        for (int i = 0; i < dimension; i++) {
            double x = a[aFrom + i];
            double y = b[bFrom + i];
            double term = metric == Metric.L2 ? (x - y) * (x - y) : x * y;
            value += term;
            magnitude += Math.abs(term);
        }
        // The smallest normal number stands for what underflow may lose.
        return new Raw(
                value, (dimension + 3) * U * magnitude + dimension * (double) Float.MIN_NORMAL);
    }

    /** Smaller is nearer. */
    static double key(Metric metric, double raw) {
        return metric.largerIsNearer() ? -raw : raw;
    }

    /** {@code ‖a‖²}. */
    static double squaredNorm(float[] a, int from, int dimension) {
        double sum = 0;
        for (int i = from; i < from + dimension; i++) {
            sum += (double) a[i] * a[i];
        }
        return sum;
    }

    /**
     * How much farther than the nearest cell an assigned one may be: cells are compared by {@code
     * ‖c‖² − 2·x·c}, whose error grows with the vectors' lengths, not with their distance.
     */
    static double assignTolerance(float[] vector, int from, float[] centroid, int dimension) {
        double lengths = squaredNorm(vector, from, dimension) + squaredNorm(centroid, 0, dimension);
        return 8 * (dimension + 3) * U * lengths;
    }
}

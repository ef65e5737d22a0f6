package org.ivory.tests.harness;

/**
 * The test's own arithmetic in f64, apart from the product's: values, order and scores of the three
 * metrics. A <em>value</em> is the squared distance for l2, the cosine for cosinesimil, the inner
 * product for innerproduct.
 */
public enum Space {
    L2("l2", true),
    COSINE("cosinesimil", false),
    IP("innerproduct", false);

    /** The mapping's {@code space_type}. */
    public final String type;

    private final boolean smallerIsNearer;

    Space(String type, boolean smallerIsNearer) {
        this.type = type;
        this.smallerIsNearer = smallerIsNearer;
    }

    /** The value of two vectors. */
    public double value(float[] a, float[] b) {
        double sum = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            if (this == L2) {
                double difference = (double) a[i] - b[i];
                sum += difference * difference;
            } else {
                sum += (double) a[i] * b[i];
                aa += (double) a[i] * a[i];
                bb += (double) b[i] * b[i];
            }
        }
        return this == COSINE ? sum / Math.sqrt(aa * bb) : sum;
    }

    /** The score of a value, by the formulas of the k-NN plugin. */
    public double score(double value) {
        return switch (this) {
            case L2 -> 1 / (1 + value);
            case COSINE -> (1 + value) / 2;
            case IP -> value >= 0 ? 1 + value : 1 / (1 - value);
        };
    }

    /** The distance that users see (smaller is nearer). */
    public double distance(double value) {
        return switch (this) {
            case L2 -> value;
            case COSINE -> 1 - value;
            case IP -> -value;
        };
    }

    /** Whether {@code a} is as near as {@code b} or nearer, but for rounding in f32. */
    public boolean asNear(double a, double b) {
        double room = 1e-5 * Math.max(1, Math.abs(b));
        return smallerIsNearer ? a <= b + room : a >= b - room;
    }

    /** Negative if {@code a} is nearer than {@code b}. */
    public int compare(double a, double b) {
        return smallerIsNearer ? Double.compare(a, b) : Double.compare(b, a);
    }

    /** Whether a score that came over HTTP is that of {@code value}, within 1e-5 of it. */
    public boolean sameScore(double score, double value) {
        double expected = score(value);
        return Math.abs(score - expected) <= 1e-5 * Math.max(expected, this == L2 ? 0 : 0.1);
    }
}

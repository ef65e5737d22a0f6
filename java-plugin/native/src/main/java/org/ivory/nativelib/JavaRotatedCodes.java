package org.ivory.nativelib;

/**
 * RaBitQ codes of 1, 2 or 4 bits (Gao and Long, "RaBitQ", SIGMOD 2024, and its extension to more
 * bits): the components of the randomly rotated residual, and three corrective factors.
 */
final class JavaRotatedCodes extends JavaQuantizer {
    /** Widths of the error bound, in standard deviations. */
    private static final double EPSILON = 3.0;

    /** Scales that are tried for codes of more than one bit, and what each is of the one before. */
    private static final int SCALES = 32;

    private static final float GROWTH = 1.0771051f;

    private final Metric metric;
    private final int bits;
    private final JavaRotation rotation;

    JavaRotatedCodes(Metric metric, int dimension, int bits, long seed) {
        this.metric = metric;
        this.bits = bits;
        rotation = new JavaRotation((dimension + 7) / 8 * 8, seed);
    }

    private int codeBytes() {
        return rotation.length() * bits / 8;
    }

    /** What an unsigned code is moved by. */
    private float middle() {
        return ((1 << bits) - 1) / 2f;
    }

    /** What magnitudes are multiplied with so that the codeword's angle is smallest. */
    private float bestScale(float[] residual) {
        float most = (1 << (bits - 1)) - 1;
        float largest = 0;
        for (float x : residual) {
            largest = Math.max(largest, Math.abs(x));
        }
        if (most == 0 || largest == 0) {
            return 0;
        }
        float scale = 0.4f * (most + 1) / largest;
        float best = scale;
        float bestCosine = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < SCALES; i++) {
            float dot = 0;
            float square = 0;
            for (float x : residual) {
                float magnitude = Math.abs(x);
                float level = Math.min((float) Math.floor(magnitude * scale), most) + 0.5f;
                dot += level * magnitude;
                square += level * level;
            }
            float cosine = dot / (float) Math.sqrt(square);
            if (cosine > bestCosine) {
                bestCosine = cosine;
                best = scale;
            }
            scale *= GROWTH;
        }
        return best;
    }

    @Override
    void encode(float[] residual, float[] centroid, byte[] row, int at) {
        float[] r = rotation.apply(residual);
        float[] c = rotation.apply(centroid);
        double squared = 0;
        for (float x : r) {
            squared += (double) x * x;
        }
        if (squared < Float.MIN_NORMAL) {
            return;
        }
        float scale = bestScale(r);
        int half = 1 << (bits - 1);
        int most = half - 1;
        int each = 4 / bits;
        double product = 0;
        double square = 0;
        double withCentroid = 0;
        double exactWithCentroid = 0;
        for (int i = 0; i < r.length; i++) {
            int magnitude = Math.min((int) (Math.abs(r[i]) * scale), most);
            int code = r[i] > 0 ? half + magnitude : most - magnitude;
            setNibble(row, at, i / each, code << bits * (i % each));
            double v = (double) code - middle();
            product += v * r[i];
            square += v * v;
            withCentroid += v * c[i];
            exactWithCentroid += (double) r[i] * c[i];
        }
        double stretch = squared / product;
        double tangent = Math.sqrt(Math.max(0, (square * squared) / (product * product) - 1.0));
        double freedom = Math.sqrt(r.length - 1.0);
        double error = EPSILON * Math.sqrt(squared) * tangent / freedom;
        boolean l2 = metric == Metric.L2;
        double times = l2 ? 2.0 : 1.0;
        int factors = at + codeBytes();
        setFactor(
                row,
                factors,
                l2
                        ? squared + 2.0 * stretch * withCentroid
                        : stretch * withCentroid - exactWithCentroid);
        setFactor(row, factors + 4, -times * stretch);
        setFactor(row, factors + 8, times * error);
    }

    @Override
    float table(float[] query, float[] table) {
        float[] q = rotation.apply(query);
        int each = 4 / bits;
        int mask = (1 << bits) - 1;
        double sum = 0;
        for (int i = 0; i < q.length; i++) {
            int entry = i / each * 16;
            for (int value = 0; value < 16; value++) {
                table[entry + value] += q[i] * (value >> bits * (i % each) & mask);
            }
            sum += q[i];
        }
        return (float) (-(double) middle() * sum);
    }
}

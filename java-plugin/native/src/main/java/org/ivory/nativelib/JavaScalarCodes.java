package org.ivory.nativelib;

/** Scalar codes: each component of a residual on an even grid of its own range. */
final class JavaScalarCodes extends JavaQuantizer {
    private final Metric metric;
    private final int bits;
    private final int codeBytes;
    private final float[] lows;
    private final float[] steps;

    JavaScalarCodes(Metric metric, int bits, int codeBytes, float[] lows, float[] steps) {
        this.metric = metric;
        this.bits = bits;
        this.codeBytes = codeBytes;
        this.lows = lows;
        this.steps = steps;
    }

    @Override
    void encode(float[] residual, float[] centroid, byte[] row, int at) {
        int most = (1 << bits) - 1;
        double factor = 0;
        for (int i = 0; i < lows.length; i++) {
            int level = (int) ((residual[i] - lows[i]) / steps[i] + 0.5f);
            level = Math.max(0, Math.min(most, level));
            if (bits == 4) {
                setNibble(row, at, i, level);
            } else {
                row[at + i] = (byte) level;
            }
            double x = (double) lows[i] + (double) steps[i] * level;
            factor += x * (x + 2.0 * centroid[i]);
        }
        if (metric == Metric.L2) {
            setFactor(row, at + codeBytes, factor);
        }
    }

    @Override
    float table(float[] query, float[] table) {
        double common = 0;
        int entry = 0;
        for (int i = 0; i < lows.length; i++) {
            float q = multiplier(metric) * query[i];
            common += (double) q * lows[i];
            q *= steps[i];
            entry = fill(table, entry, q);
            if (bits == 8) {
                entry = fill(table, entry, 16f * q);
            }
        }
        return (float) common;
    }

    private static int fill(float[] table, int entry, float slope) {
        for (int value = 0; value < 16; value++) {
            table[entry + value] = slope * value;
        }
        return entry + 16;
    }
}

package org.ivory.nativelib;

/** Product codes: each sub-vector of a residual is replaced by the nearest of 16 codewords. */
final class JavaProductCodes extends JavaQuantizer {
    private static final int WORDS = 16;

    private final Metric metric;
    private final int dims;
    private final int codeBytes;
    private final float[] words;

    /**
     * @param words sub-vector after sub-vector, component after component: that component of 16
     *     codewords
     */
    JavaProductCodes(Metric metric, int dims, int codeBytes, float[] words) {
        this.metric = metric;
        this.dims = dims;
        this.codeBytes = codeBytes;
        this.words = words;
    }

    @Override
    void encode(float[] residual, float[] centroid, byte[] row, int at) {
        double factor = 0;
        float[] distances = new float[WORDS];
        for (int from = 0, nibble = 0; from < residual.length; from += dims, nibble++) {
            int word = nearest(residual, from, distances);
            setNibble(row, at, nibble, word);
            for (int i = from; i < Math.min(from + dims, residual.length); i++) {
                double x = words[i * WORDS + word];
                factor += x * (x + 2.0 * centroid[i]);
            }
        }
        if (metric == Metric.L2) {
            setFactor(row, at + codeBytes, factor);
        }
    }

    private int nearest(float[] residual, int from, float[] distances) {
        for (int word = 0; word < WORDS; word++) {
            float distance = 0;
            for (int i = from; i < from + dims; i++) {
                float x = i < residual.length ? residual[i] : 0;
                float difference = x - words[i * WORDS + word];
                distance += difference * difference;
            }
            distances[word] = distance;
        }
        int best = 0;
        for (int word = 1; word < WORDS; word++) {
            if (distances[word] < distances[best]) {
                best = word;
            }
        }
        return best;
    }

    @Override
    float table(float[] query, float[] table) {
        for (int i = 0; i < query.length; i++) {
            float q = multiplier(metric) * query[i];
            int entry = i / dims * WORDS;
            for (int word = 0; word < WORDS; word++) {
                table[entry + word] += q * words[i * WORDS + word];
            }
        }
        return 0;
    }
}

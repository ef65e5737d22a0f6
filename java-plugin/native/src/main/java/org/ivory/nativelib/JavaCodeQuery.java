package org.ivory.nativelib;

/** A query as the scan of codes sees it: the library's arithmetic, operation by operation. */
final class JavaCodeQuery {
    /** Scales of the encoder's frame within which distances may be computed outside of it. */
    private static final float MODERATE = 1L << 32;

    private final Metric metric;
    private final boolean l2;
    private final JavaCoder coder;
    private final float[] raw;
    private final float[] inside;
    private final boolean shortened;
    private final double unit;
    private final JavaLookup lookup;

    JavaCodeQuery(Metric metric, JavaCoder coder, float[] query) {
        this.metric = metric;
        this.l2 = metric == Metric.L2;
        this.coder = coder;
        raw = query.clone();
        inside = new float[query.length];
        double scale = coder.place().scale();
        if (l2) {
            shortened = coder.place().vector(raw, 0, inside);
            unit = 1.0 / (scale * scale);
        } else {
            float largest = 0;
            for (float x : raw) {
                largest = Math.max(largest, Math.abs(x));
            }
            double power = largest > 0 ? Math.scalb(1.0, Math.getExponent((double) largest)) : 1;
            for (int i = 0; i < raw.length; i++) {
                inside[i] = (float) (raw[i] / power);
            }
            shortened = false;
            unit = power / scale;
        }
        float[] table = new float[32 * coder.codeBytes()];
        float common = coder.quantizer().table(inside, table);
        lookup = JavaLookup.of(table, common);
    }

    /** The part of all estimates in a cell that its centroid makes, in the frame. */
    float base(float[] centroids, int cell) {
        JavaPlace place = coder.place();
        int from = cell * raw.length;
        double scale = place.scale();
        if (place.scale() <= MODERATE && place.scale() >= 1 / MODERATE && !shortened) {
            double factor = l2 ? scale * scale : -(double) place.length() * scale;
            float base = (float) (sum(l2 ? raw : inside, centroids, from) * factor);
            if (Float.isFinite(base)) {
                return base;
            }
        }
        float[] centroid = new float[raw.length];
        place.centroid(centroids, from, centroid);
        float sum = sum(inside, centroid, 0);
        return l2 ? sum : -sum;
    }

    private float sum(float[] query, float[] row, int from) {
        return JavaKernels.raw(metric, query, 0, row, from, query.length);
    }

    /** The estimate of the code at an offset, in the frame. */
    float estimate(float base, byte[] rows, int at) {
        float scaled = lookup.scale() * lookup.sum(rows, at);
        int factors = at + coder.codeBytes();
        return switch (coder.factors()) {
            case 0 -> (base + lookup.offset()) + scaled;
            case 1 -> ((base + lookup.offset()) + scaled) + JavaQuantizer.factor(rows, factors);
            default ->
                    (base + JavaQuantizer.factor(rows, factors))
                            + JavaQuantizer.factor(rows, factors + 4) * (scaled + lookup.offset());
        };
    }

    /**
     * The distance that an estimate, or a cell's part of it, stands for, but for a factor that all
     * have. Not for the inner product.
     */
    double distance(float value) {
        double squared = l2 ? value : 2.0 + 2.0 * (value * unit);
        return Math.sqrt(Math.max(squared, 0.0));
    }

    /** An estimate outside the frame. */
    float outside(float estimate) {
        double outside = estimate * unit;
        return (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, outside));
    }
}

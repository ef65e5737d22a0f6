package org.ivory.nativelib;

/**
 * How two vectors are compared: the one table of names, kernel values, distances and scores.
 *
 * <p>A kernel returns a <em>raw</em> value for a query and a stored vector: the squared Euclidean
 * distance for {@link #L2}, the inner product for {@link #COSINE} (both vectors have unit length)
 * and {@link #INNER_PRODUCT}. Users see a <em>distance</em> (smaller is nearer) and a
 * <em>score</em> (larger is nearer), with the formulas of the OpenSearch k-NN plugin:
 *
 * <table>
 * <caption>Values per metric, x·y being the inner product</caption>
 * <tr><th>metric</th><th>raw</th><th>distance d</th><th>score</th></tr>
 * <tr><td>l2</td><td>‖x−y‖²</td><td>‖x−y‖²</td><td>1/(1+d)</td></tr>
 * <tr><td>cosinesimil</td><td>x·y</td><td>1−x·y</td><td>(2−d)/2, at least 0</td></tr>
 * <tr><td>innerproduct</td><td>x·y</td><td>−x·y</td><td>d ≥ 0: 1/(1+d), d &lt; 0: 1−d</td></tr>
 * </table>
 */
public enum Metric {
    /** Squared Euclidean distance. */
    L2(0, "l2") {
        @Override
        public float distance(float raw) {
            return raw;
        }

        @Override
        public float score(float raw) {
            return 1f / (1f + Math.max(0f, raw));
        }

        @Override
        public float rawOfDistance(float distance) {
            return distance;
        }

        @Override
        public float rawOfScore(float score) {
            return 1f / score - 1f;
        }
    },
    /** Cosine similarity; vectors are brought to unit length before they are stored or compared. */
    COSINE(1, "cosinesimil") {
        @Override
        public float distance(float raw) {
            return 1f - raw;
        }

        @Override
        public float score(float raw) {
            return Math.max(0f, (1f + raw) / 2f);
        }

        @Override
        public float rawOfDistance(float distance) {
            return 1f - distance;
        }

        @Override
        public float rawOfScore(float score) {
            return 2f * score - 1f;
        }
    },
    /** Maximum inner product. */
    INNER_PRODUCT(2, "innerproduct") {
        @Override
        public float distance(float raw) {
            return -raw;
        }

        @Override
        public float score(float raw) {
            return raw >= 0f ? 1f + raw : 1f / (1f - raw);
        }

        @Override
        public float rawOfDistance(float distance) {
            return -distance;
        }

        @Override
        public float rawOfScore(float score) {
            return score >= 1f ? score - 1f : 1f - 1f / score;
        }
    };

    private final int code;
    private final String spaceType;

    Metric(int code, String spaceType) {
        this.code = code;
        this.spaceType = spaceType;
    }

    /** The number that stands for this metric in model files and in native calls. */
    public int code() {
        return code;
    }

    /** The value of {@code space_type} that names this metric. */
    public String spaceType() {
        return spaceType;
    }

    /** Whether a larger raw value means a nearer vector. */
    public boolean largerIsNearer() {
        return this != L2;
    }

    /** The user's distance for a kernel's raw value. */
    public abstract float distance(float raw);

    /** The user's score for a kernel's raw value; never negative. */
    public abstract float score(float raw);

    /** The raw value at which {@link #distance} is {@code distance}. */
    public abstract float rawOfDistance(float distance);

    /** The raw value at which {@link #score} is {@code score}; {@code score} must be above 0. */
    public abstract float rawOfScore(float score);

    /**
     * The metric with that {@code space_type}.
     *
     * @throws IllegalArgumentException naming the value and the known ones, if there is none
     */
    public static Metric ofSpaceType(String spaceType) {
        for (Metric metric : values()) {
            if (metric.spaceType.equals(spaceType)) {
                return metric;
            }
        }
        throw new IllegalArgumentException(
                "unknown space_type ["
                        + spaceType
                        + "], expected one of [l2, cosinesimil, innerproduct]");
    }

    /**
     * The metric with that {@link #code}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Metric ofCode(int code) {
        for (Metric metric : values()) {
            if (metric.code == code) {
                return metric;
            }
        }
        throw new IllegalArgumentException("unknown metric code [" + code + "]");
    }
}

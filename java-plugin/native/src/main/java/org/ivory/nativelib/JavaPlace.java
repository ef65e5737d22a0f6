package org.ivory.nativelib;

/**
 * The coordinates in which codes are made and queries are compared with them: an origin, a scale
 * and a length. All of it is the library's arithmetic, operation by operation.
 *
 * @param origin what becomes zero
 * @param scale a power of two
 * @param length centroids count as vectors this long
 */
record JavaPlace(float[] origin, float scale, float length) {
    /** Largest component in the frame; a longer vector is brought nearer, keeping its direction. */
    private static final double FAR = 1 << 24;

    /** Brings a vector into the frame; true if it was so long that it had to be brought nearer. */
    boolean vector(float[] vectors, int from, float[] into) {
        float reach = 0;
        for (int i = 0; i < origin.length; i++) {
            into[i] = (float) (moved(vectors[from + i], i) * scale);
            reach = Math.max(reach, Math.abs(into[i]));
        }
        if (reach <= FAR) {
            return false;
        }
        double far = 0;
        for (int i = 0; i < origin.length; i++) {
            far = Math.max(far, Math.abs(moved(vectors[from + i], i) * scale));
        }
        double nearer = scale * (FAR / far);
        for (int i = 0; i < origin.length; i++) {
            into[i] = (float) (moved(vectors[from + i], i) * nearer);
        }
        return true;
    }

    private double moved(float component, int i) {
        return (double) component - origin[i];
    }

    /** Brings a centroid into the frame. */
    void centroid(float[] centroids, int from, float[] into) {
        for (int i = 0; i < origin.length; i++) {
            double inside = ((double) centroids[from + i] * length - origin[i]) * scale;
            into[i] = (float) Math.max(-FAR, Math.min(FAR, inside));
        }
    }
}

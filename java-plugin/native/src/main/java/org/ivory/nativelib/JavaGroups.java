package org.ivory.nativelib;

import java.util.Arrays;

/**
 * Groups of cells, which a vector is compared with before the cells of the nearest groups are; a
 * part of the model file.
 */
final class JavaGroups {
    /** Most groups of a model. */
    static final int MAX = 4096;

    /** Steps by which the cells asked for decide how many groups are searched: 1, 4, 16, … */
    private static final int STEPS = 9;

    /** From this part of all cells on, all are compared. */
    private static final int PART = 8;

    private final Metric metric;
    private final int dimension;
    private final float[] centroids;
    private final int[] offsets;
    private final int[] searched;

    private JavaGroups(
            Metric metric, int dimension, float[] centroids, int[] offsets, int[] searched) {
        this.metric = metric;
        this.dimension = dimension;
        this.centroids = centroids;
        this.offsets = offsets;
        this.searched = searched;
    }

    /** Bytes of so many groups in the model file. */
    static long length(int dimension, int groups) {
        return groups == 0 ? 0 : 4L * ((long) groups * dimension + groups + 1 + STEPS);
    }

    /**
     * Reads the groups of a file.
     *
     * @param words four-byte words of the file's end, of which the last are the groups
     * @return null if the file has none
     * @throws ModelFormatException if they are damaged
     */
    static JavaGroups read(JavaModelFile file, int[] words) {
        int count = file.groups();
        int dimension = file.dimension();
        if (count == 0) {
            return null;
        }
        int from = words.length - (int) (length(dimension, count) / 4);
        float[] centroids = new float[count * dimension];
        for (int i = 0; i < centroids.length; i++) {
            centroids[i] = Float.intBitsToFloat(words[from + i]);
            check(Float.isFinite(centroids[i]), "group_centroids", i, centroids[i]);
        }
        from += centroids.length;
        int[] offsets = Arrays.copyOfRange(words, from, from + count + 1);
        check(offsets[0] == 0, "offsets", 0, unsigned(offsets[0]));
        for (int i = 1; i <= count; i++) {
            boolean ascends = Integer.compareUnsigned(offsets[i], offsets[i - 1]) > 0;
            check(ascends, "offsets", i, unsigned(offsets[i]));
        }
        check(offsets[count] == file.nlist(), "offsets", count, unsigned(offsets[count]));
        from += count + 1;
        int[] searched = Arrays.copyOfRange(words, from, from + STEPS);
        for (int i = 0; i < STEPS; i++) {
            int least = i == 0 ? 1 : searched[i - 1];
            boolean fits = searched[i] >= least && searched[i] <= count;
            check(fits, "searched", i, unsigned(searched[i]));
        }
        return new JavaGroups(file.metric(), dimension, centroids, offsets, searched);
    }

    private static String unsigned(int number) {
        return Integer.toUnsignedString(number);
    }

    private static void check(boolean fits, String field, int number, Object value) {
        JavaModelFile.check(fits, "[" + field + "] number " + number + " is " + value);
    }

    /** Bytes on the heap. */
    long sizeInBytes() {
        return 4L * (centroids.length + offsets.length + STEPS);
    }

    /**
     * The cells that a vector is compared with where {@code wanted} are asked for, at least as
     * many.
     *
     * @return first cell and end of each range, ascending
     */
    int[] ranges(float[] vectors, int from, int wanted) {
        int nlist = offsets[offsets.length - 1];
        if (wanted > 1 && wanted > nlist / PART) {
            return new int[] {0, nlist};
        }
        double[] keys = new double[offsets.length - 1];
        for (int group = 0; group < keys.length; group++) {
            keys[group] = key(vectors, from, group * dimension);
        }
        double[] sorted = keys.clone();
        Arrays.sort(sorted);
        int count = searched[step(wanted)];
        while (true) {
            int[] ranges = nearest(keys, sorted, Math.min(count, keys.length));
            int cells = 0;
            for (int i = 0; i < ranges.length; i += 2) {
                cells += ranges[i + 1] - ranges[i];
            }
            if (cells >= wanted) {
                return ranges;
            }
            count *= 2;
        }
    }

    /** The cells of the nearest groups; of equally near ones those with the smallest numbers. */
    private int[] nearest(double[] keys, double[] sorted, int count) {
        double last = sorted[count - 1];
        int equal = 0;
        while (equal < count && sorted[count - 1 - equal] == last) {
            equal++;
        }
        int[] ranges = new int[2 * count];
        int filled = 0;
        for (int group = 0; group < keys.length; group++) {
            if (keys[group] < last || keys[group] == last && equal-- > 0) {
                ranges[filled++] = offsets[group];
                ranges[filled++] = offsets[group + 1];
            }
        }
        return ranges;
    }

    private double key(float[] vectors, int from, int centroid) {
        double sum = 0;
        for (int i = 0; i < dimension; i++) {
            double x = vectors[from + i];
            double c = centroids[centroid + i];
            sum += metric == Metric.L2 ? (x - c) * (x - c) : -x * c;
        }
        // Both zeros are one number.
        return sum + 0.0;
    }

    /** The smallest step whose power of four is not below the number of cells. */
    private static int step(int cells) {
        int bits = cells <= 1 ? 0 : Integer.SIZE - Integer.numberOfLeadingZeros(cells - 1);
        return Math.min((bits + 1) / 2, STEPS - 1);
    }
}

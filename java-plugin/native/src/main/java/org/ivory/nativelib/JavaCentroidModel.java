package org.ivory.nativelib;

import java.util.Arrays;

/** A model on the heap. */
final class JavaCentroidModel implements CentroidModel {
    /** Of this object and what it holds, but for the centroids. */
    private static final int OWN_BYTES = 256;

    private final References references = new References();
    private final JavaModelFile file;
    private final JavaCoder coder;
    private final int[] section;
    // Null if vectors are compared with all cells.
    private final JavaGroups groups;
    // Null once closed, so that the heap gets it back; a call reads it once.
    private volatile float[] centroids;

    /**
     * @param centroids row after row; owned by the model from now on
     * @param section what is behind the centroids, in four-byte words
     * @throws ModelFormatException if that is damaged
     */
    JavaCentroidModel(JavaModelFile file, float[] centroids, int[] section) {
        this.file = file;
        this.section = section;
        this.groups = JavaGroups.read(file, section);
        this.coder = JavaCoder.read(file.metric(), file.dimension(), file.encoder(), section);
        this.centroids = centroids;
    }

    @Override
    public long fingerprint() {
        return file.fingerprint();
    }

    @Override
    public Metric metric() {
        return file.metric();
    }

    @Override
    public int dimension() {
        return file.dimension();
    }

    @Override
    public int nlist() {
        return file.nlist();
    }

    @Override
    public long sizeInBytes() {
        long upper = groups == null ? 0 : groups.sizeInBytes();
        return OWN_BYTES + 4L * dimension() * nlist() + 8L * section.length + upper;
    }

    @Override
    public void assign(float[] vectors, int count, int[] cells) {
        Checks.assign(vectors, count, dimension(), cells);
        float[] open = open();
        Checks.finite("vectors", vectors, count * dimension(), dimension());
        for (int i = 0; i < count; i++) {
            cells[i] = nearest(open, vectors, i * dimension());
        }
    }

    /** The cells that a vector is compared with: first and end of each range, ascending. */
    private int[] ranges(float[] vectors, int from, int wanted) {
        return groups == null ? new int[] {0, nlist()} : groups.ranges(vectors, from, wanted);
    }

    /** The nearest cell; the first of several equally near ones. */
    private int nearest(float[] open, float[] vectors, int from) {
        int[] ranges = ranges(vectors, from, 1);
        int best = ranges[0];
        float bestKey = Float.POSITIVE_INFINITY;
        for (int range = 0; range < ranges.length; range += 2) {
            for (int cell = ranges[range]; cell < ranges[range + 1]; cell++) {
                float key = key(raw(open, cell, vectors, from));
                if (key < bestKey) {
                    bestKey = key;
                    best = cell;
                }
            }
        }
        return Float.isInfinite(bestKey) && metric() == Metric.L2
                ? nearestOfFar(open, vectors, from, ranges)
                : best;
    }

    /** As {@link #nearest}, where every squared distance is beyond what a float can hold. */
    private int nearestOfFar(float[] open, float[] vectors, int from, int[] ranges) {
        int best = ranges[0];
        double bestKey = Double.POSITIVE_INFINITY;
        for (int range = 0; range < ranges.length; range += 2) {
            for (int cell = ranges[range]; cell < ranges[range + 1]; cell++) {
                double key = 0;
                for (int i = 0; i < dimension(); i++) {
                    double difference = (double) vectors[from + i] - open[cell * dimension() + i];
                    key += difference * difference;
                }
                if (key < bestKey) {
                    bestKey = key;
                    best = cell;
                }
            }
        }
        return best;
    }

    @Override
    public int probe(float[] query, int nprobe, int[] cells, float[] raw) {
        int found = Checks.probe(query, dimension(), nprobe, nlist(), cells, raw);
        float[] open = open();
        Checks.finite("query", query, dimension(), dimension());
        // The key above the cell's number: sorts by nearness, ties by number.
        int[] ranges = ranges(query, 0, found);
        long[] order = new long[nlist()];
        int compared = 0;
        for (int range = 0; range < ranges.length; range += 2) {
            for (int cell = ranges[range]; cell < ranges[range + 1]; cell++) {
                long key = sortable(key(raw(open, cell, query, 0)));
                order[compared++] = key << 32 | cell;
            }
        }
        Arrays.sort(order, 0, compared);
        for (int i = 0; i < found; i++) {
            cells[i] = (int) order[i];
            if (raw != null) {
                raw[i] = raw(open, cells[i], query, 0);
            }
        }
        return found;
    }

    private float raw(float[] open, int cell, float[] vectors, int from) {
        return JavaKernels.raw(metric(), vectors, from, open, cell * dimension(), dimension());
    }

    /** Smaller is nearer. */
    private float key(float raw) {
        return metric().largerIsNearer() ? -raw : raw;
    }

    /** Maps numbers to integers of the same order; both zeros are equal, NaN comes last. */
    private static int sortable(float value) {
        int bits = Float.floatToIntBits(value + 0f);
        return bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
    }

    @Override
    public EncoderSpec encoder() {
        return file.encoder();
    }

    @Override
    public int codeBytes() {
        return coder == null ? 0 : coder.codeBytes();
    }

    @Override
    public int factors() {
        return coder == null ? 0 : coder.factors();
    }

    @Override
    public void encode(float[] vectors, int count, int[] cells, byte[] codes) {
        Checks.encode(vectors, count, dimension(), cells, codes, codeLength());
        float[] open = open();
        assign(vectors, count, cells);
        if (coder != null) {
            Arrays.fill(codes, 0, count * codeLength(), (byte) 0);
            for (int i = 0; i < count; i++) {
                coder.encode(vectors, i * dimension(), open, cells[i], codes, i * codeLength());
            }
        }
    }

    @Override
    public CodeScan scan(float[] query, int candidates) {
        Checks.scan(query, dimension(), candidates, codeLength());
        Checks.finite("query", query, dimension(), dimension());
        float[] open = open();
        if (!tryAcquire()) {
            throw new IllegalStateException("the model is closed");
        }
        return new JavaCodeScan(this, coder, open, query, candidates);
    }

    @Override
    public long fileLength() {
        return file.length();
    }

    @Override
    public void readFile(long offset, byte[] out, int length) {
        Checks.readFile(offset, out, length, fileLength());
        float[] open = open();
        byte[] header = file.header();
        byte[] footer = file.footer();
        long sectionAt = header.length + 4L * open.length;
        long footerAt = fileLength() - footer.length;
        for (int i = 0; i < length; i++) {
            long at = offset + i;
            if (at < header.length) {
                out[i] = header[(int) at];
            } else if (at < sectionAt) {
                int component = (int) ((at - header.length) / 4);
                out[i] = byteOf(Float.floatToRawIntBits(open[component]), at);
            } else if (at < footerAt) {
                out[i] = byteOf(section[(int) ((at - sectionAt) / 4)], at);
            } else {
                out[i] = footer[(int) (at - footerAt)];
            }
        }
    }

    /** The byte of a little-endian word that lies at an offset; words lie at multiples of four. */
    private static byte byteOf(int word, long at) {
        return (byte) (word >>> 8 * (int) (at % 4));
    }

    @Override
    public boolean tryAcquire() {
        return references.tryAcquire();
    }

    @Override
    public void close() {
        if (references.release()) {
            centroids = null;
        }
    }

    private float[] open() {
        float[] open = centroids;
        if (open == null) {
            throw new IllegalStateException("the model is closed");
        }
        return open;
    }
}

package org.ivory.nativelib;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The model file, version 1, as the twin reads and writes it; docs/FORMAT.md is its description.
 *
 * @param metric how vectors are compared
 * @param dimension components of a centroid
 * @param nlist number of centroids
 * @param fingerprint as stored
 * @param checksum as stored
 */
record JavaModelFile(Metric metric, int dimension, int nlist, long fingerprint, long checksum) {
    private static final byte[] MAGIC = "IVORYMDL".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;

    /** Offset of the first centroid. */
    static final int HEADER = 64;

    private static final int VERSION_AT = 8;
    private static final int METRIC_AT = 12;
    private static final int DIMENSION_AT = 16;
    private static final int NLIST_AT = 20;
    private static final int FINGERPRINT_AT = 24;
    private static final int RESERVED_AT = 32;

    /** Bytes of the checksum at the end. */
    static final int FOOTER = 8;

    /** Length of the smallest file. */
    static final long SHORTEST = length(1, 1);

    /** Length of the largest file. */
    static final long LONGEST =
            length(TrainingParameters.MAX_DIMENSION, TrainingParameters.MAX_NLIST);

    private static long length(int dimension, int nlist) {
        return HEADER + FOOTER + 4L * dimension * nlist;
    }

    /** Length of the file in bytes. */
    long length() {
        return length(dimension, nlist);
    }

    /** Refuses a file of which less has arrived than was announced. */
    static void checkComplete(ModelBytes file, long announced) {
        check(
                file.length() == announced,
                "[length] is " + file.length() + " bytes, announced were " + announced);
    }

    /**
     * Checks all of a file but the centroids' components.
     *
     * @throws ModelFormatException naming the part that is wrong
     */
    static JavaModelFile read(ModelBytes file) {
        long length = file.length();
        check(length >= SHORTEST, "[length] is " + length + " bytes, the smallest has " + SHORTEST);
        for (int i = 0; i < MAGIC.length; i++) {
            check(file.byteAt(i) == MAGIC[i], "[magic] is not that of a model file");
        }
        int version = file.intAt(VERSION_AT);
        check(
                version == VERSION,
                "[version] is "
                        + Integer.toUnsignedString(version)
                        + ", this library reads "
                        + VERSION);
        for (int at = RESERVED_AT; at < HEADER; at++) {
            check(file.byteAt(at) == 0, "[reserved] byte at " + at + " is not zero");
        }
        int code = file.intAt(METRIC_AT);
        check(
                code >= 0 && code < Metric.values().length,
                "[metric] is " + Integer.toUnsignedString(code) + ", known are 0, 1 and 2");
        int dimension =
                ranged("dimension", file.intAt(DIMENSION_AT), TrainingParameters.MAX_DIMENSION);
        int nlist = ranged("nlist", file.intAt(NLIST_AT), TrainingParameters.MAX_NLIST);
        long expected = length(dimension, nlist);
        check(
                length == expected,
                "[length] is " + length + " bytes, dimension and nlist ask for " + expected);
        long content = length - FOOTER;
        long checksum = file.longAt(content);
        same("checksum", checksum, file.hash(new Xxh3(), 0, content).digest(), "the bytes have");
        Xxh3 hash = file.hash(new Xxh3(), METRIC_AT, FINGERPRINT_AT);
        long computed = file.hash(hash, HEADER, content).digest();
        long fingerprint = file.longAt(FINGERPRINT_AT);
        same("fingerprint", fingerprint, computed == 0 ? 1 : computed, "the content has");
        return new JavaModelFile(Metric.ofCode(code), dimension, nlist, fingerprint, checksum);
    }

    /**
     * Takes the centroids, row after row, out of a file that was checked.
     *
     * @throws ModelFormatException if a component is not finite
     * @throws NativeMemoryException if the heap has no room
     */
    float[] drainCentroids(ModelBytes file) {
        float[] centroids;
        try {
            centroids = new float[dimension * nlist];
        } catch (OutOfMemoryError e) {
            // As text: no Error may leave this module. One large array failed, nothing is broken.
            throw new NativeMemoryException(
                    "the heap has no room for a model of " + length() + " bytes");
        }
        file.drainFloats(HEADER, centroids);
        for (int i = 0; i < centroids.length; i++) {
            if (!Float.isFinite(centroids[i])) {
                throw new ModelFormatException(
                        "model file: [centroids] component "
                                + i % dimension
                                + " of cell "
                                + i / dimension
                                + " is not finite");
            }
        }
        return centroids;
    }

    /** The bytes before the first centroid. */
    byte[] header() {
        return ByteBuffer.allocate(HEADER)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .putInt(VERSION)
                .putInt(metric.code())
                .putInt(dimension)
                .putInt(nlist)
                .putLong(fingerprint)
                .array();
    }

    /** The bytes after the last centroid. */
    byte[] footer() {
        return ByteBuffer.allocate(FOOTER).order(ByteOrder.LITTLE_ENDIAN).putLong(checksum).array();
    }

    private static int ranged(String name, int value, int largest) {
        check(
                value >= 1 && value <= largest,
                "[" + name + "] " + Integer.toUnsignedString(value) + " is out of range");
        return value;
    }

    private static void same(String name, long stored, long computed, String whose) {
        check(
                stored == computed,
                String.format("[%s] is %016x, %s %016x", name, stored, whose, computed));
    }

    private static void check(boolean holds, String fault) {
        if (!holds) {
            throw new ModelFormatException("model file: " + fault);
        }
    }
}

package org.ivory.nativelib;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The model file, versions 1 to 3, as the twin reads and writes it; docs/FORMAT.md is its
 * description.
 *
 * @param metric how vectors are compared
 * @param dimension components of a centroid
 * @param nlist number of centroids
 * @param encoder how codes are made
 * @param groups number of groups of cells, 0 if there are none
 * @param fingerprint as stored
 * @param checksum as stored
 */
record JavaModelFile(
        Metric metric,
        int dimension,
        int nlist,
        EncoderSpec encoder,
        int groups,
        long fingerprint,
        long checksum) {
    private static final byte[] MAGIC = "IVORYMDL".getBytes(StandardCharsets.US_ASCII);

    /** Without an encoder. */
    private static final int VERSION_1 = 1;

    /** With an encoder section behind the centroids. */
    private static final int VERSION_2 = 2;

    /** With groups behind the encoder section, which may be none. */
    private static final int VERSION_3 = 3;

    /** Offset of the first centroid. */
    static final int HEADER = 64;

    private static final int VERSION_AT = 8;
    private static final int METRIC_AT = 12;
    private static final int DIMENSION_AT = 16;
    private static final int NLIST_AT = 20;
    private static final int FINGERPRINT_AT = 24;
    private static final int RESERVED_1_AT = 32;
    private static final int ENCODER_AT = 32;
    private static final int RESERVED_2_AT = 40;
    private static final int RESERVED_3_AT = 44;

    /** Bytes of the checksum at the end. */
    static final int FOOTER = 8;

    /** Length of the smallest file. */
    static final long SHORTEST = length(1, 1, EncoderSpec.NONE, 0);

    /** Length of the largest file. */
    static final long LONGEST =
            length(
                    TrainingParameters.MAX_DIMENSION,
                    TrainingParameters.MAX_NLIST,
                    new EncoderSpec("pq", 2),
                    JavaGroups.MAX);

    private static long length(int dimension, int nlist, EncoderSpec encoder, int groups) {
        long section = JavaCoder.sectionLength(encoder, dimension);
        long grouped = JavaGroups.length(dimension, groups);
        return HEADER + FOOTER + 4L * dimension * nlist + section + grouped;
    }

    /** Length of the file in bytes. */
    long length() {
        return length(dimension, nlist, encoder, groups);
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
                version >= VERSION_1 && version <= VERSION_3,
                "[version] is "
                        + Integer.toUnsignedString(version)
                        + ", this library reads 1 to 3");
        for (int at = reservedAt(version); at < HEADER; at++) {
            check(file.byteAt(at) == 0, "[reserved] byte at " + at + " is not zero");
        }
        int code = file.intAt(METRIC_AT);
        check(
                code >= 0 && code < Metric.values().length,
                "[metric] is " + Integer.toUnsignedString(code) + ", known are 0, 1 and 2");
        int dimension =
                ranged("dimension", file.intAt(DIMENSION_AT), TrainingParameters.MAX_DIMENSION);
        int nlist = ranged("nlist", file.intAt(NLIST_AT), TrainingParameters.MAX_NLIST);
        EncoderSpec encoder = encoder(version, file.intAt(ENCODER_AT), file.intAt(ENCODER_AT + 4));
        int groups = version == VERSION_3 ? file.intAt(RESERVED_2_AT) : 0;
        check(
                version == VERSION_3
                        ? groups >= 1 && groups <= Math.min(JavaGroups.MAX, nlist)
                        : groups == 0,
                "[groups] " + Integer.toUnsignedString(groups) + " is out of range");
        long expected = length(dimension, nlist, encoder, groups);
        check(
                length == expected,
                "[length] is " + length + " bytes, dimension and nlist ask for " + expected);
        long content = length - FOOTER;
        long checksum = file.longAt(content);
        same("checksum", checksum, file.hash(new Xxh3(), 0, content).digest(), "the bytes have");
        Xxh3 hash = file.hash(new Xxh3(), METRIC_AT, FINGERPRINT_AT);
        file.hash(hash, RESERVED_1_AT, reservedAt(version));
        long computed = file.hash(hash, HEADER, content).digest();
        long fingerprint = file.longAt(FINGERPRINT_AT);
        same("fingerprint", fingerprint, computed == 0 ? 1 : computed, "the content has");
        return new JavaModelFile(
                Metric.ofCode(code), dimension, nlist, encoder, groups, fingerprint, checksum);
    }

    /** Offset of the reserved bytes, which end at the header's end. */
    private static int reservedAt(int version) {
        return switch (version) {
            case VERSION_1 -> RESERVED_1_AT;
            case VERSION_2 -> RESERVED_2_AT;
            default -> RESERVED_3_AT;
        };
    }

    private static EncoderSpec encoder(int version, int code, int parameter) {
        if (version == VERSION_1) {
            return EncoderSpec.NONE;
        }
        try {
            // With neither encoder nor groups a model is written as version 1.
            if (version == VERSION_3 || code > EncoderSpec.NONE.code()) {
                return EncoderSpec.ofCode(code, parameter);
            }
        } catch (IllegalArgumentException e) {
            // Told below.
        }
        throw new ModelFormatException(
                "model file: [encoder] "
                        + Integer.toUnsignedString(code)
                        + " with parameter "
                        + Integer.toUnsignedString(parameter)
                        + " is not known here");
    }

    /**
     * Copies what is behind the centroids, the encoder section and the groups, in four-byte words
     * out of a file that was checked.
     */
    int[] section(ModelBytes file) {
        long from = HEADER + 4L * dimension * nlist;
        int[] words = new int[(int) ((length() - FOOTER - from) / 4)];
        for (int i = 0; i < words.length; i++) {
            words[i] = file.intAt(from + 4L * i);
        }
        return words;
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

    private int version() {
        if (groups > 0) {
            return VERSION_3;
        }
        return encoder.equals(EncoderSpec.NONE) ? VERSION_1 : VERSION_2;
    }

    /** The bytes before the first centroid. */
    byte[] header() {
        return ByteBuffer.allocate(HEADER)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC)
                .putInt(version())
                .putInt(metric.code())
                .putInt(dimension)
                .putInt(nlist)
                .putLong(fingerprint)
                .putInt(encoder.code())
                .putInt(encoder.parameter())
                .putInt(groups)
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

    static void check(boolean holds, String fault) {
        if (!holds) {
            throw new ModelFormatException("model file: " + fault);
        }
    }
}

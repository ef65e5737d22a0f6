package org.ivory.nativelib;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Model files made by hand after docs/FORMAT.md, right or wrong. */
final class ModelFiles {
    static final int HEADER = 64;

    private ModelFiles() {}

    /** A right file of these centroids. */
    static byte[] of(Metric metric, int dimension, float[] centroids) {
        ByteBuffer file = ByteBuffer.allocate(HEADER + 4 * centroids.length + 8);
        file.order(ByteOrder.LITTLE_ENDIAN);
        file.put("IVORYMDL".getBytes(StandardCharsets.US_ASCII)).putInt(1).putInt(metric.code());
        file.putInt(dimension).putInt(centroids.length / dimension);
        file.position(HEADER).asFloatBuffer().put(centroids);
        return seal(file.array());
    }

    /** Writes the fingerprint and the checksum that fit the rest of a file. */
    static byte[] seal(byte[] file) {
        ByteBuffer view = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int content = file.length - 8;
        var hash = new Xxh3().update(file, 12, 12).update(file, HEADER, content - HEADER);
        view.putLong(24, hash.digest());
        return sealChecksum(file);
    }

    /** Writes the checksum that fits the rest of a file. */
    static byte[] sealChecksum(byte[] file) {
        int content = file.length - 8;
        ByteBuffer.wrap(file)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(content, new Xxh3().update(file, 0, content).digest());
        return file;
    }
}

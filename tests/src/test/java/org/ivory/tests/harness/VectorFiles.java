package org.ivory.tests.harness;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * Readers of the vector files in the test data: TEXMEX rows ({@code .bvecs}, {@code .fvecs}, {@code
 * .ivecs}: an int32 dimension, then that many uint8, float32 or int32, little endian; {@code .gz}
 * is unpacked) and NumPy's {@code .npy} of float16.
 */
public final class VectorFiles {
    private static final Pattern SHAPE =
            Pattern.compile("'descr': '<f2'.*'fortran_order': False.*\\((\\d+), (\\d+)\\)");

    private VectorFiles() {}

    /** Rows of uint8 as floats. */
    public static float[][] bvecs(Path path) {
        ByteBuffer bytes = bytes(path);
        int dimension = bytes.getInt(0);
        float[][] rows = new float[rows(path, bytes, 4 + dimension)][dimension];
        for (float[] row : rows) {
            head(path, bytes, dimension);
            for (int i = 0; i < dimension; i++) {
                row[i] = bytes.get() & 0xff;
            }
        }
        return rows;
    }

    /** Rows of float32. */
    public static float[][] fvecs(Path path) {
        ByteBuffer bytes = bytes(path);
        int dimension = bytes.getInt(0);
        float[][] rows = new float[rows(path, bytes, 4 + 4 * dimension)][dimension];
        for (float[] row : rows) {
            head(path, bytes, dimension);
            for (int i = 0; i < dimension; i++) {
                row[i] = bytes.getFloat();
            }
        }
        return rows;
    }

    /** Rows of int32. */
    public static int[][] ivecs(Path path) {
        ByteBuffer bytes = bytes(path);
        int dimension = bytes.getInt(0);
        int[][] rows = new int[rows(path, bytes, 4 + 4 * dimension)][dimension];
        for (int[] row : rows) {
            head(path, bytes, dimension);
            for (int i = 0; i < dimension; i++) {
                row[i] = bytes.getInt();
            }
        }
        return rows;
    }

    /** A float16 array of two axes as floats. */
    public static float[][] npy(Path path) {
        ByteBuffer bytes = bytes(path);
        int length = Short.toUnsignedInt(bytes.getShort(8));
        String header = StandardCharsets.ISO_8859_1.decode(bytes.slice(10, length)).toString();
        Matcher shape = SHAPE.matcher(header);
        if (!shape.find()) {
            throw new IllegalStateException(path + ": header " + header);
        }
        float[][] rows =
                new float[Integer.parseInt(shape.group(1))][Integer.parseInt(shape.group(2))];
        bytes.position(10 + length);
        for (float[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = Float.float16ToFloat(bytes.getShort());
            }
        }
        if (bytes.hasRemaining()) {
            throw new IllegalStateException(path + ": bytes left over");
        }
        return rows;
    }

    private static ByteBuffer bytes(Path path) {
        try (InputStream file = new BufferedInputStream(Files.newInputStream(path));
                InputStream plain =
                        path.toString().endsWith(".gz") ? new GZIPInputStream(file) : file) {
            return ByteBuffer.wrap(plain.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int rows(Path path, ByteBuffer bytes, int width) {
        if (bytes.remaining() % width != 0) {
            throw new IllegalStateException(path + ": not a whole number of rows");
        }
        return bytes.remaining() / width;
    }

    private static void head(Path path, ByteBuffer bytes, int dimension) {
        int given = bytes.getInt();
        if (given != dimension) {
            throw new IllegalStateException(path + ": a row of dimension " + given);
        }
    }
}

package org.ivory.tests.harness;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;

/** Vectors as the two forms that a document may carry, and seeded random ones. */
public final class Vectors {
    private Vectors() {}

    /** Base64 of little-endian f32. */
    public static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    /** The vector of {@link #base64}. */
    public static float[] fromBase64(String text) {
        byte[] bytes = Base64.getDecoder().decode(text);
        float[] vector = new float[bytes.length / 4];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        return vector;
    }

    /** A JSON array. */
    public static String array(float[] vector) {
        return Arrays.toString(vector);
    }

    /** {@code count} vectors, normally distributed, the same for the same seed. */
    public static float[][] random(long seed, int count, int dimension) {
        Random random = new Random(seed);
        float[][] rows = new float[count][dimension];
        for (float[] row : rows) {
            for (int i = 0; i < dimension; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return rows;
    }
}

package org.ivory.nativelib;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** From residuals to codes, and from queries to look-up tables; docs/FORMAT.md, "Codes". */
abstract class JavaQuantizer {
    private static final VarHandle F32 =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    /**
     * Writes the code of a residual in row form.
     *
     * @param residual in the encoder's frame
     * @param centroid that it is relative to, in the frame
     * @param row array whose bytes from {@code at} on are zero
     */
    abstract void encode(float[] residual, float[] centroid, byte[] row, int at);

    /**
     * Fills the table of a query: entry {@code 16n + v} is what value v of nibble n adds to a sum.
     *
     * @param query in the frame
     * @param table zeros
     * @return what all sums have in common
     */
    abstract float table(float[] query, float[] table);

    /** What an inner product with the query is multiplied with in an estimate. */
    static float multiplier(Metric metric) {
        return metric == Metric.L2 ? -2f : -1f;
    }

    static void setNibble(byte[] row, int at, int nibble, int value) {
        row[at + nibble / 2] |= (byte) (value << 4 * (nibble % 2));
    }

    /** What is not finite becomes the largest number. */
    static void setFactor(byte[] row, int at, double value) {
        F32.set(row, at, Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, (float) value)));
    }

    static float factor(byte[] row, int at) {
        return (float) F32.get(row, at);
    }
}

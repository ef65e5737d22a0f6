package org.ivory.lucene;

import org.apache.lucene.util.BytesRef;
import org.ivory.nativelib.Metric;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The doc value of a vector: {@code dimension} components as little-endian f32. For {@link
 * Metric#COSINE} the components are those of the unit vector and one more f32 follows, the norm of
 * the original, so that the original can be given back. The length depends on metric and dimension
 * only.
 */
public final class VectorEncoding {

    private static final VarHandle F32 =
            MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    private VectorEncoding() {}

    /** Bytes of a doc value. */
    public static int length(Metric metric, int dimension) {
        return rowLength(dimension) + (metric == Metric.COSINE ? Float.BYTES : 0);
    }

    /** Bytes of the components alone: what a kernel reads. */
    static int rowLength(int dimension) {
        return Math.multiplyExact(dimension, Float.BYTES);
    }

    /**
     * Encodes a vector as it was given.
     *
     * @return new bytes of {@link #length}
     * @throws IllegalArgumentException for a vector of norm zero under cosine
     */
    public static BytesRef encode(Metric metric, float[] vector) {
        byte[] bytes = new byte[length(metric, vector.length)];
        float[] components = vector;
        if (metric == Metric.COSINE) {
            double norm = norm(vector);
            components = divided(vector, norm);
            F32.set(bytes, rowLength(vector.length), toFloat(norm));
        }
        for (int i = 0; i < components.length; i++) {
            F32.set(bytes, i * Float.BYTES, components[i]);
        }
        return new BytesRef(bytes);
    }

    /**
     * Gives back the original vector; for cosine up to rounding.
     *
     * @throws IllegalArgumentException if the bytes have not the {@link #length} that metric and
     *     dimension ask for
     */
    public static float[] decode(Metric metric, int dimension, BytesRef bytes) {
        if (bytes.length != length(metric, dimension)) {
            throw new IllegalArgumentException(
                    "a vector of dimension ["
                            + dimension
                            + "] and space_type ["
                            + metric.spaceType()
                            + "] takes ["
                            + length(metric, dimension)
                            + "] bytes, got ["
                            + bytes.length
                            + "]");
        }
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) F32.get(bytes.bytes, bytes.offset + i * Float.BYTES);
        }
        if (metric == Metric.COSINE) {
            float norm = (float) F32.get(bytes.bytes, bytes.offset + rowLength(dimension));
            for (int i = 0; i < dimension; i++) {
                vector[i] *= norm;
            }
        }
        return vector;
    }

    /**
     * The vector as kernels and models want it: for cosine a new vector of unit length, else the
     * same array.
     *
     * @throws IllegalArgumentException for a vector of norm zero under cosine
     */
    public static float[] normalised(Metric metric, float[] vector) {
        return metric == Metric.COSINE ? divided(vector, norm(vector)) : vector;
    }

    /** The norm in f64, where squares of f32 neither overflow nor vanish. */
    private static double norm(float[] vector) {
        double sum = 0;
        for (float component : vector) {
            sum += (double) component * component;
        }
        if (sum == 0) {
            throw new IllegalArgumentException(
                    "space_type [" + Metric.COSINE.spaceType() + "] has no use for a zero vector");
        }
        return Math.sqrt(sum);
    }

    private static float[] divided(float[] vector, double norm) {
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / norm);
        }
        return unit;
    }

    /** A norm beyond f32 is kept as the largest f32: infinity would turn zeros into NaN. */
    private static float toFloat(double norm) {
        return (float) Math.max(Float.MIN_VALUE, Math.min(Float.MAX_VALUE, norm));
    }
}

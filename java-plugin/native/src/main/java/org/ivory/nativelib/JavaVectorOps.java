package org.ivory.nativelib;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * The twin of the native library in plain Java: the fallback where the library is missing or
 * refused, and the oracle of its tests. It does everything but training. Its values are the
 * library's to the bit (see {@link JavaKernels}).
 */
public final class JavaVectorOps implements VectorOps {
    /** What {@link #level} returns. */
    public static final String LEVEL = "java";

    private final String reason;

    /**
     * @param reason why the library is not in use, for the messages of what needs it
     */
    public JavaVectorOps(String reason) {
        this.reason = reason;
    }

    @Override
    public String level() {
        return LEVEL;
    }

    @Override
    public void score(Metric metric, float[] query, ByteBuffer rows, int count, float[] out) {
        Checks.score(metric, query, rows, count, out);
        FloatBuffer floats = floats(rows);
        int dimension = query.length;
        float[] row = new float[dimension];
        for (int i = 0; i < count; i++) {
            floats.get(i * dimension, row);
            out[i] = JavaKernels.raw(metric, query, 0, row, 0, dimension);
        }
    }

    @Override
    public void scoreRows(
            Metric metric, float[] query, ByteBuffer rows, int[] index, int count, float[] out) {
        Checks.scoreRows(metric, query, rows, index, count, out);
        FloatBuffer floats = floats(rows);
        int dimension = query.length;
        float[] row = new float[dimension];
        for (int i = 0; i < count; i++) {
            floats.get(index[i] * dimension, row);
            out[i] = JavaKernels.raw(metric, query, 0, row, 0, dimension);
        }
    }

    @Override
    public boolean readsMemory() {
        return false;
    }

    @Override
    public void scoreMapped(
            Metric metric,
            float[] query,
            long address,
            long length,
            int stride,
            int[] rows,
            int count,
            float[] out) {
        throw noMappedMemory();
    }

    @Override
    public void scoreMappedRange(
            Metric metric,
            float[] query,
            long address,
            long length,
            int stride,
            int from,
            int count,
            float[] out) {
        throw noMappedMemory();
    }

    private UnsupportedOperationException noMappedMemory() {
        return new UnsupportedOperationException(
                "mapped memory is read by the native library, which is not in use: " + reason);
    }

    @Override
    public ModelLoader loadModel(long length) {
        return new JavaModelLoader(length);
    }

    @Override
    public Trainer train(TrainingParameters parameters) {
        Checks.notNull(parameters, "parameters");
        throw new UnsupportedOperationException(
                "training needs the native library, which is not in use: " + reason);
    }

    /** All floats of a buffer, whatever its position, limit and order. */
    private static FloatBuffer floats(ByteBuffer rows) {
        return rows.duplicate().clear().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    }
}

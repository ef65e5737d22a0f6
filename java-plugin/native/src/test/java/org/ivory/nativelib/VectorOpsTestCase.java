package org.ivory.nativelib;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import org.junit.Test;
import org.junit.function.ThrowingRunnable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.IntStream;

/** What every {@link VectorOps} must do with vectors; {@link ModelTestCase} has the models. */
public abstract class VectorOpsTestCase {
    private static final int[] LARGE = {100, 128, 255, 384, 768, 1536, 4097, 16_000};

    abstract VectorOps ops();

    private static int[] dimensions() {
        return IntStream.concat(IntStream.rangeClosed(1, 67), IntStream.of(LARGE)).toArray();
    }

    @Test
    public void scoresConsecutiveRows() {
        var random = new Random(11);
        for (int dimension : dimensions()) {
            int count = dimension > 1000 ? 5 : 19;
            for (Metric metric : Metric.values()) {
                float[] query = TestLibrary.vectors(metric, random, 1, dimension);
                float[] vectors = TestLibrary.vectors(metric, random, count, dimension);
                float[] out = new float[count + 1];
                out[count] = 42;
                ops().score(metric, query, TestLibrary.direct(vectors), count, out);
                for (int i = 0; i < count; i++) {
                    close(metric, query, vectors, i, out[i]);
                }
                assertEquals("nothing behind the count is written", 42f, out[count], 0);
            }
        }
    }

    @Test
    public void scoresRowsByNumber() {
        var random = new Random(12);
        for (int dimension : dimensions()) {
            int rows = dimension > 1000 ? 5 : 40;
            for (Metric metric : Metric.values()) {
                float[] query = TestLibrary.vectors(metric, random, 1, dimension);
                float[] vectors = TestLibrary.vectors(metric, random, rows, dimension);
                int[] index = random.ints(33, 0, rows).toArray();
                float[] out = new float[index.length];
                ByteBuffer buffer = TestLibrary.direct(vectors);
                ops().scoreRows(metric, query, buffer, index, index.length, out);
                float[] all = new float[rows];
                ops().score(metric, query, buffer, rows, all);
                for (int i = 0; i < index.length; i++) {
                    close(metric, query, vectors, index[i], out[i]);
                    assertEquals("as among consecutive rows", all[index[i]], out[i], 0);
                }
            }
        }
    }

    private static void close(Metric metric, float[] query, float[] vectors, int row, float value) {
        int dimension = query.length;
        var expected = Reference.raw(metric, query, 0, vectors, row * dimension, dimension);
        assertEquals(metric + " of " + dimension, expected.value(), value, expected.tolerance());
    }

    @Test
    public void manyRowsAtOnce() {
        int dimension = 8;
        int count = 100_000;
        float[] query = TestLibrary.vectors(new Random(1), 1, dimension);
        float[] vectors = TestLibrary.vectors(new Random(2), count, dimension);
        float[] out = new float[count];
        ops().score(Metric.L2, query, TestLibrary.direct(vectors), count, out);
        for (int i = 0; i < count; i++) {
            close(Metric.L2, query, vectors, i, out[i]);
        }
    }

    @Test
    public void positionLimitOrderAndAlignmentOfTheBufferDoNotMatter() {
        var random = new Random(13);
        float[] query = TestLibrary.vectors(random, 1, 5);
        float[] vectors = TestLibrary.vectors(random, 7, 5);
        ByteBuffer bytes = ByteBuffer.allocateDirect(vectors.length * 4 + 3);
        for (int shift = 0; shift < 4; shift++) {
            ByteBuffer rows = bytes.duplicate().position(shift).slice();
            rows.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(vectors);
            rows.order(ByteOrder.BIG_ENDIAN).position(1).limit(2);
            float[] out = new float[7];
            ops().score(Metric.L2, query, rows.asReadOnlyBuffer(), 7, out);
            for (int i = 0; i < 7; i++) {
                close(Metric.L2, query, vectors, i, out[i]);
            }
            assertEquals(1, rows.position());
            assertEquals(2, rows.limit());
        }
    }

    @Test
    public void extremeNumbers() {
        float big = Float.MAX_VALUE;
        float tiny = Float.MIN_VALUE;
        ByteBuffer rows = TestLibrary.direct(new float[] {big, -big, tiny, tiny, 0f, -0f});
        float[] out = new float[3];
        ops().score(Metric.L2, new float[] {big, big}, rows, 3, out);
        for (float value : out) {
            assertEquals(Float.POSITIVE_INFINITY, value, 0);
        }
        ops().score(Metric.INNER_PRODUCT, new float[] {tiny, tiny}, rows, 3, out);
        assertEquals(0f, out[0], 0);
        assertEquals(0f, out[1], 0);
        assertEquals(0f, out[2], 0);
        ByteBuffer odd = TestLibrary.direct(new float[] {Float.NaN, Float.POSITIVE_INFINITY});
        ops().score(Metric.INNER_PRODUCT, new float[] {1}, odd, 2, out);
        assertTrue(Float.isNaN(out[0]));
        assertEquals(Float.POSITIVE_INFINITY, out[1], 0);
    }

    private static void wrong(String named, ThrowingRunnable call) {
        var e = assertThrows(IllegalArgumentException.class, call);
        assertTrue(e.getMessage(), e.getMessage().contains(named));
    }

    @Test
    public void checksItsArguments() {
        VectorOps ops = ops();
        float[] query = new float[4];
        float[] out = new float[2];
        int[] index = {1, 0};
        ByteBuffer rows = ByteBuffer.allocateDirect(47); // one byte short of three
        ByteBuffer heap = ByteBuffer.allocate(100);
        Metric l2 = Metric.L2;
        wrong("metric", () -> ops.score(null, query, rows, 1, out));
        wrong("query", () -> ops.score(l2, null, rows, 1, out));
        wrong("query", () -> ops.score(l2, new float[0], rows, 1, out));
        wrong("rows", () -> ops.score(l2, query, null, 1, out));
        wrong("direct", () -> ops.score(l2, query, heap, 1, out));
        wrong("count", () -> ops.score(l2, query, rows, -1, out));
        wrong("rows", () -> ops.score(l2, query, rows, 3, new float[3]));
        wrong("out", () -> ops.score(l2, query, rows, 2, null));
        wrong("out", () -> ops.score(l2, query, rows, 2, new float[1]));
        wrong("out", () -> ops.score(l2, query, rows, Integer.MAX_VALUE, out));
        wrong("index", () -> ops.scoreRows(l2, query, rows, null, 1, out));
        wrong("index", () -> ops.scoreRows(l2, query, rows, index, 3, new float[3]));
        wrong("index", () -> ops.scoreRows(l2, query, rows, new int[] {0, 2}, 2, out));
        wrong("index", () -> ops.scoreRows(l2, query, rows, new int[] {0, -1}, 2, out));
        wrong("out", () -> ops.scoreRows(l2, query, rows, index, 2, new float[1]));
        wrong("direct", () -> ops.scoreRows(l2, query, heap, index, 2, out));
        ops.score(l2, query, rows, 2, out);
        ops.score(l2, query, ByteBuffer.allocateDirect(0), 0, new float[0]);
        ops.scoreRows(l2, query, rows, index, 2, out);
    }
}

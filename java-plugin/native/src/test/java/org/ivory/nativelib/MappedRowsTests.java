package org.ivory.nativelib;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import org.junit.Test;
import org.junit.function.ThrowingRunnable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** Rows that are read where they lie: the same values as from a buffer, and nothing outside. */
public class MappedRowsTests {
    private static final ValueLayout.OfFloat F32 =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final VectorOps ops = TestLibrary.ops();

    /** Exactly as long as the rows need; gaps are NaN, which would show in every value. */
    private static MemorySegment rows(Arena arena, float[] vectors, int dimension, int stride) {
        int count = vectors.length / dimension;
        long length = (count - 1L) * stride + 4L * dimension;
        MemorySegment memory = arena.allocate(length, 1).fill((byte) -1);
        for (int i = 0; i < vectors.length; i++) {
            long at = (long) (i / dimension) * stride + i % dimension * 4L;
            memory.set(F32, at, vectors[i]);
        }
        return memory;
    }

    @Test
    public void valuesAreThoseOfABuffer() {
        var random = new Random(31);
        for (int dimension : new int[] {1, 3, 16, 31, 100, 128, 384, 1536}) {
            int count = 57;
            for (Metric metric : Metric.values()) {
                float[] query = TestLibrary.vectors(metric, random, 1, dimension);
                float[] vectors = TestLibrary.vectors(metric, random, count, dimension);
                float[] expected = new float[count];
                ops.score(metric, query, TestLibrary.direct(vectors), count, expected);
                for (int gap : new int[] {0, 4, 7, 64}) {
                    try (Arena arena = Arena.ofConfined()) {
                        int stride = 4 * dimension + gap;
                        MemorySegment memory = rows(arena, vectors, dimension, stride);
                        scoresAgree(metric, query, memory, stride, expected, random);
                    }
                }
            }
        }
    }

    private void scoresAgree(
            Metric metric,
            float[] query,
            MemorySegment memory,
            int stride,
            float[] expected,
            Random random) {
        int count = expected.length;
        long address = memory.address();
        long length = memory.byteSize();
        float[] out = new float[count + 1];
        out[count] = 42;
        ops.scoreMappedRange(metric, query, address, length, stride, 0, count, out);
        assertArrayEquals(expected, Arrays.copyOf(out, count), 0);
        assertEquals("nothing behind the count is written", 42f, out[count], 0);
        int from = random.nextInt(count);
        int some = random.nextInt(count - from + 1);
        ops.scoreMappedRange(metric, query, address, length, stride, from, some, out);
        for (int i = 0; i < some; i++) {
            assertEquals(expected[from + i], out[i], 0);
        }
        int[] numbers = random.ints(90, 0, count).toArray();
        float[] chosen = new float[90];
        ops.scoreMapped(metric, query, address, length, stride, numbers, 90, chosen);
        for (int i = 0; i < 90; i++) {
            assertEquals(expected[numbers[i]], chosen[i], 0);
        }
    }

    @Test
    public void moreRowsThanAreHandedOverAtATime() {
        var random = new Random(32);
        int count = 10_001;
        float[] query = TestLibrary.vectors(random, 1, 5);
        float[] vectors = TestLibrary.vectors(random, count, 5);
        float[] expected = new float[count];
        ops.score(Metric.L2, query, TestLibrary.direct(vectors), count, expected);
        try (Arena arena = Arena.ofConfined()) {
            scoresAgree(Metric.L2, query, rows(arena, vectors, 5, 20), 20, expected, random);
            int[] all = IntStream.range(0, count).toArray();
            float[] out = new float[count];
            MemorySegment memory = rows(arena, vectors, 5, 24);
            long address = memory.address();
            ops.scoreMapped(Metric.L2, query, address, memory.byteSize(), 24, all, count, out);
            assertArrayEquals(expected, out, 0);
        }
    }

    private interface Call {
        void of(int metric, float[] query, long address, long length, int stride, float[] out);
    }

    @Test
    public void everyWrongArgumentIsRefusedByTheLibraryItself() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = rows(arena, new float[12], 4, 20);
            long at = memory.address();
            float[] query = new float[4];
            float[] out = new float[3];
            int[] three = {0, 2, 1};
            Call numbers = (m, q, a, l, s, o) -> Natives.scoreMapped(m, q, a, l, s, three, 3, o);
            Call range = (m, q, a, l, s, o) -> Natives.scoreMappedRange(m, q, a, l, s, 0, 3, o);
            for (Call call : new Call[] {numbers, range}) {
                call.of(0, query, at, 56, 20, out);
                wrong("memory", () -> call.of(0, query, at, 55, 20, out));
                wrong("memory", () -> call.of(0, query, at, 0, 20, out));
                wrong("[metric]", () -> call.of(3, query, at, 56, 20, out));
                wrong("[address]", () -> call.of(0, query, 0, 56, 20, out));
                wrong("[address]", () -> call.of(0, query, -at, 56, 20, out));
                wrong("[length]", () -> call.of(0, query, at, -1, 20, out));
                wrong("[length]", () -> call.of(0, query, at, Long.MAX_VALUE, 20, out));
                wrong("[stride]", () -> call.of(0, query, at, 56, 15, out));
                wrong("[stride]", () -> call.of(0, query, at, 56, 0, out));
                wrong("[stride]", () -> call.of(0, query, at, 56, -20, out));
                wrong("[query]", () -> call.of(0, null, at, 56, 20, out));
                wrong("[dimension]", () -> call.of(0, new float[0], at, 56, 20, out));
                wrong("[out]", () -> call.of(0, query, at, 56, 20, null));
                wrong("[out]", () -> call.of(0, query, at, 56, 20, new float[2]));
            }
            for (int row : new int[] {3, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
                int[] rows = {0, 1, row};
                wrong("[rows]", () -> Natives.scoreMapped(0, query, at, 56, 20, rows, 3, out));
                wrong("", () -> Natives.scoreMappedRange(0, query, at, 56, 20, row, 1, out));
            }
            wrong("[rows]", () -> Natives.scoreMapped(0, query, at, 56, 20, null, 1, out));
            wrong("[rows]", () -> Natives.scoreMapped(0, query, at, 56, 20, new int[1], 2, out));
            wrong("[count]", () -> Natives.scoreMapped(0, query, at, 56, 20, three, -1, out));
            wrong("[count]", () -> Natives.scoreMappedRange(0, query, at, 56, 20, 0, -1, out));
            int most = Integer.MAX_VALUE;
            wrong("[out]", () -> Natives.scoreMappedRange(0, query, at, 56, 20, most, most, out));
            Natives.scoreMapped(0, query, at, 56, 20, new int[0], 0, new float[0]);
            Natives.scoreMappedRange(0, query, at, 56, 20, 3, 0, new float[0]);
        }
    }

    @Test
    public void everyWrongArgumentIsRefusedBeforeTheLibrary() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = rows(arena, new float[12], 4, 20);
            long at = memory.address();
            float[] query = new float[4];
            float[] out = new float[3];
            int[] rows = {0, 2, 1};
            Metric l2 = Metric.L2;
            assertTrue(ops.readsMemory());
            wrong("metric", () -> ops.scoreMapped(null, query, at, 56, 20, rows, 3, out));
            wrong("query", () -> ops.scoreMapped(l2, null, at, 56, 20, rows, 3, out));
            wrong("rows", () -> ops.scoreMapped(l2, query, at, 56, 20, null, 3, out));
            wrong("rows", () -> ops.scoreMapped(l2, query, at, 56, 20, new int[2], 3, out));
            wrong("out", () -> ops.scoreMapped(l2, query, at, 56, 20, rows, 3, new float[2]));
            wrong("stride", () -> ops.scoreMapped(l2, query, at, 56, 15, rows, 3, out));
            wrong("length", () -> ops.scoreMapped(l2, query, at, -1, 20, rows, 3, out));
            wrong("count", () -> ops.scoreMapped(l2, query, at, 56, 20, rows, -1, out));
            wrong("length", () -> ops.scoreMappedRange(l2, query, at, 55, 20, 0, 3, out));
            wrong("length", () -> ops.scoreMappedRange(l2, query, at, 56, 20, 1, 3, out));
            wrong("from", () -> ops.scoreMappedRange(l2, query, at, 56, 20, -1, 3, out));
            wrong("stride", () -> ops.scoreMappedRange(l2, query, at, 56, 15, 0, 3, out));
        }
    }

    private static void wrong(String named, ThrowingRunnable call) {
        var e = assertThrows(IllegalArgumentException.class, call);
        assertTrue(e.getMessage(), e.getMessage().contains(named));
    }

    @Test
    public void theTwinSaysThatItCannot() {
        VectorOps twin = TestLibrary.twin();
        assertFalse(twin.readsMemory());
        float[] one = new float[1];
        assertThrows(
                UnsupportedOperationException.class,
                () -> twin.scoreMapped(Metric.L2, one, 64, 4, 4, new int[1], 1, one));
        assertThrows(
                UnsupportedOperationException.class,
                () -> twin.scoreMappedRange(Metric.L2, one, 64, 4, 4, 0, 1, one));
    }
}

package org.ivory.nativelib;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;

import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.function.LongConsumer;

/** The natives themselves, without the checks that Java makes before: the library's own. */
public class BoundaryTests {
    private static final int DIMENSION = 4;
    private static final int NLIST = 3;

    private final float[] vectors = TestLibrary.vectors(new Random(1), 10, DIMENSION);
    private byte[] file;
    private long model;

    @Before
    public void openModel() {
        try (CentroidModel trained = TestLibrary.train(Metric.L2, DIMENSION, NLIST, 20)) {
            file = TestLibrary.file(trained);
        }
        model = Natives.loaderFinish(loader());
    }

    @After
    public void closeModel() {
        Natives.modelClose(model);
    }

    private long loader() {
        long loader = Natives.loaderOpen(file.length);
        Natives.loaderAppend(loader, file, file.length);
        return loader;
    }

    private static long trainer() {
        return Natives.trainerOpen(0, DIMENSION, NLIST, 1, 5, 100, 1, -1, 0);
    }

    static <T extends Throwable> T fails(Class<T> type, String entry, ThrowingRunnable body) {
        T e = assertThrows(type, body);
        assertThat("names its entry", e.getMessage(), startsWith(entry + ": "));
        assertNull(e.getCause());
        return e;
    }

    private void stillWorks() {
        float[] out = new float[1];
        ByteBuffer rows = TestLibrary.direct(new float[] {1, 2, 3, 4});
        Natives.score(Metric.INNER_PRODUCT.code(), new float[] {1, 1, 1, 1}, rows, 1, out);
        assertEquals(10f, out[0], 0);
        int[] cells = new int[10];
        Natives.modelAssign(model, vectors, 10, cells);
    }

    @Test
    public void panicBecomesAnExceptionAndTheLibraryGoesOn() {
        Natives.selfTest(0);
        for (int i = 0; i < 100; i++) {
            var e = fails(NativeException.class, "selfTest", () -> Natives.selfTest(2));
            assertThat(e.getMessage(), containsString("panic"));
            stillWorks();
        }
        fails(IllegalArgumentException.class, "selfTest", () -> Natives.selfTest(1));
        fails(IllegalArgumentException.class, "selfTest", () -> Natives.selfTest(3));
        stillWorks();
    }

    /** Every native that takes a handle, by its name, with arguments that are right otherwise. */
    private Map<String, LongConsumer> takers(String kind) {
        Map<String, LongConsumer> takers = new LinkedHashMap<>();
        if (!kind.equals("loader")) {
            takers.put("loaderAppend", handle -> Natives.loaderAppend(handle, file, 1));
            takers.put("loaderFinish", Natives::loaderFinish);
            takers.put("loaderClose", Natives::loaderClose);
        }
        if (!kind.equals("model")) {
            takers.put("modelDescribe", handle -> Natives.modelDescribe(handle, new long[10]));
            takers.put(
                    "modelAssign", handle -> Natives.modelAssign(handle, vectors, 1, new int[1]));
            takers.put(
                    "modelEncode",
                    handle -> Natives.modelEncode(handle, vectors, 1, new int[1], new byte[100]));
            takers.put("scanOpen", handle -> Natives.scanOpen(handle, new float[DIMENSION], 1));
            takers.put(
                    "modelProbe",
                    handle ->
                            Natives.modelProbe(handle, new float[DIMENSION], 1, new int[1], null));
            takers.put(
                    "modelMeasure",
                    handle ->
                            Natives.modelMeasure(
                                    handle, 4096, 64, 4096, 64, 4, 0, 0, 0, 0, new float[0]));
            takers.put("modelRead", handle -> Natives.modelRead(handle, 0, new byte[1], 1));
            takers.put("modelClose", Natives::modelClose);
        }
        if (!kind.equals("trainer")) {
            takers.put("trainerAdd", handle -> Natives.trainerAdd(handle, vectors, 1));
            takers.put("trainerRun", Natives::trainerRun);
            takers.put(
                    "trainerProgress", handle -> Natives.trainerProgress(handle, new double[11]));
            takers.put("trainerCancel", Natives::trainerCancel);
            takers.put("trainerClose", Natives::trainerClose);
        }
        if (!kind.equals("scan")) {
            takers.put("scanProbe", handle -> Natives.scanProbe(handle, 1));
            takers.put("scanCells", handle -> Natives.scanCells(handle, 0, 0, new int[0]));
            takers.put(
                    "scanWithin",
                    handle ->
                            Natives.scanWithin(
                                    handle, 4096, 64, 0, 0, new float[0], 1, new long[1]));
            takers.put("scanRegion", handle -> Natives.scanRegion(handle, 0, 4096, 64, 0, 0, 0, 0));
            takers.put("scanWorth", handle -> Natives.scanWorth(handle, 0));
            takers.put(
                    "scanRows",
                    handle -> Natives.scanRows(handle, 0, 0, new byte[0], new int[0], 0));
            takers.put(
                    "scanTake",
                    handle -> Natives.scanTake(handle, new int[1], new int[1], new float[1]));
            takers.put("scanClose", Natives::scanClose);
        }
        return takers;
    }

    private void refused(Map<String, LongConsumer> takers, long handle) {
        takers.forEach((entry, taker) ->
                fails(IllegalStateException.class, entry, () -> taker.accept(handle)));
    }

    @Test
    public void numbersThatAreNoHandlesAreRefused() {
        var random = new Random(5);
        for (long handle : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, model + 1}) {
            refused(takers(""), handle);
        }
        for (int i = 0; i < 1000; i++) {
            refused(takers(""), random.nextLong());
            // Of the right kind, but with another slot or generation.
            refused(takers(""), model ^ (1L + random.nextInt(1 << 20)) << 1 + random.nextInt(30));
        }
        stillWorks();
    }

    @Test
    public void foreignHandlesAreRefused() {
        long loader = Natives.loaderOpen(file.length);
        long trainer = trainer();
        refused(takers("loader"), loader);
        refused(takers("model"), model);
        refused(takers("trainer"), trainer);
        long scan = Natives.scanOpen(model, new float[DIMENSION], 1);
        refused(takers("scan"), scan);
        Natives.scanClose(scan);
        Natives.loaderAppend(loader, file, file.length);
        Natives.modelClose(Natives.loaderFinish(loader));
        Natives.trainerClose(trainer);
        stillWorks();
    }

    @Test
    public void closedHandlesAreRefused() {
        long loader = Natives.loaderOpen(file.length);
        Natives.loaderClose(loader);
        refused(takers(""), loader);
        long finished = loader();
        long second = Natives.loaderFinish(finished);
        refused(takers(""), finished);
        Natives.modelClose(second);
        refused(takers(""), second);
        long trainer = trainer();
        Natives.trainerClose(trainer);
        refused(takers(""), trainer);
        long scan = Natives.scanOpen(model, new float[DIMENSION], 1);
        Natives.scanClose(scan);
        refused(takers(""), scan);
        stillWorks();
    }

    @Test
    public void aSlotInUseAgainDoesNotReviveAnOldHandle() {
        long old = Natives.loaderFinish(loader());
        Natives.modelClose(old);
        long[] young = new long[20];
        for (int i = 0; i < young.length; i++) {
            young[i] = Natives.loaderFinish(loader());
        }
        refused(takers(""), old);
        for (long handle : young) {
            Natives.modelClose(handle);
        }
    }

    @Test
    public void failedFinishConsumesTheLoader() {
        long damaged = Natives.loaderOpen(file.length);
        Natives.loaderAppend(damaged, new byte[file.length], file.length);
        fails(ModelFormatException.class, "loaderFinish", () -> Natives.loaderFinish(damaged));
        refused(takers(""), damaged);
        long partial = Natives.loaderOpen(file.length);
        Natives.loaderAppend(partial, file, file.length - 1);
        fails(ModelFormatException.class, "loaderFinish", () -> Natives.loaderFinish(partial));
        refused(takers(""), partial);
    }

    private void wrong(String entry, ThrowingRunnable... calls) {
        for (ThrowingRunnable call : calls) {
            fails(IllegalArgumentException.class, entry, call);
        }
        stillWorks();
    }

    @Test
    public void scoreChecksItsArguments() {
        float[] query = new float[DIMENSION];
        float[] out = new float[10];
        ByteBuffer rows = TestLibrary.direct(vectors);
        ByteBuffer heap = ByteBuffer.allocate(160);
        ByteBuffer readOnlyHeap = heap.asReadOnlyBuffer();
        ByteBuffer empty = ByteBuffer.allocateDirect(0);
        wrong(
                "score",
                () -> Natives.score(3, query, rows, 1, out),
                () -> Natives.score(-1, query, rows, 1, out),
                () -> Natives.score(0, null, rows, 1, out),
                () -> Natives.score(0, new float[0], rows, 1, out),
                () -> Natives.score(0, query, null, 1, out),
                () -> Natives.score(0, query, heap, 1, out),
                () -> Natives.score(0, query, readOnlyHeap, 1, out),
                () -> Natives.score(0, query, empty, 1, out),
                () -> Natives.score(0, query, rows, -1, out),
                () -> Natives.score(0, query, rows, Integer.MIN_VALUE, out),
                () -> Natives.score(0, query, rows, 11, new float[11]),
                () -> Natives.score(0, query, rows, 11, out),
                () -> Natives.score(0, query, rows, Integer.MAX_VALUE, out),
                () -> Natives.score(0, new float[41], rows, 1, out),
                () -> Natives.score(0, query, rows, 1, null),
                () -> Natives.score(0, query, rows, 1, new float[0]));
        Natives.score(0, query, empty, 0, new float[0]);
        Natives.score(0, query, rows, 10, out);
    }

    @Test
    public void scoreRowsChecksItsArguments() {
        float[] query = new float[DIMENSION];
        float[] out = new float[2];
        int[] index = {9, 0};
        ByteBuffer rows = TestLibrary.direct(vectors);
        ByteBuffer heap = ByteBuffer.allocate(160);
        wrong(
                "scoreRows",
                () -> Natives.scoreRows(3, query, rows, index, 2, out),
                () -> Natives.scoreRows(0, null, rows, index, 2, out),
                () -> Natives.scoreRows(0, new float[0], rows, index, 2, out),
                () -> Natives.scoreRows(0, query, null, index, 2, out),
                () -> Natives.scoreRows(0, query, heap, index, 2, out),
                () -> Natives.scoreRows(0, query, rows, null, 2, out),
                () -> Natives.scoreRows(0, query, rows, index, -1, out),
                () -> Natives.scoreRows(0, query, rows, index, 3, new float[3]),
                () -> Natives.scoreRows(0, query, rows, index, 2, new float[1]),
                () -> Natives.scoreRows(0, query, rows, index, 2, null),
                () -> Natives.scoreRows(0, query, rows, index, Integer.MAX_VALUE, out),
                () -> Natives.scoreRows(0, query, rows, new int[] {0, 10}, 2, out),
                () -> Natives.scoreRows(0, query, rows, new int[] {-1, 0}, 2, out),
                () -> Natives.scoreRows(0, query, rows, new int[] {0x40000000, 0}, 2, out),
                () -> Natives.scoreRows(0, query, rows, new int[] {Integer.MIN_VALUE}, 1, out),
                () -> Natives.scoreRows(0, query, rows, new int[] {Integer.MAX_VALUE}, 1, out));
        Natives.scoreRows(0, query, rows, index, 2, out);
        assertArrayEquals(new float[] {square(9), square(0)}, out, 1e-6f);
    }

    private float square(int row) {
        return JavaKernels.innerProduct(
                vectors, row * DIMENSION, vectors, row * DIMENSION, DIMENSION);
    }

    @Test
    public void rowsNeedNoAlignmentAndNoState() {
        ByteBuffer bytes = ByteBuffer.allocateDirect(vectors.length * 4 + 3);
        float[] out = new float[10];
        for (int shift = 0; shift < 4; shift++) {
            ByteBuffer rows = bytes.duplicate().position(shift).slice();
            rows.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(vectors);
            rows.order(ByteOrder.BIG_ENDIAN).position(1).limit(2);
            ByteBuffer readOnly = rows.asReadOnlyBuffer();
            Natives.score(0, new float[DIMENSION], readOnly, 10, out);
            for (int i = 0; i < 10; i++) {
                assertEquals(square(i), out[i], 1e-6);
            }
        }
    }

    @Test
    public void loaderChecksItsArguments() {
        wrong(
                "loaderOpen",
                () -> Natives.loaderOpen(0),
                () -> Natives.loaderOpen(-1),
                () -> Natives.loaderOpen(JavaModelFile.SHORTEST - 1),
                () -> Natives.loaderOpen(JavaModelFile.LONGEST + 1),
                () -> Natives.loaderOpen(Long.MAX_VALUE));
        Natives.loaderClose(Natives.loaderOpen(JavaModelFile.SHORTEST));
        long loader = Natives.loaderOpen(file.length);
        wrong(
                "loaderAppend",
                () -> Natives.loaderAppend(loader, null, 1),
                () -> Natives.loaderAppend(loader, new byte[1], 2),
                () -> Natives.loaderAppend(loader, new byte[1], -1),
                () -> Natives.loaderAppend(loader, new byte[1], Integer.MAX_VALUE),
                () -> Natives.loaderAppend(loader, new byte[file.length + 1], file.length + 1));
        Natives.loaderAppend(loader, new byte[0], 0);
        Natives.loaderAppend(loader, file, file.length);
        wrong("loaderAppend", () -> Natives.loaderAppend(loader, new byte[1], 1));
        Natives.modelClose(Natives.loaderFinish(loader));
    }

    @Test
    public void modelChecksItsArguments() {
        int[] cells = new int[10];
        float[] query = new float[DIMENSION];
        float[] nan = {0, Float.NaN, 0, 0};
        float[] infinite = {0, 0, 0, Float.POSITIVE_INFINITY};
        wrong(
                "modelDescribe",
                () -> Natives.modelDescribe(model, null),
                () -> Natives.modelDescribe(model, new long[9]));
        wrong(
                "modelAssign",
                () -> Natives.modelAssign(model, null, 1, cells),
                () -> Natives.modelAssign(model, vectors, -1, cells),
                () -> Natives.modelAssign(model, vectors, 11, new int[11]),
                () -> Natives.modelAssign(model, vectors, 10, new int[9]),
                () -> Natives.modelAssign(model, vectors, 1, null),
                () -> Natives.modelAssign(model, vectors, Integer.MAX_VALUE, cells),
                () -> Natives.modelAssign(model, vectors, 1 << 30, cells),
                () -> Natives.modelAssign(model, nan, 1, cells),
                () -> Natives.modelAssign(model, infinite, 1, cells));
        wrong(
                "modelProbe",
                () -> Natives.modelProbe(model, null, 1, cells, null),
                () -> Natives.modelProbe(model, new float[DIMENSION - 1], 1, cells, null),
                () -> Natives.modelProbe(model, new float[DIMENSION + 1], 1, cells, null),
                () -> Natives.modelProbe(model, query, 0, cells, null),
                () -> Natives.modelProbe(model, query, -1, cells, null),
                () -> Natives.modelProbe(model, query, 1, null, null),
                () -> Natives.modelProbe(model, query, 2, new int[1], null),
                () -> Natives.modelProbe(model, query, Integer.MAX_VALUE, new int[2], null),
                () -> Natives.modelProbe(model, query, 2, cells, new float[1]),
                () -> Natives.modelProbe(model, nan, 2, cells, null),
                () -> Natives.modelProbe(model, infinite, 2, cells, null));
        assertEquals(NLIST, Natives.modelProbe(model, query, Integer.MAX_VALUE, cells, null));
        byte[] out = new byte[10];
        wrong(
                "modelRead",
                () -> Natives.modelRead(model, 0, null, 1),
                () -> Natives.modelRead(model, -1, out, 1),
                () -> Natives.modelRead(model, Long.MIN_VALUE, out, 1),
                () -> Natives.modelRead(model, 0, out, -1),
                () -> Natives.modelRead(model, 0, out, 11),
                () -> Natives.modelRead(model, file.length - 9, out, 10),
                () -> Natives.modelRead(model, file.length + 1, out, 0),
                () -> Natives.modelRead(model, Long.MAX_VALUE, out, 10));
        Natives.modelRead(model, file.length, out, 0);
    }

    @Test
    public void trainerChecksItsArguments() {
        wrong(
                "trainerOpen",
                () -> Natives.trainerOpen(3, 4, 3, 1, 5, 100, 1, -1, 0),
                () -> Natives.trainerOpen(-1, 4, 3, 1, 5, 100, 1, -1, 0),
                () -> Natives.trainerOpen(0, 0, 3, 1, 5, 100, 1, -1, 0),
                () -> Natives.trainerOpen(0, -4, 3, 1, 5, 100, 1, -1, 0),
                () -> Natives.trainerOpen(0, 16_001, 3, 1, 5, 100, 1, -1, 0),
                () -> Natives.trainerOpen(0, 4, 0, 1, 5, 100, 1, -1, 0),
                () -> Natives.trainerOpen(0, 4, 65_537, 1, 5, 100_000, 1, -1, 0),
                () -> Natives.trainerOpen(0, 4, 3, 1, 0, 100, 1, -1, 0),
                () -> Natives.trainerOpen(0, 4, 3, 1, -1, 100, 1, -1, 0),
                () -> Natives.trainerOpen(0, 4, 3, 1, 5, 2, 1, -1, 0),
                () -> Natives.trainerOpen(0, 4, 3, 1, 5, 100, 0, -1, 0),
                () -> Natives.trainerOpen(0, 4, 3, 1, 5, 100, -1, -1, 0),
                () -> Natives.trainerOpen(0, 4, 3, 1, 5, 100, 1, -1, 1),
                () -> Natives.trainerOpen(0, 4, 3, 1, 5, 100, 1, -2, 0),
                () -> Natives.trainerOpen(0, 4, 3, 1, 5, 100, 1, 0, 1),
                () -> Natives.trainerOpen(0, 4, 3, 1, 5, 100, 1, 1, 3),
                () -> Natives.trainerOpen(0, 4, 3, 1, 5, 100, 1, 1, -2),
                () -> Natives.trainerOpen(0, 4, 3, 1, 5, 100, 1, 4, 1),
                () -> Natives.trainerOpen(0, 4, 3, 1, 5, 100, 1, Integer.MAX_VALUE, 1));
        long trainer = trainer();
        float[] nan = {0, Float.NaN, 0, 0};
        wrong(
                "trainerAdd",
                () -> Natives.trainerAdd(trainer, null, 1),
                () -> Natives.trainerAdd(trainer, vectors, -1),
                () -> Natives.trainerAdd(trainer, vectors, 11),
                () -> Natives.trainerAdd(trainer, vectors, Integer.MAX_VALUE),
                () -> Natives.trainerAdd(trainer, nan, 1));
        wrong(
                "trainerProgress",
                () -> Natives.trainerProgress(trainer, null),
                () -> Natives.trainerProgress(trainer, new double[10]));
        Natives.trainerAdd(trainer, vectors, 2);
        wrong("trainerRun", () -> Natives.trainerRun(trainer));
        Natives.trainerClose(trainer);
    }

    @Test
    public void trainerChecksItsState() {
        long trainer = trainer();
        Natives.trainerAdd(trainer, vectors, 10);
        Natives.modelClose(Natives.trainerRun(trainer));
        fails(IllegalStateException.class, "trainerRun", () -> Natives.trainerRun(trainer));
        fails(
                IllegalStateException.class,
                "trainerAdd",
                () -> Natives.trainerAdd(trainer, vectors, 10));
        Natives.trainerProgress(trainer, new double[11]);
        Natives.trainerClose(trainer);
        long cancelled = trainer();
        Natives.trainerAdd(cancelled, vectors, 10);
        Natives.trainerCancel(cancelled);
        Natives.trainerCancel(cancelled);
        fails(CancellationException.class, "trainerRun", () -> Natives.trainerRun(cancelled));
        Natives.trainerClose(cancelled);
        stillWorks();
    }
}

package org.ivory.nativelib;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.function.ThrowingRunnable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The natives of codes and scans themselves: what the library checks, without Java's own checks.
 */
public class ScanBoundaryTests {
    private static final int DIMENSION = 10;
    private static final int NLIST = 8;
    private static final int DOCUMENTS = 300;
    private static final int CANDIDATES = 20;

    private final Arena arena = Arena.ofShared();
    private final float[] vectors = TestLibrary.vectors(new Random(1), DOCUMENTS, DIMENSION);
    private final float[] query = TestLibrary.vectors(new Random(2), 1, DIMENSION);
    private byte[] region;
    private MemorySegment memory;
    private int length;
    private long model;
    private long scan;

    @Before
    public void openScan() {
        int[] docs = new int[DOCUMENTS];
        for (int i = 0; i < DOCUMENTS; i++) {
            docs[i] = i;
        }
        try (CentroidModel trained = TestLibrary.train(Metric.L2, DIMENSION, NLIST, 200)) {
            length = trained.codeLength();
            region = Regions.bytes(trained, Regions.cells(trained, vectors, docs));
            byte[] file = TestLibrary.file(trained);
            long loader = Natives.loaderOpen(file.length);
            Natives.loaderAppend(loader, file, file.length);
            model = Natives.loaderFinish(loader);
        }
        memory = Regions.memory(arena, region);
        scan = Natives.scanOpen(model, query, CANDIDATES);
        assertEquals(4, Natives.scanProbe(scan, 4));
    }

    @After
    public void closeScan() {
        Natives.scanClose(scan);
        Natives.modelClose(model);
        arena.close();
    }

    private long scanned(long address, long bytes, int from, int to, long live, long words) {
        return Natives.scanRegion(scan, 0, address, bytes, from, to, live, words);
    }

    private int taken(int[] docs) {
        return Natives.scanTake(scan, new int[CANDIDATES], docs, new float[CANDIDATES]);
    }

    private void stillWorks() {
        long address = memory.address();
        assertTrue(scanned(address, region.length, 0, 4, 0, 0) >= CANDIDATES);
        assertEquals(CANDIDATES, taken(new int[CANDIDATES]));
    }

    private void wrong(String entry, ThrowingRunnable... calls) {
        for (ThrowingRunnable call : calls) {
            BoundaryTests.fails(IllegalArgumentException.class, entry, call);
        }
        stillWorks();
    }

    @Test
    public void encodeChecksItsArguments() {
        int[] cells = new int[2];
        byte[] codes = new byte[2 * length];
        float[] nan = new float[DIMENSION];
        nan[3] = Float.NaN;
        wrong(
                "modelEncode",
                () -> Natives.modelEncode(model, null, 1, cells, codes),
                () -> Natives.modelEncode(model, vectors, 1, null, codes),
                () -> Natives.modelEncode(model, vectors, 1, cells, null),
                () -> Natives.modelEncode(model, vectors, -1, cells, codes),
                () -> Natives.modelEncode(model, vectors, 3, new int[2], new byte[3 * length]),
                () -> Natives.modelEncode(model, vectors, 3, new int[3], codes),
                () -> Natives.modelEncode(model, vectors, 2, cells, new byte[2 * length - 1]),
                () -> Natives.modelEncode(model, new float[2 * DIMENSION - 1], 2, cells, codes),
                () -> Natives.modelEncode(model, vectors, Integer.MAX_VALUE, cells, codes),
                () -> Natives.modelEncode(model, vectors, 1 << 30, cells, codes),
                () -> Natives.modelEncode(model, nan, 1, cells, codes));
        Natives.modelEncode(model, vectors, 0, new int[0], new byte[0]);
        Natives.modelEncode(model, vectors, 2, cells, codes);
    }

    @Test
    public void openChecksItsArguments() {
        float[] infinite = query.clone();
        infinite[DIMENSION - 1] = Float.NEGATIVE_INFINITY;
        wrong(
                "scanOpen",
                () -> Natives.scanOpen(model, null, 1),
                () -> Natives.scanOpen(model, new float[DIMENSION - 1], 1),
                () -> Natives.scanOpen(model, new float[DIMENSION + 1], 1),
                () -> Natives.scanOpen(model, infinite, 1),
                () -> Natives.scanOpen(model, query, 0),
                () -> Natives.scanOpen(model, query, -1),
                () -> Natives.scanOpen(model, query, Integer.MAX_VALUE));
    }

    @Test
    public void aScanKeepsItsModel() {
        Natives.modelClose(model);
        stillWorks();
        assertEquals(NLIST, Natives.scanProbe(scan, NLIST));
        try (CentroidModel other = TestLibrary.train(Metric.L2, DIMENSION, NLIST, 200)) {
            byte[] file = TestLibrary.file(other);
            long loader = Natives.loaderOpen(file.length);
            Natives.loaderAppend(loader, file, file.length);
            model = Natives.loaderFinish(loader);
        }
    }

    @Test
    public void probeAndCellsCheckTheirArguments() {
        int[] cells = new int[4];
        wrong("scanProbe", () -> Natives.scanProbe(scan, 0), () -> Natives.scanProbe(scan, -1));
        wrong(
                "scanCells",
                () -> Natives.scanCells(scan, 0, 4, null),
                () -> Natives.scanCells(scan, 0, 4, new int[3]),
                () -> Natives.scanCells(scan, -1, 1, cells),
                () -> Natives.scanCells(scan, 0, -1, cells),
                () -> Natives.scanCells(scan, 1, 4, cells),
                () -> Natives.scanCells(scan, 5, 0, cells),
                () -> Natives.scanCells(scan, Integer.MAX_VALUE, Integer.MAX_VALUE, cells),
                () -> Natives.scanCells(scan, Integer.MAX_VALUE, 1, cells));
        Natives.scanCells(scan, 4, 0, cells);
        Natives.scanCells(scan, 0, 4, cells);
        int[] expected = new int[4];
        Natives.modelProbe(model, query, 4, expected, null);
        assertArrayEquals(expected, cells);
        assertEquals(NLIST, Natives.scanProbe(scan, Integer.MAX_VALUE));
    }

    @Test
    public void regionChecksItsArguments() {
        long address = memory.address();
        long bytes = region.length;
        long live = arena.allocate(64, 64).address();
        wrong(
                "scanRegion",
                () -> scanned(0, bytes, 0, 4, 0, 0),
                () -> scanned(-64, bytes, 0, 4, 0, 0),
                () -> scanned(Long.MIN_VALUE, bytes, 0, 4, 0, 0),
                () -> scanned(address, 0, 0, 4, 0, 0),
                () -> scanned(address, -1, 0, 4, 0, 0),
                () -> scanned(address, Long.MIN_VALUE, 0, 4, 0, 0),
                () -> scanned(address, Long.MAX_VALUE, 0, 4, 0, 0),
                () -> scanned(Long.MAX_VALUE, bytes, 0, 4, 0, 0),
                () -> scanned(address, bytes, -1, 4, 0, 0),
                () -> scanned(address, bytes, 0, -1, 0, 0),
                () -> scanned(address, bytes, 0, 5, 0, 0),
                () -> scanned(address, bytes, 3, 2, 0, 0),
                () -> scanned(address, bytes, 0, 4, live, 0),
                () -> scanned(address, bytes, 0, 4, live, -1),
                () -> scanned(address, bytes, 0, 4, 0, 1),
                () -> scanned(address, bytes, 0, 4, -8, 1),
                () -> scanned(address, bytes, 0, 4, live + 4, 1),
                () -> scanned(address, bytes, 0, 4, live, Long.MAX_VALUE),
                () -> scanned(address, bytes, 0, 4, live, Long.MAX_VALUE / 8),
                () -> Natives.scanRegion(scan, -1, address, bytes, 0, 4, 0, 0));
        assertEquals(0, scanned(address, bytes, 4, 4, 0, 0));
        assertEquals(0, scanned(address, bytes, 0, 4, live, 8));
    }

    @Test
    public void boundsCheckTheirArguments() {
        long address = memory.address();
        long bytes = region.length;
        MemorySegment rows = arena.allocate(4L * DIMENSION * DOCUMENTS, 64);
        MemorySegment.copy(vectors, 0, rows, ValueLayout.JAVA_FLOAT, 0, vectors.length);
        long from = rows.address();
        long size = rows.byteSize();
        int stride = 4 * DIMENSION;
        float[] errors = new float[NLIST];
        wrong(
                "modelMeasure",
                () -> measured(0, from, size, stride, 0, 0, 0, NLIST, errors),
                () -> measured(address, 0, size, stride, 0, 0, 0, NLIST, errors),
                () -> measured(address, from, 0, stride, 0, 0, 0, NLIST, errors),
                () -> measured(address, from, Long.MAX_VALUE, stride, 0, 0, 0, NLIST, errors),
                () -> measured(address, from, size, stride - 1, 0, 0, 0, NLIST, errors),
                () -> measured(address, from, size, -1, 0, 0, 0, NLIST, errors),
                () -> measured(address, from, size, stride, from, 0, 0, NLIST, errors),
                () -> measured(address, from, size, stride, 0, 1, 0, NLIST, errors),
                () -> measured(address, from, size, stride, 0, 0, -1, NLIST, errors),
                () -> measured(address, from, size, stride, 0, 0, 2, 1, errors),
                () -> measured(address, from, size, stride, 0, 0, 0, NLIST + 1, new float[99]),
                () -> measured(address, from, size, stride, 0, 0, 0, NLIST, new float[1]),
                () -> measured(address, from, size, stride, 0, 0, 0, NLIST, null));
        BoundaryTests.fails(
                ModelFormatException.class,
                "modelMeasure",
                () -> measured(address, from, size - stride, stride, 0, 0, 0, NLIST, errors));
        measured(address, from, size, stride, 0, 0, 0, 3, errors);
        assertEquals(0f, errors[3], 0f);
        measured(address, from, size, stride, 0, 0, 3, NLIST, errors);
        for (float error : errors) {
            assertTrue(error > 0 && error < 100);
        }

        long[] words = new long[(DOCUMENTS + 63) / 64];
        wrong(
                "scanWithin",
                () -> Natives.scanWithin(scan, 0, bytes, 0, NLIST, errors, 1, words),
                () -> Natives.scanWithin(scan, address, 0, 0, NLIST, errors, 1, words),
                () -> Natives.scanWithin(scan, address, bytes, -1, NLIST, errors, 1, words),
                () -> Natives.scanWithin(scan, address, bytes, 2, 1, errors, 1, words),
                () -> Natives.scanWithin(scan, address, bytes, 0, 9, new float[9], 1, words),
                () -> Natives.scanWithin(scan, address, bytes, 0, NLIST, null, 1, words),
                () -> Natives.scanWithin(scan, address, bytes, 0, NLIST, errors, 1, null),
                () -> Natives.scanWithin(scan, address, bytes, 0, 8, new float[7], 1, words),
                () -> Natives.scanWithin(scan, address, bytes, 0, 8, errors, Float.NaN, words));
        BoundaryTests.fails(
                ModelFormatException.class,
                "scanWithin",
                () -> Natives.scanWithin(scan, address, bytes, 0, 8, errors, 1e6f, new long[1]));
        assertEquals(-1, within(Float.POSITIVE_INFINITY, errors, words));
        assertEquals(0, words[0]);
        assertEquals(DOCUMENTS, within(1e6f, errors, words));
        assertEquals(-1, words[0]);
        assertEquals(0, within(-1e6f, errors, words));
        assertEquals("overwritten", 0, words[0]);
        stillWorks();
    }

    private long within(float bar, float[] errors, long[] words) {
        return Natives.scanWithin(
                scan, memory.address(), region.length, 0, NLIST, errors, bar, words);
    }

    private void measured(
            long address,
            long rows,
            long size,
            int stride,
            long documents,
            long words,
            int from,
            int to,
            float[] errors) {
        Natives.modelMeasure(
                model,
                address,
                region.length,
                rows,
                size,
                stride,
                documents,
                words,
                from,
                to,
                errors);
    }

    private void damaged(long bytes, String part) {
        var e =
                BoundaryTests.fails(
                        ModelFormatException.class,
                        "scanRegion",
                        () -> scanned(memory.address(), bytes, 0, 4, 0, 0));
        assertThat(e.getMessage(), containsString("[" + part + "]"));
    }

    @Test
    public void aDamagedRegionIsAnErrorAndNothingWorse() {
        damaged(63, "length");
        damaged(region.length - 64, "length");
        for (int at = 0; at < 48; at += 4) {
            int word = memory.get(ValueLayout.JAVA_INT, at);
            memory.set(ValueLayout.JAVA_INT, at, word ^ 1 << 30);
            assertThrows(
                    ModelFormatException.class,
                    () -> scanned(memory.address(), region.length, 0, 4, 0, 0));
            memory.set(ValueLayout.JAVA_INT, at, word);
        }
        stillWorks();
        var random = new Random(8);
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            // Whatever the tables say: found or refused, never read outside.
            for (int change = 0; change < 1 + i % 3; change++) {
                int at = 64 + random.nextInt(i % 2 == 0 ? 200 : region.length - 64);
                memory.set(ValueLayout.JAVA_BYTE, at, (byte) random.nextInt());
            }
            try {
                scanned(memory.address(), region.length, 0, 4, 0, 0);
            } catch (ModelFormatException e) {
                refused++;
            }
            taken(new int[CANDIDATES]);
            MemorySegment.copy(region, 0, memory, ValueLayout.JAVA_BYTE, 0, region.length);
        }
        assertTrue("some damage is in the tables: " + refused, refused > 30 && refused < 2970);
        stillWorks();
    }

    @Test
    public void anotherModelsRegionIsRefused() {
        long fingerprint = memory.get(ValueLayout.JAVA_LONG, 8);
        memory.set(ValueLayout.JAVA_LONG, 8, fingerprint + 1);
        damaged(region.length, "fingerprint");
        memory.set(ValueLayout.JAVA_LONG, 8, fingerprint);
        stillWorks();
    }

    @Test
    public void worthChecksItsArgument() {
        wrong("scanWorth", () -> Natives.scanWorth(scan, -1), () -> Natives.scanWorth(scan, 5));
        assertEquals(0, Natives.scanWorth(scan, 0));
        assertEquals(4, Natives.scanWorth(scan, 4));
    }

    @Test
    public void rowsCheckTheirArguments() {
        byte[] rows = new byte[3 * length];
        int[] docs = {7, 8, 9};
        wrong(
                "scanRows",
                () -> Natives.scanRows(scan, 0, 0, null, docs, 3),
                () -> Natives.scanRows(scan, 0, 0, rows, null, 3),
                () -> Natives.scanRows(scan, 0, 0, rows, docs, -1),
                () -> Natives.scanRows(scan, 0, 0, rows, new int[4], 4),
                () -> Natives.scanRows(scan, 0, 0, new byte[4 * length], docs, 4),
                () -> Natives.scanRows(scan, 0, 0, rows, docs, Integer.MAX_VALUE),
                () -> Natives.scanRows(scan, 0, 4, rows, docs, 3),
                () -> Natives.scanRows(scan, 0, -1, rows, docs, 3),
                () -> Natives.scanRows(scan, -1, 0, rows, docs, 3),
                () -> Natives.scanRows(scan, 0, 0, rows, new int[] {0, -1, 2}, 3));
        Natives.scanRows(scan, 0, 0, new byte[0], new int[0], 0);
        Natives.scanRows(scan, 0, 3, rows, docs, 2);
        int[] found = new int[CANDIDATES];
        assertEquals(2, taken(found));
        assertEquals(15, found[0] + found[1]);
    }

    /** What a refused call would have taken is still there. */
    @Test
    public void takeChecksItsArguments() {
        scanned(memory.address(), region.length, 0, 4, 0, 0);
        int[] numbers = new int[CANDIDATES];
        float[] estimates = new float[CANDIDATES];
        for (ThrowingRunnable call :
                new ThrowingRunnable[] {
                    () -> Natives.scanTake(scan, null, numbers, estimates),
                    () -> Natives.scanTake(scan, numbers, null, estimates),
                    () -> Natives.scanTake(scan, numbers, numbers, null),
                    () -> Natives.scanTake(scan, new int[CANDIDATES - 1], numbers, estimates),
                    () -> Natives.scanTake(scan, numbers, new int[CANDIDATES - 1], estimates),
                    () -> Natives.scanTake(scan, numbers, numbers, new float[CANDIDATES - 1])
                }) {
            BoundaryTests.fails(IllegalArgumentException.class, "scanTake", call);
        }
        assertEquals(CANDIDATES, taken(numbers));
        assertEquals(0, taken(numbers));
        stillWorks();
    }

    @Test(timeout = 120_000)
    public void aSecondThreadIsToldOff() throws Exception {
        var failure = new AtomicReference<Throwable>();
        Thread other =
                new Thread(() -> {
                    try {
                        while (!Thread.currentThread().isInterrupted()) {
                            scanned(memory.address(), region.length, 0, 4, 0, 0);
                        }
                    } catch (Throwable e) {
                        failure.set(e);
                    }
                });
        other.start();
        String message = "";
        while (!message.contains("in use by another thread") && failure.get() == null) {
            try {
                Natives.scanProbe(scan, 4);
            } catch (IllegalStateException e) {
                message = e.getMessage();
            }
        }
        other.interrupt();
        other.join();
        // Either of the two may be the one that came second.
        if (failure.get() != null) {
            assertThat(failure.get().getMessage(), containsString("in use by another thread"));
        }
        stillWorks();
    }

    @Test(timeout = 120_000)
    public void closingUnderACallIsSafe() throws Exception {
        for (int round = 0; round < 50; round++) {
            long shared = Natives.scanOpen(model, query, CANDIDATES);
            Natives.scanProbe(shared, 4);
            var end = new AtomicReference<Throwable>();
            long address = memory.address();
            Thread user =
                    new Thread(() ->
                            end.set(
                                    assertThrows(
                                            IllegalStateException.class,
                                            () -> {
                                                while (true) {
                                                    Natives.scanRegion(
                                                            shared,
                                                            0,
                                                            address,
                                                            region.length,
                                                            0,
                                                            4,
                                                            0,
                                                            0);
                                                }
                                            })));
            user.start();
            Natives.scanClose(shared);
            user.join();
            assertThat(end.get().getMessage(), containsString("is closed"));
        }
        stillWorks();
    }
}

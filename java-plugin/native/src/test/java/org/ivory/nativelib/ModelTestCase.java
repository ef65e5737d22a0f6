package org.ivory.nativelib;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import org.junit.Test;
import org.junit.function.ThrowingRunnable;

import java.util.Arrays;
import java.util.Random;

/** What every {@link CentroidModel} must do, however it is held. */
public abstract class ModelTestCase {
    abstract VectorOps ops();

    private CentroidModel model(Metric metric, int dimension, float[] centroids) {
        byte[] file = ModelFiles.of(metric, dimension, centroids);
        return TestLibrary.open(ops(), file, file.length);
    }

    @Test
    public void describesItself() {
        float[] centroids = TestLibrary.vectors(new Random(1), 5, 7);
        byte[] file = ModelFiles.of(Metric.COSINE, 7, centroids);
        try (CentroidModel model = TestLibrary.open(ops(), file, 10)) {
            assertEquals(Metric.COSINE, model.metric());
            assertEquals(7, model.dimension());
            assertEquals(5, model.nlist());
            assertEquals(file.length, model.fileLength());
            assertTrue(model.sizeInBytes() >= 4 * centroids.length);
            assertTrue(model.fingerprint() != 0);
        }
    }

    @Test
    public void givesTheFileBackInAnyParts() {
        for (int dimension : new int[] {1, 2, 3, 17}) {
            byte[] file =
                    ModelFiles.of(
                            Metric.L2, dimension, TestLibrary.vectors(new Random(2), 9, dimension));
            for (int chunk : new int[] {1, 3, 64, 65, file.length}) {
                try (CentroidModel model = TestLibrary.open(ops(), file, chunk)) {
                    assertArrayEquals(file, TestLibrary.file(model));
                    byte[] part = new byte[chunk];
                    for (int from = 0; from < file.length; from += chunk) {
                        int length = Math.min(chunk, file.length - from);
                        model.readFile(from, part, length);
                        assertArrayEquals(
                                Arrays.copyOfRange(file, from, from + length),
                                Arrays.copyOf(part, length));
                    }
                }
            }
        }
    }

    @Test
    public void assignsToTheNearestCell() {
        var random = new Random(3);
        for (Metric metric : Metric.values()) {
            for (int dimension : new int[] {1, 2, 3, 4, 7, 8, 16, 33, 100, 128, 384}) {
                for (int nlist : new int[] {1, 2, 7, 8, 9, 31, 64, 65}) {
                    float[] centroids = TestLibrary.vectors(random, nlist, dimension);
                    if (metric != Metric.L2) {
                        TestLibrary.normalise(centroids, dimension);
                    }
                    float[] vectors = TestLibrary.vectors(metric, random, 30, dimension);
                    int[] cells = new int[31];
                    cells[30] = -42;
                    try (CentroidModel model = model(metric, dimension, centroids)) {
                        model.assign(vectors, 30, cells);
                    }
                    for (int i = 0; i < 30; i++) {
                        nearest(metric, dimension, centroids, vectors, i * dimension, cells[i]);
                    }
                    assertEquals("nothing behind the count is written", -42, cells[30]);
                }
            }
        }
    }

    private static void nearest(
            Metric metric, int dimension, float[] centroids, float[] vectors, int from, int cell) {
        double best = Double.POSITIVE_INFINITY;
        for (int c = 0; c < centroids.length / dimension; c++) {
            best = Math.min(best, key(metric, dimension, centroids, vectors, from, c));
        }
        float[] centroid = Arrays.copyOfRange(centroids, cell * dimension, (cell + 1) * dimension);
        assertEquals(
                best,
                key(metric, dimension, centroids, vectors, from, cell),
                Reference.assignTolerance(vectors, from, centroid, dimension));
    }

    private static double key(
            Metric metric, int dimension, float[] centroids, float[] vectors, int from, int cell) {
        return Reference.key(
                metric,
                Reference.raw(metric, vectors, from, centroids, cell * dimension, dimension)
                        .value());
    }

    @Test
    public void amongEquallyNearCellsTheSmallestNumberWins() {
        // Whole numbers, so that equal is equal: 40 times the same three centroids.
        float[] three = {1, 0, 0, 0, 1, 0, 0, 0, 1};
        float[] centroids = new float[120 * 3];
        for (int i = 0; i < centroids.length; i++) {
            centroids[i] = three[i % 9];
        }
        float[] vectors = {1, 0, 0, 0, 1, 0, 0, 0, 1};
        for (Metric metric : Metric.values()) {
            try (CentroidModel model = model(metric, 3, centroids)) {
                int[] cells = new int[3];
                model.assign(vectors, 3, cells);
                assertArrayEquals(new int[] {0, 1, 2}, cells);
                int[] probed = new int[120];
                float[] raw = new float[120];
                assertEquals(120, model.probe(new float[] {0, 1, 0}, 500, probed, raw));
                for (int i = 0; i < 40; i++) {
                    assertEquals(3 * i + 1, probed[i]);
                    assertEquals(metric == Metric.L2 ? 0f : 1f, raw[i], 0);
                }
                for (int i = 41; i < 120; i++) {
                    assertTrue(probed[i] > probed[i - 1] && probed[i] % 3 != 1);
                }
            }
        }
    }

    @Test
    public void probesTheNearestCellsInOrder() {
        var random = new Random(4);
        for (Metric metric : Metric.values()) {
            for (int dimension : new int[] {1, 5, 32, 100}) {
                int nlist = 50;
                float[] centroids = TestLibrary.vectors(metric, random, nlist, dimension);
                float[] query = TestLibrary.vectors(metric, random, 1, dimension);
                try (CentroidModel model = model(metric, dimension, centroids)) {
                    int[] all = new int[nlist];
                    float[] allRaw = new float[nlist];
                    assertEquals(nlist, model.probe(query, nlist, all, allRaw));
                    assertEquals(nlist, Arrays.stream(all).distinct().count());
                    for (int i = 0; i < nlist; i++) {
                        var expected =
                                Reference.raw(
                                        metric, query, 0, centroids, all[i] * dimension, dimension);
                        assertEquals(expected.value(), allRaw[i], expected.tolerance());
                        assertTrue(
                                i == 0
                                        || Reference.key(metric, allRaw[i - 1])
                                                <= Reference.key(metric, allRaw[i]));
                    }
                    for (int nprobe : new int[] {1, 2, 10, 49, 50}) {
                        int[] some = new int[nprobe];
                        assertEquals(nprobe, model.probe(query, nprobe, some, null));
                        assertArrayEquals(Arrays.copyOf(all, nprobe), some);
                    }
                }
            }
        }
    }

    @Test
    public void vectorsBeyondTheReachOfSquaresAreAssigned() {
        float[] centroids = {1e30f, 0, 0, 1e30f, -1e30f, 0};
        float[] vectors = {2e30f, 1e29f, 1e28f, 3e30f, -5e29f, 0, -3e38f, 1};
        try (CentroidModel model = model(Metric.L2, 2, centroids)) {
            int[] cells = new int[4];
            model.assign(vectors, 4, cells);
            assertArrayEquals(new int[] {0, 1, 2, 2}, cells);
        }
    }

    private static void wrong(ThrowingRunnable call) {
        assertThrows(IllegalArgumentException.class, call);
    }

    @Test
    public void checksItsArguments() {
        float[] vectors = new float[8];
        float[] nan = {0, 0, Float.NaN, 0};
        int[] cells = new int[2];
        byte[] bytes = new byte[10];
        try (CentroidModel model = model(Metric.L2, 4, TestLibrary.vectors(new Random(1), 3, 4))) {
            wrong(() -> model.assign(null, 1, cells));
            wrong(() -> model.assign(vectors, -1, cells));
            wrong(() -> model.assign(vectors, 3, new int[3]));
            wrong(() -> model.assign(vectors, 2, new int[1]));
            wrong(() -> model.assign(vectors, 1, null));
            wrong(() -> model.assign(vectors, Integer.MAX_VALUE, cells));
            wrong(() -> model.assign(vectors, 1 << 30, cells));
            wrong(() -> model.assign(nan, 1, cells));
            wrong(() -> model.probe(null, 1, cells, null));
            wrong(() -> model.probe(new float[3], 1, cells, null));
            wrong(() -> model.probe(new float[5], 1, cells, null));
            wrong(() -> model.probe(new float[4], 0, cells, null));
            wrong(() -> model.probe(new float[4], -5, cells, null));
            wrong(() -> model.probe(new float[4], 3, cells, null));
            wrong(() -> model.probe(new float[4], Integer.MAX_VALUE, cells, null));
            wrong(() -> model.probe(new float[4], 1, null, null));
            wrong(() -> model.probe(new float[4], 2, cells, new float[1]));
            wrong(() -> model.probe(nan, 1, cells, null));
            wrong(() -> model.readFile(0, null, 1));
            wrong(() -> model.readFile(-1, bytes, 1));
            wrong(() -> model.readFile(0, bytes, -1));
            wrong(() -> model.readFile(0, bytes, 11));
            wrong(() -> model.readFile(model.fileLength() - 9, bytes, 10));
            wrong(() -> model.readFile(Long.MAX_VALUE, bytes, 10));
            model.assign(vectors, 2, cells);
            model.assign(new float[0], 0, new int[0]);
        }
    }

    private static void assertClosed(CentroidModel model) {
        int[] cells = new int[1];
        float[] vector = new float[model.dimension()];
        assertFalse(model.tryAcquire());
        assertThrows(IllegalStateException.class, () -> model.assign(vector, 1, cells));
        assertThrows(IllegalStateException.class, () -> model.probe(vector, 1, cells, null));
        assertThrows(IllegalStateException.class, () -> model.readFile(0, new byte[1], 1));
    }

    @Test
    public void isFreedWithTheLastReference() {
        CentroidModel model = model(Metric.L2, 2, new float[] {1, 2, 3, 4});
        assertTrue(model.tryAcquire());
        assertTrue(model.tryAcquire());
        model.close();
        model.assign(new float[2], 1, new int[1]);
        model.close();
        model.assign(new float[2], 1, new int[1]);
        model.close();
        assertClosed(model);
        model.close();
        assertClosed(model);
        assertEquals(2, model.nlist());
    }

    @Test
    public void loaderChecksItsArgumentsAndState() {
        byte[] file = ModelFiles.of(Metric.L2, 2, new float[] {1, 2, 3, 4});
        for (long length : new long[] {-1, 0, 75, Long.MAX_VALUE, Long.MIN_VALUE}) {
            wrong(() -> ops().loadModel(length));
        }
        try (ModelLoader loader = ops().loadModel(file.length)) {
            wrong(() -> loader.append(null, 0));
            wrong(() -> loader.append(file, -1));
            wrong(() -> loader.append(file, file.length + 1));
            wrong(() -> loader.append(new byte[1000], file.length + 1));
            loader.append(file, 0);
            loader.append(file, file.length);
            wrong(() -> loader.append(file, 1));
            loader.finish().close();
            assertThrows(IllegalStateException.class, loader::finish);
            assertThrows(IllegalStateException.class, () -> loader.append(file, 1));
            loader.close();
        }
        ModelLoader closed = ops().loadModel(file.length);
        closed.close();
        closed.close();
        assertThrows(IllegalStateException.class, closed::finish);
        assertThrows(IllegalStateException.class, () -> closed.append(file, 1));
    }
}

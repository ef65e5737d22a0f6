package org.ivory.nativelib;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;
import static org.junit.Assert.fail;

import org.ivory.nativelib.TrainingProgress.Phase;
import org.junit.After;
import org.junit.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Training through the boundary: results, progress, cancelling, closing. */
public class TrainerTests {
    private static final long SOON = TimeUnit.SECONDS.toNanos(5);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @After
    public void stopThreads() {
        threads.shutdownNow();
    }

    private static Trainer trainer(
            Metric metric, int dimension, int nlist, int sample, int iterations, int workers) {
        return TestLibrary.ops()
                .train(
                        new TrainingParameters(
                                metric, dimension, nlist, 5, iterations, sample, workers));
    }

    private static byte[] run(Trainer trainer) {
        try (CentroidModel model = trainer.run()) {
            return TestLibrary.file(model);
        }
    }

    @Test
    public void modelDoesNotDependOnTheNumberOfThreads() {
        for (Metric metric : Metric.values()) {
            byte[] first = null;
            for (int workers : new int[] {1, 2, 3, 8}) {
                try (Trainer trainer = trainer(metric, 19, 50, 2000, 8, workers)) {
                    var random = new Random(1);
                    for (int batch = 0; batch < 30; batch++) {
                        trainer.add(TestLibrary.vectors(random, 100, 19), 100);
                    }
                    byte[] file = run(trainer);
                    first = first == null ? file : first;
                    assertArrayEquals(workers + " threads", first, file);
                }
            }
        }
    }

    @Test
    public void modelDependsOnTheSeed() {
        byte[][] files = new byte[2][];
        for (int seed = 0; seed < 2; seed++) {
            var parameters = new TrainingParameters(Metric.L2, 8, 20, seed, 5, 500, 2);
            try (Trainer trainer = TestLibrary.ops().train(parameters)) {
                trainer.add(TestLibrary.vectors(new Random(1), 500, 8), 500);
                files[seed] = run(trainer);
            }
        }
        assertFalse(Arrays.equals(files[0], files[1]));
    }

    @Test
    public void oneCellIsTheMean() {
        float[] vectors = TestLibrary.vectors(new Random(2), 500, 3);
        double[] mean = new double[3];
        double squares = 0;
        for (int i = 0; i < vectors.length; i++) {
            mean[i % 3] += vectors[i] / 500.0;
            squares += (double) vectors[i] * vectors[i] / 500;
        }
        try (Trainer trainer = trainer(Metric.L2, 3, 1, 500, 10, 2)) {
            trainer.add(vectors, 500);
            try (CentroidModel model = trainer.run()) {
                float[] centroid = centroids(model);
                double variance = squares;
                for (int i = 0; i < 3; i++) {
                    assertEquals(mean[i], centroid[i], 1e-5);
                    variance -= mean[i] * mean[i];
                }
                TrainingProgress report = trainer.progress();
                assertEquals(Phase.DONE, report.phase());
                assertEquals(500, report.smallestCell());
                assertEquals(500, report.medianCell());
                assertEquals(500, report.largestCell());
                assertEquals(1, report.imbalance(), 1e-9);
                assertEquals(variance, report.inertia(), 1e-4);
            }
        }
    }

    /** Four clusters far apart and forty cells: no cell's centroid lies between clusters. */
    @Test
    public void centroidsLieInTheirClusters() {
        float[] corners = {0, 0, 100, 0, 0, 100, 100, 100};
        float[] vectors = TestLibrary.vectors(new Random(2), 4000, 2);
        for (int i = 0; i < 4000; i++) {
            vectors[2 * i] += corners[2 * (i % 4)];
            vectors[2 * i + 1] += corners[2 * (i % 4) + 1];
        }
        try (Trainer trainer = trainer(Metric.L2, 2, 40, 4000, 20, 2)) {
            trainer.add(vectors, 4000);
            try (CentroidModel model = trainer.run()) {
                for (float component : centroids(model)) {
                    assertEquals(0, Math.min(Math.abs(component), Math.abs(component - 100)), 1);
                }
                int[] cells = new int[4000];
                model.assign(vectors, 4000, cells);
                long[] sizes = new long[40];
                for (int cell : cells) {
                    sizes[cell]++;
                }
                Arrays.sort(sizes);
                assertTrue("all cells are in use", sizes[0] > 0);
                // With ten cells a cluster, a cell's mean squared distance is a tenth of a
                // cluster's (2/3), give or take an uneven share.
                double inertia = trainer.progress().inertia();
                assertTrue("inertia " + inertia, inertia > 0 && inertia < 0.2);
            }
        }
    }

    private static float[] centroids(CentroidModel model) {
        float[] centroids = new float[model.nlist() * model.dimension()];
        ByteBuffer.wrap(TestLibrary.file(model), ModelFiles.HEADER, 4 * centroids.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(centroids);
        return centroids;
    }

    @Test
    public void sphericalCentroidsHaveUnitLength() {
        for (Metric metric : new Metric[] {Metric.COSINE, Metric.INNER_PRODUCT}) {
            try (CentroidModel model = TestLibrary.train(metric, 16, 10, 300)) {
                float[] centroids = centroids(model);
                for (int cell = 0; cell < 10; cell++) {
                    assertEquals(1, Reference.squaredNorm(centroids, cell * 16, 16), 1e-5);
                }
            }
        }
    }

    @Test
    public void oddSamplesAreClustered() {
        float[] same = new float[100 * 3];
        Arrays.fill(same, 2.5f);
        for (Metric metric : Metric.values()) {
            try (Trainer trainer = trainer(metric, 3, 7, 100, 5, 2)) {
                trainer.add(same, 100);
                trainer.run().close();
            }
            try (Trainer trainer = trainer(metric, 3, 100, 100, 5, 2)) {
                trainer.add(TestLibrary.vectors(new Random(1), 100, 3), 100);
                trainer.run().close();
            }
        }
        try (Trainer trainer = trainer(Metric.L2, 1, 1, 1, 1, 1)) {
            trainer.add(new float[] {Float.MAX_VALUE}, 1);
            trainer.run().close();
        }
    }

    @Test
    public void sampleIsBounded() {
        try (Trainer trainer = trainer(Metric.L2, 4, 10, 100, 5, 1)) {
            for (int i = 0; i < 50; i++) {
                trainer.add(TestLibrary.vectors(new Random(i), 100, 4), 100);
            }
            TrainingProgress collecting = trainer.progress();
            assertEquals(Phase.COLLECTING, collecting.phase());
            assertEquals(5000, collecting.vectorsOffered());
            assertEquals(100, collecting.vectorsUsed());
            assertEquals(0, collecting.largestCell());
            trainer.run().close();
            assertEquals(100, trainer.progress().vectorsUsed());
        }
    }

    @Test
    public void checksItsArgumentsAndState() {
        assertThrows(IllegalArgumentException.class, () -> TestLibrary.ops().train(null));
        Trainer trainer = trainer(Metric.COSINE, 2, 3, 100, 5, 1);
        float[] two = {1, 2, 3, 4};
        assertThrows(IllegalArgumentException.class, () -> trainer.add(null, 1));
        assertThrows(IllegalArgumentException.class, () -> trainer.add(two, -1));
        assertThrows(IllegalArgumentException.class, () -> trainer.add(two, 3));
        assertThrows(IllegalArgumentException.class, () -> trainer.add(two, Integer.MAX_VALUE));
        float[] zero = {1, 1, 0, 0};
        assertThrows(IllegalArgumentException.class, () -> trainer.add(zero, 2));
        float[] nan = {1, 1, Float.NaN, 0};
        assertThrows(IllegalArgumentException.class, () -> trainer.add(nan, 2));
        assertEquals("nothing of them was taken", 0, trainer.progress().vectorsOffered());
        trainer.add(two, 2);
        assertThrows("fewer than cells", IllegalArgumentException.class, trainer::run);
        trainer.add(two, 2);
        trainer.run().close();
        assertThrows(IllegalStateException.class, trainer::run);
        assertThrows(IllegalStateException.class, () -> trainer.add(two, 2));
        trainer.close();
        trainer.close();
        assertThrows(IllegalStateException.class, trainer::run);
        assertThrows(IllegalStateException.class, () -> trainer.add(two, 2));
        assertThrows(IllegalStateException.class, trainer::progress);
        trainer.cancel();
    }

    /** A run that would take minutes. */
    private static Trainer endless() {
        Trainer trainer = trainer(Metric.L2, 64, 2000, 100_000, 1_000_000, 2);
        trainer.add(TestLibrary.vectors(new Random(1), 100_000, 64), 100_000);
        return trainer;
    }

    /** Waits until a run has come to a phase; false if it was beyond when it was looked at. */
    private static boolean meets(Trainer trainer, Phase phase) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        Phase now = trainer.progress().phase();
        while (now.compareTo(phase) < 0) {
            assertTrue("did not reach " + phase, System.nanoTime() < end);
            Thread.sleep(5);
            now = trainer.progress().phase();
        }
        return now == phase;
    }

    private static void assertCancelled(Future<CentroidModel> run) {
        var e = assertThrows(ExecutionException.class, () -> run.get(1, TimeUnit.MINUTES));
        assertEquals(CancellationException.class, e.getCause().getClass());
    }

    /** What a busy machine may hold up, but not every time. */
    private static void oftenEnough(String what, Callable<Boolean> attempt) throws Exception {
        for (int i = 0; i < 10; i++) {
            if (attempt.call()) {
                return;
            }
        }
        fail(what);
    }

    @Test
    public void cancelEndsARunSoonInEveryPhase() throws Exception {
        for (Phase phase : new Phase[] {Phase.COLLECTING, Phase.SEEDING, Phase.ITERATING}) {
            oftenEnough("is cancelled soon when " + phase, () -> isCancelledSoon(phase));
        }
    }

    private boolean isCancelledSoon(Phase phase) throws Exception {
        try (Trainer trainer = endless()) {
            if (phase == Phase.COLLECTING) {
                trainer.cancel();
            }
            Future<CentroidModel> run = threads.submit(trainer::run);
            boolean met = phase == Phase.COLLECTING || meets(trainer, phase);
            trainer.cancel();
            trainer.cancel();
            long start = System.nanoTime();
            assertCancelled(run);
            return met && System.nanoTime() - start < SOON;
        }
    }

    @Test
    public void closeEndsARunAndWaitsForIt() throws Exception {
        oftenEnough("is closed soon", this::isClosedSoon);
    }

    private boolean isClosedSoon() throws Exception {
        Trainer trainer = endless();
        Future<CentroidModel> run = threads.submit(trainer::run);
        boolean met = meets(trainer, Phase.SEEDING);
        long start = System.nanoTime();
        Future<?> other = threads.submit(trainer::close);
        trainer.close();
        other.get(1, TimeUnit.MINUTES);
        boolean soon = System.nanoTime() - start < SOON;
        assertCancelled(run);
        assertThrows(IllegalStateException.class, trainer::progress);
        return met && soon;
    }

    @Test
    public void progressMoves() throws Exception {
        oftenEnough("is seen to move", this::isSeenToMove);
    }

    private boolean isSeenToMove() throws Exception {
        try (Trainer trainer = trainer(Metric.COSINE, 32, 500, 30_000, 12, 2)) {
            trainer.add(TestLibrary.vectors(new Random(1), 30_000, 32), 30_000);
            Future<CentroidModel> run = threads.submit(trainer::run);
            Set<Phase> seen = EnumSet.noneOf(Phase.class);
            TrainingProgress last = trainer.progress();
            int steps = 0;
            while (last.phase() != Phase.DONE) {
                TrainingProgress now = trainer.progress();
                seen.add(now.phase());
                assertTrue(now.phase().compareTo(last.phase()) >= 0);
                assertTrue(now.iteration() >= last.iteration());
                assertTrue(now.repairedCells() >= last.repairedCells());
                steps += now.iteration() > last.iteration() ? 1 : 0;
                last = now;
                assertFalse(run.isDone() && last.phase() != Phase.DONE && ended(run));
            }
            run.get().close();
            last = trainer.progress();
            assertTrue(last.iteration() >= 1 && last.iteration() <= 12);
            assertEquals(12, last.maxIterations());
            assertEquals(30_000, last.vectorsUsed());
            assertTrue(last.inertia() > 0 && last.inertia() < 1);
            assertTrue(last.imbalance() >= 1);
            assertTrue(last.smallestCell() >= 1);
            assertTrue(last.smallestCell() <= last.medianCell());
            assertTrue(last.medianCell() <= last.largestCell());
            return seen.contains(Phase.ITERATING) && steps >= 2;
        }
    }

    /** Throws what the run threw, so that a failure does not look like standing still. */
    private static boolean ended(Future<CentroidModel> run) throws Exception {
        run.get();
        return false;
    }
}

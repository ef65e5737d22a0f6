package org.ivory.nativelib;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import org.junit.After;
import org.junit.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Eight threads that use what others close. */
public class ConcurrencyTests {
    private static final int THREADS = 8;
    private static final int ROUNDS = 200;

    private final ExecutorService pool = Executors.newFixedThreadPool(THREADS);
    private final byte[] file =
            ModelFiles.of(Metric.L2, 16, TestLibrary.vectors(new Random(1), 64, 16));
    private final float[] vectors = TestLibrary.vectors(new Random(2), 32, 16);

    @After
    public void stop() {
        pool.shutdownNow();
    }

    /** Runs the body in all threads at once, with the thread's number. */
    private void all(CyclicBarrier start, Body body) throws Exception {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int thread = i;
            tasks.add(() -> {
                start.await();
                body.run(thread);
                return null;
            });
        }
        for (Future<Void> task : pool.invokeAll(tasks, 2, TimeUnit.MINUTES)) {
            assertFalse("did not hang", task.isCancelled());
            task.get();
        }
    }

    private interface Body {
        void run(int thread) throws Exception;
    }

    /** Thread 0 closes while the others work: each call succeeds wholly or says "closed". */
    @Test
    public void modelIsClosedWhileItIsUsed() throws Exception {
        for (VectorOps ops : List.of(TestLibrary.ops(), TestLibrary.twin())) {
            int[] expected = new int[32];
            try (CentroidModel model = TestLibrary.open(ops, file, 1000)) {
                model.assign(vectors, 32, expected);
            }
            var served = new AtomicInteger();
            var refused = new AtomicInteger();
            for (int round = 0; round < ROUNDS; round++) {
                CentroidModel model = TestLibrary.open(ops, file, 1000);
                int goal = served.get() + round % 40; // of the 140 calls of the others
                all(
                        new CyclicBarrier(THREADS),
                        thread -> {
                            if (thread == 0) {
                                while (served.get() < goal) {
                                    Thread.onSpinWait();
                                }
                                model.close();
                                model.close();
                                return;
                            }
                            int[] cells = new int[32];
                            try {
                                for (int i = 0; i < 20; i++) {
                                    model.assign(vectors, 32, cells);
                                    assertArrayEquals(expected, cells);
                                    model.probe(new float[16], 3, cells, null);
                                    model.readFile(0, new byte[64], 64);
                                    served.incrementAndGet();
                                }
                            } catch (IllegalStateException e) {
                                assertTrue(e.getMessage(), e.getMessage().contains("closed"));
                                refused.incrementAndGet();
                            }
                        });
            }
            assertTrue("some were refused", refused.get() > 0);
            assertTrue("some were served", served.get() > 0);
        }
    }

    /** Every thread holds a reference of its own: nobody is ever refused. */
    @Test
    public void referencesKeepTheModelOpen() throws Exception {
        for (VectorOps ops : List.of(TestLibrary.ops(), TestLibrary.twin())) {
            CentroidModel model = TestLibrary.open(ops, file, 1000);
            all(
                    new CyclicBarrier(THREADS),
                    thread -> {
                        int[] cells = new int[32];
                        for (int i = 0; i < 2000; i++) {
                            assertTrue(model.tryAcquire());
                            model.assign(vectors, 4, cells);
                            model.close();
                        }
                    });
            model.close();
            assertFalse(model.tryAcquire());
        }
    }

    /** The handles themselves, without Java's locks. */
    @Test
    public void handlesAreClosedWhileTheyAreUsed() throws Exception {
        TestLibrary.load();
        for (int round = 0; round < ROUNDS; round++) {
            long loader = Natives.loaderOpen(file.length);
            Natives.loaderAppend(loader, file, file.length);
            long model = Natives.loaderFinish(loader);
            var closed = new AtomicInteger();
            all(
                    new CyclicBarrier(THREADS),
                    thread -> {
                        int[] cells = new int[32];
                        try {
                            for (int i = 0; i < 10; i++) {
                                Natives.modelAssign(model, vectors, 32, cells);
                                if (thread < 3 && i == 5) {
                                    Natives.modelClose(model);
                                    closed.incrementAndGet();
                                }
                            }
                        } catch (IllegalStateException e) {
                            assertTrue(e.getMessage(), e.getMessage().contains("closed"));
                        }
                    });
            assertEquals("closed once and only once", 1, closed.get());
        }
    }

    @Test
    public void loaderIsClosedWhileItReceives() throws Exception {
        for (VectorOps ops : List.of(TestLibrary.ops(), TestLibrary.twin())) {
            for (int round = 0; round < ROUNDS; round++) {
                ModelLoader loader = ops.loadModel(file.length);
                all(
                        new CyclicBarrier(THREADS),
                        thread -> {
                            try {
                                if (thread == 0) {
                                    loader.close();
                                } else if (thread == 1) {
                                    loader.finish().close();
                                } else {
                                    loader.append(file, 100);
                                }
                            } catch (IllegalStateException | ModelFormatException e) {
                                assertFalse(e.getMessage().isEmpty());
                            }
                        });
                assertThrows(IllegalStateException.class, () -> loader.append(file, 1));
            }
        }
    }

    @Test
    public void scoresFromManyThreads() throws Exception {
        VectorOps ops = TestLibrary.ops();
        ByteBuffer rows = TestLibrary.direct(vectors);
        float[] query = TestLibrary.vectors(new Random(3), 1, 16);
        float[] expected = new float[32];
        ops.score(Metric.L2, query, rows, 32, expected);
        all(
                new CyclicBarrier(THREADS),
                thread -> {
                    float[] out = new float[32];
                    for (int i = 0; i < 5000; i++) {
                        if (i % 100 == thread) {
                            assertThrows(NativeException.class, () -> Natives.selfTest(2));
                        }
                        ops.score(Metric.L2, query, rows, 32, out);
                        assertArrayEquals(expected, out, 0);
                    }
                });
    }

    @Test
    public void trainersRunSideBySide() throws Exception {
        VectorOps ops = TestLibrary.ops();
        long[] fingerprints = new long[THREADS];
        all(
                new CyclicBarrier(THREADS),
                thread -> {
                    var parameters = new TrainingParameters(Metric.L2, 16, 8, 1, 5, 500, 2);
                    try (Trainer trainer = ops.train(parameters)) {
                        trainer.add(TestLibrary.vectors(new Random(9), 500, 16), 500);
                        try (CentroidModel model = trainer.run()) {
                            fingerprints[thread] = model.fingerprint();
                        }
                    }
                });
        for (long fingerprint : fingerprints) {
            assertEquals(fingerprints[0], fingerprint);
        }
    }
}

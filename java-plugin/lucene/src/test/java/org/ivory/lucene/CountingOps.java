package org.ivory.lucene;

import org.ivory.nativelib.Metric;
import org.ivory.nativelib.ModelLoader;
import org.ivory.nativelib.Trainer;
import org.ivory.nativelib.TrainingParameters;
import org.ivory.nativelib.VectorOps;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** Passes everything on and counts calls and rows. */
final class CountingOps implements VectorOps {

    private final VectorOps ops;
    final AtomicInteger calls = new AtomicInteger();
    final AtomicInteger rows = new AtomicInteger();

    CountingOps(VectorOps ops) {
        this.ops = ops;
    }

    void reset() {
        calls.set(0);
        rows.set(0);
    }

    @Override
    public String level() {
        return ops.level();
    }

    @Override
    public void score(Metric metric, float[] query, ByteBuffer buffer, int count, float[] out) {
        calls.incrementAndGet();
        rows.addAndGet(count);
        ops.score(metric, query, buffer, count, out);
    }

    @Override
    public void scoreRows(
            Metric metric, float[] query, ByteBuffer buffer, int[] index, int count, float[] out) {
        calls.incrementAndGet();
        rows.addAndGet(count);
        ops.scoreRows(metric, query, buffer, index, count, out);
    }

    @Override
    public boolean readsMemory() {
        return ops.readsMemory();
    }

    @Override
    public void scoreMapped(
            Metric metric,
            float[] query,
            long address,
            long length,
            int stride,
            int[] numbers,
            int count,
            float[] out) {
        calls.incrementAndGet();
        rows.addAndGet(count);
        ops.scoreMapped(metric, query, address, length, stride, numbers, count, out);
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
        calls.incrementAndGet();
        rows.addAndGet(count);
        ops.scoreMappedRange(metric, query, address, length, stride, from, count, out);
    }

    @Override
    public ModelLoader loadModel(long length) {
        return ops.loadModel(length);
    }

    @Override
    public Trainer train(TrainingParameters parameters) {
        return ops.train(parameters);
    }
}

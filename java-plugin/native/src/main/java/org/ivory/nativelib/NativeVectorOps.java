package org.ivory.nativelib;

import java.nio.ByteBuffer;

/** The Rust library. Made by {@link NativeLibrary#select} only, after the library was loaded. */
final class NativeVectorOps implements VectorOps {
    private final String level;

    NativeVectorOps(String level) {
        this.level = level;
    }

    @Override
    public String level() {
        return level;
    }

    @Override
    public void score(Metric metric, float[] query, ByteBuffer rows, int count, float[] out) {
        Checks.score(metric, query, rows, count, out);
        Natives.score(metric.code(), query, rows, count, out);
    }

    @Override
    public void scoreRows(
            Metric metric, float[] query, ByteBuffer rows, int[] index, int count, float[] out) {
        Checks.scoreRows(metric, query, rows, index, count, out);
        Natives.scoreRows(metric.code(), query, rows, index, count, out);
    }

    @Override
    public boolean readsMemory() {
        return true;
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
        Checks.scoreMapped(metric, query, length, stride, rows, count, out);
        Natives.scoreMapped(metric.code(), query, address, length, stride, rows, count, out);
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
        Checks.scoreMappedRange(metric, query, length, stride, from, count, out);
        Natives.scoreMappedRange(metric.code(), query, address, length, stride, from, count, out);
    }

    @Override
    public ModelLoader loadModel(long length) {
        return new NativeModelLoader(length);
    }

    @Override
    public Trainer train(TrainingParameters parameters) {
        Checks.notNull(parameters, "parameters");
        return new NativeTrainer(parameters);
    }
}

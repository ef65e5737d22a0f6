package org.ivory.nativelib;

/** A training run inside the native library, on threads of its own. */
final class NativeTrainer implements Trainer {
    private static final TrainingProgress.Phase[] PHASES = TrainingProgress.Phase.values();

    private final int dimension;
    private final NativeHandle handle;

    NativeTrainer(TrainingParameters parameters) {
        dimension = parameters.dimension();
        handle =
                new NativeHandle(
                        "the trainer",
                        Natives.trainerOpen(
                                parameters.metric().code(),
                                parameters.dimension(),
                                parameters.nlist(),
                                parameters.seed(),
                                parameters.maxIterations(),
                                parameters.maxSample(),
                                parameters.threads(),
                                parameters.encoder().code(),
                                parameters.encoder().parameter()),
                        Natives::trainerClose);
    }

    @Override
    public void add(float[] vectors, int count) {
        Checks.vectors(vectors, count, dimension);
        handle.run(open -> Natives.trainerAdd(open, vectors, count));
    }

    @Override
    public CentroidModel run() {
        return NativeCentroidModel.of(handle.call(Natives::trainerRun));
    }

    @Override
    public TrainingProgress progress() {
        double[] values = new double[11];
        handle.run(open -> Natives.trainerProgress(open, values));
        return new TrainingProgress(
                PHASES[(int) values[0]],
                (long) values[1],
                (long) values[2],
                (int) values[3],
                (int) values[4],
                values[5],
                (int) values[6],
                (long) values[7],
                (long) values[8],
                (long) values[9],
                values[10]);
    }

    @Override
    public void cancel() {
        handle.runIfOpen(Natives::trainerCancel);
    }

    /**
     * Cancels first: the exclusive lock is to be had only when a run under way has ended. A run
     * that starts in between ends at once, for the library remembers that it was cancelled.
     */
    @Override
    public void close() {
        cancel();
        handle.close();
    }
}

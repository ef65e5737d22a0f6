package org.ivory.nativelib;

import java.nio.ByteBuffer;

/**
 * Every {@code native} method there is; the table in docs/JNI.md says what each one does and which
 * exceptions it throws. Callers are {@link NativeLibrary}, which makes sure that all of them are
 * bound before anyone else may call, and the owners of handles ({@link NativeCentroidModel}, {@link
 * NativeModelLoader}, {@link NativeTrainer}, {@link NativeCodeScan}).
 *
 * <p>A handle is a number that the library checks: one that is stale, closed or of another kind is
 * an {@link IllegalStateException}, never undefined. Arrays are copied in and out; a direct buffer
 * or a mapped address is read in place during the call only.
 */
final class Natives {
    private Natives() {}

    /** Version of this table; {@link NativeLibrary} refuses any other than its own. */
    static native int abiVersion();

    /** {@code scalar}, {@code avx2}, {@code avx512} or {@code neon}. */
    static native String simdLevel();

    /** 0 returns, 1 fails with an error, 2 panics: proof that the guard holds. */
    static native void selfTest(int kind);

    static native void score(int metric, float[] query, ByteBuffer rows, int count, float[] out);

    static native void scoreRows(
            int metric, float[] query, ByteBuffer rows, int[] index, int count, float[] out);

    static native void scoreMapped(
            int metric,
            float[] query,
            long address,
            long length,
            int stride,
            int[] rows,
            int count,
            float[] out);

    static native void scoreMappedRange(
            int metric,
            float[] query,
            long address,
            long length,
            int stride,
            int from,
            int count,
            float[] out);

    static native long loaderOpen(long length);

    static native void loaderAppend(long loader, byte[] chunk, int length);

    /** Consumes the loader, whatever happens; returns a model. */
    static native long loaderFinish(long loader);

    static native void loaderClose(long loader);

    /**
     * Fingerprint, metric, dimension, nlist, bytes in memory, file length, encoder, its parameter,
     * bytes of a code without factors, factors.
     */
    static native void modelDescribe(long model, long[] out);

    static native void modelAssign(long model, float[] vectors, int count, int[] cells);

    /** {@code raw} may be null. */
    static native int modelProbe(long model, float[] query, int nprobe, int[] cells, float[] raw);

    /** Cells, and codes row after row. */
    static native void modelEncode(
            long model, float[] vectors, int count, int[] cells, byte[] codes);

    /**
     * {@code address}, {@code vectors} and {@code documents} (0: none) are read during the call.
     */
    static native void modelMeasure(
            long model,
            long address,
            long length,
            long vectors,
            long vectorsLength,
            int stride,
            long documents,
            long documentWords,
            int from,
            int to,
            float[] errors);

    static native void modelRead(long model, long offset, byte[] out, int length);

    static native void modelClose(long model);

    static native long trainerOpen(
            int metric,
            int dimension,
            int nlist,
            long seed,
            int maxIterations,
            int maxSample,
            int threads,
            int encoder,
            int parameter);

    static native void trainerAdd(long trainer, float[] vectors, int count);

    /** Blocks until the model is trained; returns it. */
    static native long trainerRun(long trainer);

    /** The 11 components of {@link TrainingProgress}, in order; the phase by its ordinal. */
    static native void trainerProgress(long trainer, double[] out);

    static native void trainerCancel(long trainer);

    /** Cancels and frees. */
    static native void trainerClose(long trainer);

    /** A scan holds a reference to its model. */
    static native long scanOpen(long model, float[] query, int candidates);

    /** Returns the number of cells chosen. */
    static native int scanProbe(long scan, int nprobe);

    static native void scanCells(long scan, int from, int count, int[] cells);

    /** {@code address} and {@code live} (0: none) are read during the call only. */
    static native long scanRegion(
            long scan,
            int segment,
            long address,
            long length,
            int from,
            int to,
            long live,
            long liveWords);

    /** How many of the first {@code to} chosen cells are worth a visit. */
    static native int scanWorth(long scan, int to);

    static native void scanRows(
            long scan, int segment, int rank, byte[] rows, int[] docs, int count);

    /** Returns the number of documents marked, or -1 if nothing can be said. */
    static native long scanWithin(
            long scan,
            long address,
            long length,
            int from,
            int to,
            float[] errors,
            float bar,
            long[] documents);

    /** Best first; returns their number. */
    static native int scanTake(long scan, int[] segments, int[] docs, float[] estimates);

    static native void scanClose(long scan);
}

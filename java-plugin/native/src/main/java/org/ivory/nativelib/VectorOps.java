package org.ivory.nativelib;

import java.nio.ByteBuffer;

/**
 * The arithmetic that Ivory needs, behind one interface: the Rust library, or its plain-Java twin
 * where the library is missing or refused. All methods are safe for concurrent use.
 */
public interface VectorOps {

    /**
     * What does the work, for logs and statistics: {@code avx512}, {@code avx2}, {@code neon},
     * {@code scalar} or {@code java}.
     */
    String level();

    /**
     * Compares one query with consecutive rows.
     *
     * @param metric decides the raw value (see {@link Metric})
     * @param query {@code dimension} components; for cosine of unit length
     * @param rows a direct buffer whose bytes from index 0 (position and limit are ignored) hold
     *     {@code count × dimension} f32, little endian, row after row
     * @param count number of rows, at least 0
     * @param out receives {@code count} raw values from index 0; owned by the caller
     * @throws IllegalArgumentException if a buffer is too short or not direct
     */
    void score(Metric metric, float[] query, ByteBuffer rows, int count, float[] out);

    /**
     * Compares one query with rows chosen by number.
     *
     * @param index the numbers of the rows, each within {@code rows}; {@code count} are read
     * @throws IllegalArgumentException if a buffer is too short or not direct, or an index is out
     *     of range
     * @see #score
     */
    void scoreRows(
            Metric metric, float[] query, ByteBuffer rows, int[] index, int count, float[] out);

    /**
     * Whether {@link #scoreMapped} and {@link #scoreMappedRange} work. Where not, a caller copies
     * rows into a buffer and uses {@link #score}.
     */
    boolean readsMemory();

    /**
     * Compares one query with rows of mapped memory, chosen by number, which are read where they
     * lie and fetched ahead of use.
     *
     * @param address of {@code length} readable bytes that stay mapped and unchanged until the call
     *     returns: the caller holds the reader whose file it is. Nothing can check this; a wrong
     *     address ends the process
     * @param stride bytes from one row's start to the next, at least {@code 4 × query.length}; row
     *     {@code i} is the little-endian f32 from {@code address + i × stride} on
     * @param rows numbers of rows whose components lie within {@code length}; {@code count} are
     *     read
     * @param out receives {@code count} raw values from index 0; owned by the caller
     * @throws IllegalArgumentException if an array is too short or a row is out of range
     * @throws UnsupportedOperationException without {@link #readsMemory}
     */
    void scoreMapped(
            Metric metric,
            float[] query,
            long address,
            long length,
            int stride,
            int[] rows,
            int count,
            float[] out);

    /**
     * Compares one query with consecutive rows of mapped memory.
     *
     * @param from number of the first row
     * @see #scoreMapped
     */
    void scoreMappedRange(
            Metric metric,
            float[] query,
            long address,
            long length,
            int stride,
            int from,
            int count,
            float[] out);

    /**
     * Starts loading a model file of {@code length} bytes, to be handed over piece by piece.
     *
     * @throws IllegalArgumentException if the length cannot be a model file's
     */
    ModelLoader loadModel(long length);

    /**
     * Starts a training run.
     *
     * @throws UnsupportedOperationException if this implementation cannot train; the message says
     *     why
     * @throws IllegalArgumentException if a parameter is out of its range
     */
    Trainer train(TrainingParameters parameters);
}

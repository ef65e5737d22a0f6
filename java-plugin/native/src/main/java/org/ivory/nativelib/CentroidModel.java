package org.ivory.nativelib;

/**
 * A trained model: the centroids of one field, held by the native library (or on the heap by the
 * Java twin). Immutable and safe for concurrent use. Reference counted: whoever opens a model owns
 * one reference and gives it back with {@link #close}; {@link #tryAcquire} takes another. The
 * memory is freed when the last one is given back.
 */
public interface CentroidModel extends AutoCloseable {

    /** Hash of the model's bytes; never 0, which stands for "no model" in an index. */
    long fingerprint();

    Metric metric();

    int dimension();

    /** Number of cells. */
    int nlist();

    /** Memory that the model occupies, in bytes. */
    long sizeInBytes();

    /**
     * Finds each vector's nearest cell.
     *
     * @param vectors {@code count × dimension} components, row after row; for cosine of unit length
     * @param cells receives {@code count} cell numbers from index 0
     * @throws IllegalArgumentException if an array is too short
     * @throws IllegalStateException if the model is closed
     */
    void assign(float[] vectors, int count, int[] cells);

    /**
     * Finds the {@code min(nprobe, nlist)} cells nearest to the query, nearest first; ties by cell
     * number.
     *
     * @param cells receives the cell numbers
     * @param raw receives the raw values of query and centroid (see {@link Metric}), or null if not
     *     wanted
     * @return the number of cells written
     * @throws IllegalArgumentException if an array is too short or {@code nprobe} below 1
     * @throws IllegalStateException if the model is closed
     */
    int probe(float[] query, int nprobe, int[] cells, float[] raw);

    /** How this model makes codes; never {@link EncoderSpec#AUTO}. */
    EncoderSpec encoder();

    /** Bytes of a code without its factors; 0 if the model makes none. */
    int codeBytes();

    /** Corrective factors of a code, four bytes each. */
    int factors();

    /** Bytes of a code with its factors; 0 if the model makes none. */
    default int codeLength() {
        return codeBytes() + Float.BYTES * factors();
    }

    /**
     * Finds each vector's nearest cell, as {@link #assign}, and makes its code.
     *
     * @param codes receives {@code count} codes of {@link #codeLength} bytes, one after the other
     * @throws IllegalArgumentException if an array is too short
     * @throws IllegalStateException if the model is closed
     * @see #assign
     */
    void encode(float[] vectors, int count, int[] cells, byte[] codes);

    /**
     * Starts a scan over codes of this model. It takes a reference to the model.
     *
     * @param query {@code dimension} components; for cosine of unit length
     * @param candidates most documents to keep, at least 1
     * @return the scan; the caller closes it
     * @throws IllegalArgumentException if the query has another length or is not finite, or {@code
     *     candidates} is below 1
     * @throws IllegalStateException if the model is closed or makes no codes
     */
    CodeScan scan(float[] query, int candidates);

    /**
     * Whether {@link #measure} works, and its errors say something about this model's codes: those
     * that stand for a vector, read by native code.
     */
    default boolean measures() {
        return false;
    }

    /**
     * Measures how far the vectors of a region's cells are from what their codes stand for, at
     * most, for {@link CodeScan#within}. The caller sees to it that all memory stays readable until
     * the call returns.
     *
     * @param address of a region of this model (docs/FORMAT.md), {@code length} bytes
     * @param vectors address of the region's vectors as they were encoded, row after row, each
     *     {@code stride} bytes behind the one before, {@code vectorsLength} bytes in all
     * @param documents address of a bit per document (64-bit words in native order), set where the
     *     document has a row; 0: row {@code i} is document {@code i}'s
     * @param documentWords number of words at {@code documents}
     * @param from place of the first cell among those that the region has
     * @param to place after the last cell
     * @param errors receives those of the cells at their places; infinite where nothing is known
     * @throws IllegalArgumentException if a number is out of its range
     * @throws ModelFormatException if the region is damaged or another model's, or a document has
     *     no row
     * @throws IllegalStateException if the model is closed
     * @throws UnsupportedOperationException if not {@link #measures}
     */
    default void measure(
            long address,
            long length,
            long vectors,
            long vectorsLength,
            int stride,
            long documents,
            long documentWords,
            int from,
            int to,
            float[] errors) {
        throw new UnsupportedOperationException("plain Java reads no memory by its address");
    }

    /** Length of the model's file form (docs/FORMAT.md) in bytes. */
    long fileLength();

    /**
     * Copies a part of the model's file form.
     *
     * @throws IllegalArgumentException if {@code offset + length} is beyond the file's end or
     *     {@code length} beyond the array's
     * @throws IllegalStateException if the model is closed
     */
    void readFile(long offset, byte[] out, int length);

    /** Takes another reference; false if the model is closed already. */
    boolean tryAcquire();

    /** Gives back one reference. Giving back more than were taken does nothing. */
    @Override
    void close();
}

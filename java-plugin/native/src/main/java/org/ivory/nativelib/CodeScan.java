package org.ivory.nativelib;

/**
 * One query's scan over codes: probes the cells, estimates the vectors in them and keeps the best
 * {@code candidates} seen, in one bounded memory for all segments. For one thread at a time; a call
 * during another one, or after {@link #close}, is an {@link IllegalStateException}. Holds a
 * reference to its model.
 *
 * <p>What it keeps does not depend on the order in which segments and cells came, nor on whether
 * they came by {@link #region} or by {@link #rows}: the best by estimate, then segment, then
 * document. A vector must be handed over once only.
 */
public interface CodeScan extends AutoCloseable {

    /** Most documents that {@link #take} gives. */
    int candidates();

    /**
     * Chooses the {@code min(nprobe, nlist)} cells nearest to the query. May be called again with a
     * larger number: the cells chosen before keep their order.
     *
     * @return the number of cells chosen
     * @throws IllegalArgumentException if {@code nprobe} is below 1
     */
    int probe(int nprobe);

    /**
     * Copies the numbers of chosen cells, nearest first.
     *
     * @param from rank of the first one
     * @param cells receives them from index 0
     * @throws IllegalArgumentException if fewer cells were chosen or the array is too short
     */
    void cells(int from, int count, int[] cells);

    /** Whether {@link #region} works; if not, only {@link #rows} does. */
    boolean readsMemory();

    /**
     * Scans some of the chosen cells in a region of a segment file (docs/FORMAT.md), in place.
     *
     * @param segment number of the segment, at least 0; given back by {@link #take}
     * @param address of the region; the caller sees to it that {@code length} bytes stay readable
     *     until the call returns
     * @param length of the region in bytes
     * @param from rank of the first cell to visit
     * @param to rank after the last cell to visit; at most the number of cells chosen
     * @param live address of a bit per document (64-bit words in native order), set where the
     *     document may be a hit; 0: all may
     * @param liveWords number of words at {@code live}
     * @return vectors in the visited cells that may be hits
     * @throws IllegalArgumentException if a number is out of its range or the region is damaged or
     *     another model's
     * @throws UnsupportedOperationException if not {@link #readsMemory}
     */
    long region(
            int segment, long address, long length, int from, int to, long live, long liveWords);

    /**
     * Tells how many of the nearest {@code to} chosen cells are worth a visit, by what was found so
     * far: cells much farther than the nearest one hold hardly any vector as near as the last one
     * that is kept. Depends on the vectors that came, not on their order; all cells are, until
     * {@link #candidates} vectors came, and for the inner product.
     *
     * @return at most {@code to}
     * @throws IllegalArgumentException if fewer cells were chosen
     */
    int worth(int to);

    /**
     * Scans codes of one chosen cell that were copied from elsewhere.
     *
     * @param segment number of the segment, at least 0
     * @param rank of the cell among the chosen ones
     * @param rows {@code count} codes of {@link CentroidModel#codeLength} bytes
     * @param docs their documents, none negative; all may be hits
     * @throws IllegalArgumentException if a number is out of its range or an array too short
     */
    void rows(int segment, int rank, byte[] rows, int[] docs, int count);

    /**
     * Marks the documents of a region whose raw value (see {@link Metric}) can be as near as a bar
     * or nearer: all that are, and few more. Cells need not be chosen before.
     *
     * @param address of the region, {@code length} bytes, as for {@link #region}
     * @param from place of the first cell among those that the region has
     * @param to place after the last cell
     * @param errors of cells at their places, as {@link CentroidModel#measure} gives them
     * @param bar the farthest raw value that is wanted
     * @param documents overwritten with the marks, document 0 being bit 0 of element 0; it must
     *     have room for all documents of the region
     * @return documents marked, or -1, with nothing written, where nothing can be said: the query's
     *     numbers are too large or too small
     * @throws IllegalArgumentException if a number is out of its range
     * @throws ModelFormatException if the region is damaged or another model's
     * @throws UnsupportedOperationException if the model does not {@link CentroidModel#measures}
     */
    default long within(
            long address,
            long length,
            int from,
            int to,
            float[] errors,
            float bar,
            long[] documents) {
        throw new UnsupportedOperationException("plain Java reads no memory by its address");
    }

    /**
     * Gives the best documents seen, best first, and forgets them. The arrays have room for {@link
     * #candidates} elements.
     *
     * @param estimates smaller is nearer: of the squared distance, or of the negative inner product
     * @return the number of documents given
     * @throws IllegalArgumentException if an array is too short
     */
    int take(int[] segments, int[] docs, float[] estimates);

    /** Frees the scan. Idempotent. */
    @Override
    void close();
}

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

package org.ivory.lucene.codec;

import java.io.IOException;

/**
 * Where some of a fingerprint's documents come from: a segment that is merged, one that is flushed,
 * or documents that were assigned anew. Can be gone through several times. For one thread.
 */
interface CellPart {

    /** The first cell at or after {@code from} that has documents, or -1. */
    int nextCell(int from) throws IOException;

    /** Goes to the start of a cell that {@link #nextCell} has given. */
    void open(int cell, boolean codes) throws IOException;

    /**
     * The next documents of the open cell, as they are called in the new segment, in an order that
     * does not change between passes; -1 for those that are not in it.
     *
     * @return their number, at most the array's length; 0 at the end
     */
    int documents(int[] documents) throws IOException;

    /**
     * Copies the code of the document that came as number {@code index} from {@link #documents}, if
     * the cell was opened for codes; from call to call the index grows.
     *
     * @param layout of the block
     * @param j where the code goes in the block
     */
    void code(int index, CodeLayout layout, byte[] block, int width, int j) throws IOException;
}

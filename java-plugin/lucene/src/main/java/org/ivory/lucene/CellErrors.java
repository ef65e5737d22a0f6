package org.ivory.lucene;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How far the vectors of each cell of one model in one segment are from what their codes stand for,
 * at most. Searches measure it share by share, each a share of its own, and use it once it is
 * complete. Takes 4 bytes a cell. Safe for concurrent use.
 */
final class CellErrors {

    /** Shares that a segment is cut into; measuring one takes less time than comparing all. */
    private static final int SHARES = 32;

    /** Documents of a share, unless the segment has fewer. */
    private static final long LEAST_OF_SHARE = 2_048;

    /** Failures that count: one search in 65 tries still. */
    private static final int MOST_FAILURES = 6;

    /**
     * Cells to be measured, by their places among those that the segment has.
     *
     * @param from the first
     * @param to the end
     */
    record Share(int from, int to) {}

    private final float[] measured;
    private final Deque<Share> waiting = new ArrayDeque<>();
    private int missing;

    /** Searches in a row that they were of no use to, and searches that will not try. */
    private int failures;

    private int resting;

    /** Null until all are measured. */
    private volatile float[] complete;

    CellErrors(SegmentCells cells, long fingerprint) {
        long documents = cells.documents(fingerprint);
        int[] cuts = cells.cut(fingerprint, Math.max(LEAST_OF_SHARE, documents / SHARES + 1));
        for (int i = 1; i < cuts.length; i++) {
            waiting.add(new Share(cuts[i - 1], cuts[i]));
        }
        missing = waiting.size();
        measured = new float[cuts[cuts.length - 1]];
    }

    /** The error of each cell, not to be changed; null while they are not all measured. */
    float[] complete() {
        return complete;
    }

    /** A share to measure, which nobody else gets; null if there is none left. */
    synchronized Share take() {
        return waiting.poll();
    }

    /** Takes a share back that was not measured. */
    synchronized void giveBack(Share share) {
        waiting.addFirst(share);
    }

    /**
     * Takes what was measured.
     *
     * @param errors at the places of the share's cells
     */
    synchronized void put(Share share, float[] errors) {
        System.arraycopy(errors, share.from, measured, share.from, share.to - share.from);
        if (--missing == 0) {
            complete = measured;
        }
    }

    /**
     * Whether all are measured and a search should use them. Where they were of no use it rarely
     * should.
     */
    synchronized boolean areWorthIt() {
        if (complete != null && resting > 0) {
            resting--;
            return false;
        }
        return complete != null;
    }

    /** Hears whether they were of use to a search. */
    synchronized void tell(boolean helped) {
        failures = helped ? 0 : Math.min(failures + 1, MOST_FAILURES);
        resting = helped ? 0 : 1 << failures;
    }

    /** Cells that there are. */
    int cells() {
        return measured.length;
    }
}

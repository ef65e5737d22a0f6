package org.ivory.lucene;

import org.ivory.lucene.codec.MappedRegion;
import org.ivory.nativelib.CentroidModel;
import org.ivory.nativelib.CodeScan;

/**
 * The cells of one model with codes in the order in which a query visits them, and the scan that
 * estimates their vectors. For one thread. Owns a reference to the model until it is closed.
 */
final class CodeProbe implements AutoCloseable {

    private final CentroidModel model;
    private final CodeScan scan;
    private final long fingerprint;
    private final int nlist;
    private final int codeLength;
    private int chosen;
    private int visited;
    private int[] cells = {};

    /**
     * @param model a reference that this object closes once it is made
     * @param query of the model's dimension, for cosine of unit length
     * @param candidates how many of the best estimates are wanted
     * @throws IllegalStateException if the model was closed by others
     */
    CodeProbe(CentroidModel model, long fingerprint, float[] query, int candidates) {
        this.scan = model.scan(query, candidates);
        this.model = model;
        this.fingerprint = fingerprint;
        this.nlist = model.nlist();
        this.codeLength = model.codeLength();
    }

    long fingerprint() {
        return fingerprint;
    }

    int nlist() {
        return nlist;
    }

    int codeLength() {
        return codeLength;
    }

    /** Whether a region's codes are such as the model makes. */
    boolean fits(MappedRegion region) {
        return region.fits(model);
    }

    CodeScan scan() {
        return scan;
    }

    /** Number of cells chosen. */
    int chosen() {
        return chosen;
    }

    /**
     * Chooses cells.
     *
     * @param upTo how many are to be chosen in all; at most {@code nlist} are
     */
    void choose(int upTo) {
        if (upTo > chosen && chosen < nlist) {
            chosen = scan.probe(Math.min(upTo, nlist));
        }
    }

    /** The chosen cells, nearest first; not to be changed. */
    int[] cells() {
        if (cells.length < chosen) {
            cells = new int[chosen];
            scan.cells(0, chosen, cells);
        }
        return cells;
    }

    /**
     * Tells that the nearest {@code upTo} cells were visited.
     *
     * @param upTo at most {@link #chosen}
     */
    void visit(int upTo) {
        visited = Math.max(visited, upTo);
    }

    /** Number of cells visited, the nearest of those chosen. */
    int visited() {
        return visited;
    }

    @Override
    public void close() {
        try (model) {
            scan.close();
        }
    }
}

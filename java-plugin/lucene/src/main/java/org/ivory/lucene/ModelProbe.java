package org.ivory.lucene;

import org.ivory.nativelib.CentroidModel;

import java.util.Arrays;

/**
 * The cells of one model in the order in which a query visits them, nearest first, handed out in
 * growing portions. For one thread. Owns a reference to the model until it is closed.
 */
final class ModelProbe implements AutoCloseable {

    /** How many more cells are ordered than asked for when a search goes on. */
    private static final int AHEAD = 4;

    private final CentroidModel model;
    private final long fingerprint;
    private final float[] query;
    private final int nlist;
    private int[] order = new int[0];
    private int visited;

    /**
     * @param model a reference that this object closes
     * @param query of the model's dimension, for cosine of unit length
     */
    ModelProbe(CentroidModel model, long fingerprint, float[] query) {
        this.model = model;
        this.fingerprint = fingerprint;
        this.query = query;
        this.nlist = model.nlist();
    }

    long fingerprint() {
        return fingerprint;
    }

    int nlist() {
        return nlist;
    }

    /** Number of cells handed out. */
    int visited() {
        return visited;
    }

    /** All cells handed out, nearest first. */
    int[] visitedCells() {
        return Arrays.copyOf(order, visited);
    }

    /**
     * Hands out the next nearest cells.
     *
     * @param upTo how many are to be handed out in all; at most {@code nlist} are
     * @return the new ones, in ascending order of their numbers
     * @throws IllegalStateException if the model was closed by others
     */
    int[] visitUpTo(int upTo) {
        int end = Math.min(upTo, nlist);
        if (end <= visited) {
            return new int[0];
        }
        if (end > order.length) {
            int wanted = order.length == 0 ? end : (int) Math.min(nlist, (long) AHEAD * end);
            int[] cells = new int[wanted];
            int found = model.probe(query, wanted, cells, null);
            order = behindVisited(Arrays.copyOf(cells, found));
            end = Math.min(end, found);
        }
        int[] next = Arrays.copyOfRange(order, visited, end);
        visited = end;
        Arrays.sort(next);
        return next;
    }

    /**
     * The cells in an order that begins with those that were visited. A model with groups compares
     * more cells where more are wanted, so the first ones may be others than before.
     */
    private int[] behindVisited(int[] cells) {
        if (Arrays.equals(order, 0, visited, cells, 0, visited)) {
            return cells;
        }
        int[] known = visitedCells();
        Arrays.sort(known);
        int[] ordered = Arrays.copyOf(order, cells.length);
        int filled = visited;
        for (int i = 0; i < cells.length && filled < ordered.length; i++) {
            if (Arrays.binarySearch(known, cells[i]) < 0) {
                ordered[filled++] = cells[i];
            }
        }
        return ordered;
    }

    @Override
    public void close() {
        model.close();
    }
}

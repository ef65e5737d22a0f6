package org.ivory.lucene;

/**
 * How many cells a query visits that does not say so itself. The one place with these numbers.
 *
 * <p>The share of cells that holds a query's true neighbours shrinks as cells get more numerous and
 * smaller; about the square root of their number has to be visited for an even recall. And the
 * cells visited should hold several times the documents that are wanted, or the farther of these
 * are missed.
 */
final class NprobeDefault {

    private static final int LEAST = 8;
    private static final double ROOTS = 1.5;
    private static final double DOCUMENTS_PER_HIT = 10;

    private NprobeDefault() {}

    /**
     * The number of cells to visit: the largest of 8, 1.5 × √nlist and the number of cells that
     * hold 10 × k documents on average, but at most nlist.
     *
     * @param nlist cells of the model, at least 1
     * @param k hits wanted; 0 if that is not known
     * @param documents indexed under the model
     */
    static int cells(int nlist, int k, long documents) {
        double byRoot = Math.ceil(ROOTS * Math.sqrt(nlist));
        double byHits =
                documents > 0 ? Math.ceil(DOCUMENTS_PER_HIT * k * nlist / documents) : LEAST;
        return (int) Math.min(nlist, Math.max(LEAST, Math.max(byRoot, byHits)));
    }
}

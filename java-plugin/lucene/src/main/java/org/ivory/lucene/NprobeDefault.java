package org.ivory.lucene;

/**
 * How many cells a query visits that does not say so itself. The one place with these numbers.
 *
 * <p>The share of cells that holds a query's true neighbours shrinks as cells get more numerous and
 * smaller, faster than their number grows: 500,000 SIFT descriptors in 4,096 cells want 64 to 96 of
 * them for a recall of .95 to .97, 20,000 word vectors in 256 cells more than 24. The cube root of
 * the number runs through both. And the cells visited should hold several times the documents that
 * are wanted, or the farther of these are missed.
 */
final class NprobeDefault {

    private static final int LEAST = 8;
    private static final double ROOTS = 6;
    private static final double DOCUMENTS_PER_HIT = 10;

    private NprobeDefault() {}

    /**
     * The number of cells to visit: the largest of 8, 6 × ∛nlist and the number of cells that hold
     * 10 × k documents on average, but at most nlist.
     *
     * @param nlist cells of the model, at least 1
     * @param k hits wanted; 0 if that is not known
     * @param documents indexed under the model
     */
    static int cells(int nlist, int k, long documents) {
        double byRoot = Math.ceil(ROOTS * Math.cbrt(nlist));
        double byHits =
                documents > 0 ? Math.ceil(DOCUMENTS_PER_HIT * k * nlist / documents) : LEAST;
        return (int) Math.min(nlist, Math.max(LEAST, Math.max(byRoot, byHits)));
    }
}

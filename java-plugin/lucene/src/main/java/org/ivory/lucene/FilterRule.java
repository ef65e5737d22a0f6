package org.ivory.lucene;

/**
 * When a filtered query compares all documents that pass, and how many of them it wants to see if
 * it does not. The one place with these numbers.
 *
 * @param k hits wanted
 * @param unfiltered documents that the query would see without a filter
 * @param codes whether documents are seen by their codes
 */
record FilterRule(int k, long unfiltered, boolean codes) {

    /** What comparing a document exactly costs, in codes scanned. */
    private static final double CODES_A_DOCUMENT = 40;

    /** Share of the documents seen without a filter that is wanted with it. */
    private static final double SHARE = 0.5;

    /**
     * Whether all documents that pass are compared.
     *
     * @param survivors documents that pass
     * @param documents all, at least as many
     */
    boolean compareAll(long survivors, long documents) {
        if (!codes || survivors <= unfiltered / 4) {
            return survivors <= unfiltered;
        }
        double visited = (double) wanted(survivors, documents) * documents / survivors;
        return CODES_A_DOCUMENT * survivors <= visited;
    }

    /** Documents that pass to be seen, if not all are compared. */
    long wanted(long survivors, long documents) {
        return Math.max(k, (long) (SHARE * unfiltered));
    }
}

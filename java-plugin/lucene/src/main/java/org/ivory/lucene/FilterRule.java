package org.ivory.lucene;

/**
 * When a filtered query compares all documents that pass, and how many of them it wants to see if
 * it does not. The one place with these numbers, measured on 500,000 SIFT descriptors.
 *
 * <p>The nearest of the documents that pass lie farther from the query than the nearest of all, in
 * more cells; yet fewer of them have to be seen for the same recall, since fewer compete. That
 * number falls with about the power 0.7 of the share that passes.
 *
 * @param k hits wanted
 * @param unfiltered documents that the query would see without a filter
 * @param codes whether documents are seen by their codes
 */
record FilterRule(int k, long unfiltered, boolean codes) {

    /** What comparing a document exactly, wherever it lies, costs in codes of a cell scanned. */
    private static final double CODES_A_DOCUMENT = 8;

    /** So few documents are compared in any case, if they are few among all. */
    private static final long FEW = 2_000;

    private static final long FEW_AMONG = 8;

    /** Share of the documents seen without a filter that is wanted if nearly all pass. */
    private static final double SHARE = 1.3;

    private static final double POWER = 0.7;

    /** Where documents are compared exactly, cell by cell, this share has to do. */
    private static final double SHARE_WITHOUT_CODES = 0.5;

    /** Documents seen for each hit, at least. */
    private static final long DOCUMENTS_PER_HIT = 5;

    /**
     * Whether all documents that pass are compared.
     *
     * @param survivors documents that pass
     * @param documents all, at least as many
     */
    boolean compareAll(long survivors, long documents) {
        if (!codes) {
            return survivors <= unfiltered;
        }
        if (survivors <= Math.min(FEW, documents / FEW_AMONG)) {
            return true;
        }
        double scanned = (double) wanted(survivors, documents) * documents / survivors;
        return survivors == 0 || CODES_A_DOCUMENT * survivors <= scanned;
    }

    /**
     * Documents that pass to be seen, if not all are compared.
     *
     * @param survivors documents that pass
     * @param documents all, at least as many
     */
    long wanted(long survivors, long documents) {
        if (!codes) {
            return Math.max(k, (long) (SHARE_WITHOUT_CODES * unfiltered));
        }
        double passing = Math.min(1.0, (double) survivors / Math.max(1, documents));
        return Math.max(
                DOCUMENTS_PER_HIT * k, (long) (SHARE * Math.pow(passing, POWER) * unfiltered));
    }
}

package org.ivory.lucene;

import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BytesRef;

import java.io.IOException;
import java.util.Arrays;

/**
 * Which cells a segment holds and how many documents each, deleted ones included: the terms
 * dictionary of one field without its postings. With it a probe asks a segment for those terms only
 * that it has, and knows what they cost before it reads any. Takes 8 bytes a term; immutable.
 */
final class SegmentCells {

    private final long[] fingerprints;

    /** Where each fingerprint's cells start; one more for the end. */
    private final int[] starts;

    /** Ascending within a fingerprint. */
    private final int[] cells;

    private final int[] docFreqs;
    private final long[] documents;

    private SegmentCells(long[] fingerprints, int[] starts, int[] cells, int[] docFreqs) {
        this.fingerprints = fingerprints;
        this.starts = starts;
        this.cells = cells;
        this.docFreqs = docFreqs;
        this.documents = new long[fingerprints.length];
        for (int group = 0; group < fingerprints.length; group++) {
            for (int i = starts[group]; i < starts[group + 1]; i++) {
                documents[group] += docFreqs[i];
            }
        }
    }

    /**
     * Reads a segment's terms dictionary.
     *
     * @return null if the segment has no document with the field
     */
    static SegmentCells read(LeafReader reader, String field) throws IOException {
        Terms terms = reader.terms(field);
        if (terms == null) {
            return null;
        }
        int expected = (int) Math.min(Math.max(terms.size(), 16), reader.maxDoc());
        int[] cells = new int[expected];
        int[] docFreqs = new int[expected];
        long[] fingerprints = new long[1];
        int[] starts = new int[2];
        int groups = 0;
        int count = 0;
        TermsEnum iterator = terms.iterator();
        for (BytesRef term = iterator.next(); term != null; term = iterator.next()) {
            if (term.length != CellTerm.LENGTH) {
                throw new CorruptIndexException(
                        "field [" + field + "] has a term of [" + term.length + "] bytes",
                        reader.toString());
            }
            long fingerprint = CellTerm.fingerprint(term);
            if (groups == 0 || fingerprints[groups - 1] != fingerprint) {
                fingerprints = ArrayUtil.grow(fingerprints, groups + 1);
                starts = ArrayUtil.grow(starts, groups + 2);
                fingerprints[groups] = fingerprint;
                starts[groups++] = count;
            }
            cells = ArrayUtil.grow(cells, count + 1);
            docFreqs = ArrayUtil.grow(docFreqs, count + 1);
            cells[count] = CellTerm.cell(term);
            docFreqs[count++] = iterator.docFreq();
        }
        starts[groups] = count;
        return new SegmentCells(
                Arrays.copyOf(fingerprints, groups),
                Arrays.copyOf(starts, groups + 1),
                Arrays.copyOf(cells, count),
                Arrays.copyOf(docFreqs, count));
    }

    /** The fingerprints that the segment's terms name; not to be changed. */
    long[] fingerprints() {
        return fingerprints;
    }

    /** Documents under a fingerprint, deleted ones included. */
    long documents(long fingerprint) {
        int group = group(fingerprint);
        return group < 0 ? 0 : documents[group];
    }

    /** Documents under all fingerprints, deleted ones included. */
    long documents() {
        return Arrays.stream(documents).sum();
    }

    /**
     * Documents in some cells, deleted ones included.
     *
     * @param sorted ascending cells
     */
    long documents(long fingerprint, int[] sorted) {
        long sum = 0;
        int group = group(fingerprint);
        if (group >= 0) {
            int from = starts[group];
            int to = starts[group + 1];
            for (int cell : sorted) {
                int at = Arrays.binarySearch(cells, from, to, cell);
                if (at >= 0) {
                    sum += docFreqs[at];
                    from = at + 1;
                } else {
                    from = -1 - at;
                }
            }
        }
        return sum;
    }

    /**
     * Those of some cells that the segment has.
     *
     * @param sorted ascending cells
     * @param present receives them in order
     * @return their number
     */
    int present(long fingerprint, int[] sorted, int[] present) {
        int count = 0;
        int group = group(fingerprint);
        if (group >= 0) {
            int from = starts[group];
            int to = starts[group + 1];
            for (int i = 0; i < sorted.length && from < to; i++) {
                int at = Arrays.binarySearch(cells, from, to, sorted[i]);
                if (at >= 0) {
                    present[count++] = sorted[i];
                    from = at + 1;
                } else {
                    from = -1 - at;
                }
            }
        }
        return count;
    }

    /**
     * Cuts the cells of a fingerprint into ranges of about as many documents, deleted ones
     * included.
     *
     * @param most documents of a range, unless a single cell has more; at least 1
     * @return where each range begins, counted from the fingerprint's first cell, and the end
     */
    int[] cut(long fingerprint, long most) {
        int group = group(fingerprint);
        int from = group < 0 ? 0 : starts[group];
        int to = group < 0 ? 0 : starts[group + 1];
        int[] cuts = new int[16];
        int count = 1; // the first one begins at 0
        long sum = 0;
        for (int i = from; i < to; i++) {
            if (sum > 0 && sum + docFreqs[i] > most) {
                cuts = ArrayUtil.grow(cuts, count + 1);
                cuts[count++] = i - from;
                sum = 0;
            }
            sum += docFreqs[i];
        }
        cuts = ArrayUtil.grow(cuts, count + 1);
        cuts[count++] = to - from;
        return Arrays.copyOf(cuts, count);
    }

    /** Whether the segment has documents in a cell. */
    boolean has(long fingerprint, int cell) {
        int group = group(fingerprint);
        return group >= 0
                && Arrays.binarySearch(cells, starts[group], starts[group + 1], cell) >= 0;
    }

    /** All cells of a fingerprint that the segment has, ascending. */
    int[] cells(long fingerprint) {
        int group = group(fingerprint);
        return group < 0 ? new int[0] : Arrays.copyOfRange(cells, starts[group], starts[group + 1]);
    }

    private int group(long fingerprint) {
        for (int group = 0; group < fingerprints.length; group++) {
            if (fingerprints[group] == fingerprint) {
                return group;
            }
        }
        return -1;
    }
}

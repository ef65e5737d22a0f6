package org.ivory.lucene;

import org.apache.lucene.search.DocIdSetIterator;

import java.io.IOException;

/**
 * Raw values of single documents, compared in blocks. As long as a caller takes one candidate after
 * the other, blocks double; as soon as it leaps over some, or has left most of a block unused, they
 * begin with one row again. So a full scan costs a kernel call a block, and a conjunction that
 * skips does not pay for what it never looks at. For one thread.
 */
final class LookAhead {

    /** Rows between two checks for cancellation. */
    private static final int CHECK_EVERY = 128;

    private final RowScorer rows;
    private final DocIdSetIterator ahead;
    private final Runnable cancellation;
    private final int[] docs;
    private final float[] raw;
    private int count;
    private int at = -1;
    private int asked;
    private int size = 1;
    private int unchecked;

    /**
     * @param ahead the candidates, of which documents asked for are some; not to be used elsewhere
     */
    LookAhead(RowScorer rows, DocIdSetIterator ahead, int dimension, Runnable cancellation) {
        this.rows = rows;
        this.ahead = ahead;
        this.cancellation = cancellation;
        this.docs = new int[RowScorer.blockSize(dimension)];
        this.raw = new float[docs.length];
    }

    /**
     * The raw value of a candidate.
     *
     * @param doc not below one asked for before; the same one again costs nothing
     */
    float raw(int doc) throws IOException {
        if (at >= 0 && docs[at] == doc) {
            return raw[at];
        }
        if (count == 0 || doc > docs[count - 1]) {
            fill(doc);
        } else {
            do {
                at++;
            } while (docs[at] < doc);
            asked++;
        }
        assert docs[at] == doc;
        return raw[at];
    }

    private void fill(int doc) throws IOException {
        if (ahead.docID() == -1) {
            ahead.nextDoc();
        }
        boolean next = ahead.docID() == doc;
        if (!next) {
            ahead.advance(doc);
        }
        size = next && 2 * asked >= count ? Math.min(2 * size, docs.length) : 1;
        count = 0;
        for (int d = ahead.docID(); count < size && d != DocIdSetIterator.NO_MORE_DOCS; ) {
            docs[count++] = d;
            d = ahead.nextDoc();
        }
        unchecked += count;
        if (unchecked >= CHECK_EVERY) {
            unchecked = 0;
            cancellation.run();
        }
        rows.score(docs, count, raw);
        at = 0;
        asked = 1;
    }
}

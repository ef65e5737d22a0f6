package org.ivory.lucene;

import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FilteredDocIdSetIterator;
import org.apache.lucene.util.Bits;

import java.io.IOException;

/** The live documents of an iterator. */
final class LiveIterator extends FilteredDocIdSetIterator {

    private final Bits live;

    private LiveIterator(DocIdSetIterator documents, Bits live) {
        super(documents);
        this.live = live;
    }

    /**
     * @param live null if all documents are live
     */
    static DocIdSetIterator of(DocIdSetIterator documents, Bits live) {
        return live == null ? documents : new LiveIterator(documents, live);
    }

    @Override
    protected boolean match(int doc) throws IOException {
        return live.get(doc);
    }
}

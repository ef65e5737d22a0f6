package org.ivory.lucene;

import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;

import java.io.IOException;
import java.util.Map;

/** Reads the postings of a segment's cells. For one thread. */
final class CellPostings {

    private final LeafReader reader;
    private final SegmentCells segment;
    private final TermsEnum terms;
    private final BytesRef term = new BytesRef(new byte[CellTerm.LENGTH]);
    private PostingsEnum postings;

    CellPostings(LeafReader reader, SegmentCells segment, String field) throws IOException {
        this.reader = reader;
        this.segment = segment;
        this.terms = reader.terms(field).iterator();
    }

    /** The documents of a visit, deleted ones included. */
    FixedBitSet documents(ShardProbe.Visit visit) throws IOException {
        FixedBitSet documents = new FixedBitSet(reader.maxDoc());
        for (Map.Entry<Long, int[]> entry : visit.cells().entrySet()) {
            int[] present = new int[entry.getValue().length];
            int count = segment.present(entry.getKey(), entry.getValue(), present);
            add(entry.getKey(), present, count, documents);
        }
        for (long fingerprint : visit.all()) {
            int[] cells = segment.cells(fingerprint);
            add(fingerprint, cells, cells.length, documents);
        }
        return documents;
    }

    private void add(long fingerprint, int[] cells, int count, FixedBitSet documents)
            throws IOException {
        for (int i = 0; i < count; i++) {
            CellTerm.encode(fingerprint, cells[i], term);
            if (terms.seekExact(term)) {
                postings = terms.postings(postings, PostingsEnum.NONE);
                if (postings.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                    postings.intoBitSet(DocIdSetIterator.NO_MORE_DOCS, documents, 0);
                }
            }
        }
    }

    /** The cell that holds a document, or -1 if no cell of that fingerprint does. */
    int cellOf(int doc, long fingerprint) throws IOException {
        for (int cell : segment.cells(fingerprint)) {
            CellTerm.encode(fingerprint, cell, term);
            if (terms.seekExact(term)) {
                postings = terms.postings(postings, PostingsEnum.NONE);
                if (postings.advance(doc) == doc) {
                    return cell;
                }
            }
        }
        return -1;
    }
}

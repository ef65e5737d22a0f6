package org.ivory.lucene.codec;

import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.ivory.lucene.CellTerm;

import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Whether a field's postings are such as vectors have: every term a fingerprint and a cell, every
 * document once, at position 0, and codes of one length under one fingerprint.
 */
final class VectorTermsCheck {

    private VectorTermsCheck() {}

    /**
     * Goes through all postings.
     *
     * @return the length of the codes of each fingerprint, in unsigned order; null if the postings
     *     are of another kind
     */
    static SortedMap<Long, Integer> codeLengths(Terms terms, int maxDoc) throws IOException {
        SortedMap<Long, Integer> lengths = new TreeMap<>(Long::compareUnsigned);
        boolean positions = terms.hasPositions();
        FixedBitSet seen = new FixedBitSet(maxDoc);
        TermsEnum iterator = terms.iterator();
        PostingsEnum postings = null;
        for (BytesRef term = iterator.next(); term != null; term = iterator.next()) {
            if (term.length != CellTerm.LENGTH
                    || CellTerm.cell(term) < 0
                    || CellTerm.cell(term) >= RegionHeader.MAX_SPAN) {
                return null;
            }
            long fingerprint = CellTerm.fingerprint(term);
            int length = lengths.getOrDefault(fingerprint, -1);
            postings =
                    iterator.postings(
                            postings, positions ? PostingsEnum.PAYLOADS : PostingsEnum.NONE);
            for (int doc = postings.nextDoc();
                    doc != PostingsEnum.NO_MORE_DOCS;
                    doc = postings.nextDoc()) {
                int mine = positions ? codeLength(postings) : 0;
                if (length < 0) {
                    length = mine;
                }
                if (mine != length || mine < 0 || seen.getAndSet(doc)) {
                    return null;
                }
            }
            if (length >= 0) {
                lengths.put(fingerprint, length);
            }
        }
        return lengths;
    }

    /** The length of a document's code, or -1 if this is no vector's posting. */
    private static int codeLength(PostingsEnum postings) throws IOException {
        if (postings.freq() != 1 || postings.nextPosition() != 0) {
            return -1;
        }
        BytesRef payload = postings.getPayload();
        int length = payload == null ? 0 : payload.length;
        return length <= RegionHeader.MAX_CODE_LENGTH ? length : -1;
    }
}

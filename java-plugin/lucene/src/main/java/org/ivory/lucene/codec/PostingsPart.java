package org.ivory.lucene.codec;

import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.util.BytesRef;
import org.ivory.lucene.CellTerm;

import java.io.IOException;

/**
 * Documents and codes of a field's postings in any other form: a segment that is flushed, or one of
 * another format. {@link VectorTermsCheck} has looked at them before.
 */
final class PostingsPart implements CellPart {

    private final long fingerprint;
    private final MergeState.DocMap map;
    private final TermsEnum terms;
    private final BytesRef term = new BytesRef(new byte[CellTerm.LENGTH]);
    private PostingsEnum documents;
    private PostingsEnum payloads;
    private int payloadIndex;

    /** Some enums must not be asked again after their end. */
    private boolean ended;

    PostingsPart(Terms terms, long fingerprint, MergeState.DocMap map) throws IOException {
        this.fingerprint = fingerprint;
        this.map = map;
        this.terms = terms.iterator();
    }

    @Override
    public int nextCell(int from) throws IOException {
        CellTerm.encode(fingerprint, from, term);
        if (terms.seekCeil(term) == TermsEnum.SeekStatus.END) {
            return -1;
        }
        BytesRef found = terms.term();
        return CellTerm.fingerprint(found) == fingerprint ? CellTerm.cell(found) : -1;
    }

    @Override
    public void open(int cell, boolean codes) throws IOException {
        CellTerm.encode(fingerprint, cell, term);
        if (!terms.seekExact(term)) {
            throw new IllegalStateException("cell [" + cell + "] has vanished");
        }
        documents = terms.postings(documents, PostingsEnum.NONE);
        ended = false;
        if (codes) {
            payloads = terms.postings(payloads, PostingsEnum.PAYLOADS);
            payloadIndex = -1;
        }
    }

    @Override
    public int documents(int[] out) throws IOException {
        int count = 0;
        while (count < out.length && !ended) {
            int doc = documents.nextDoc();
            if (doc == PostingsEnum.NO_MORE_DOCS) {
                ended = true;
            } else {
                out[count++] = map.get(doc);
            }
        }
        return count;
    }

    @Override
    public void code(int index, CodeLayout layout, byte[] block, int width, int j)
            throws IOException {
        while (payloadIndex < index) {
            payloads.nextDoc();
            payloadIndex++;
        }
        payloads.nextPosition();
        BytesRef payload = payloads.getPayload();
        layout.toBlock(payload.bytes, payload.offset, block, width, j);
    }
}

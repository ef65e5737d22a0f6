package org.ivory.lucene;

import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.BytesTermAttribute;
import org.apache.lucene.analysis.tokenattributes.PayloadAttribute;
import org.apache.lucene.util.BytesRef;

/**
 * One token: the term of a cell with a code as payload. Lucene reuses it, one a field and thread.
 */
final class CellTokenStream extends TokenStream {

    private final BytesTermAttribute termAttribute = addAttribute(BytesTermAttribute.class);
    private final PayloadAttribute payloadAttribute = addAttribute(PayloadAttribute.class);
    private final BytesRef term = new BytesRef(new byte[CellTerm.LENGTH]);
    private BytesRef payload;
    private boolean given = true;

    /** Prepares the token of a document. */
    void set(long fingerprint, int cell, BytesRef payload) {
        CellTerm.encode(fingerprint, cell, term);
        this.payload = payload;
    }

    @Override
    public void reset() {
        given = false;
    }

    @Override
    public boolean incrementToken() {
        if (given) {
            return false;
        }
        given = true;
        clearAttributes();
        termAttribute.setBytesRef(term);
        payloadAttribute.setPayload(payload);
        return true;
    }
}

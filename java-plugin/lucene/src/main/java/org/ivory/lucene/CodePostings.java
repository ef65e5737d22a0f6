package org.ivory.lucene;

import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.ivory.nativelib.CodeScan;

import java.io.IOException;

/**
 * Reads the codes of cells from the payloads of any postings format, a block at a time, and has
 * them scanned. For one thread and one query; keeps its buffers from segment to segment.
 */
final class CodePostings {

    /** Most codes of a block. */
    static final int MOST_ROWS = 1024;

    private static final int MOST_BYTES = 1 << 18;

    private final CodeProbe probe;
    private final Runnable cancellation;
    private final int codeLength;
    private final byte[] rows;
    private final int[] docs;
    private final BytesRef term = new BytesRef(new byte[CellTerm.LENGTH]);

    CodePostings(CodeProbe probe, Runnable cancellation) {
        this.probe = probe;
        this.cancellation = cancellation;
        this.codeLength = probe.codeLength();
        int most = Math.clamp(MOST_BYTES / codeLength, 1, MOST_ROWS);
        this.rows = new byte[most * codeLength];
        this.docs = new int[most];
    }

    /**
     * Scans some of the chosen cells in one segment.
     *
     * @param number of the segment
     * @param from rank of the first cell
     * @param to rank after the last cell
     * @param bits documents that may be hits; null for all
     * @param without receives documents that may be hits but have no code, or none that fits
     * @return documents that may be hits, with codes and without
     */
    long scan(
            LeafReader reader,
            SegmentCells segment,
            String field,
            int number,
            int from,
            int to,
            Bits bits,
            FixedBitSet without)
            throws IOException {
        TermsEnum terms = reader.terms(field).iterator();
        PostingsEnum postings = null;
        int[] cells = probe.cells();
        long seen = 0;
        for (int rank = from; rank < to; rank++) {
            if (!segment.has(probe.fingerprint(), cells[rank])) {
                continue;
            }
            CellTerm.encode(probe.fingerprint(), cells[rank], term);
            if (terms.seekExact(term)) {
                postings = terms.postings(postings, PostingsEnum.PAYLOADS);
                seen += scan(postings, number, rank, bits, without);
            }
        }
        return seen;
    }

    private long scan(PostingsEnum postings, int number, int rank, Bits bits, FixedBitSet without)
            throws IOException {
        CodeScan scan = probe.scan();
        long seen = 0;
        int count = 0;
        for (int doc = postings.nextDoc();
                doc != DocIdSetIterator.NO_MORE_DOCS;
                doc = postings.nextDoc()) {
            if (bits != null && !bits.get(doc)) {
                continue;
            }
            BytesRef code = postings.nextPosition() < 0 ? null : postings.getPayload();
            if (code == null || code.length != codeLength) {
                without.set(doc);
                seen++;
                continue;
            }
            System.arraycopy(code.bytes, code.offset, rows, count * codeLength, codeLength);
            docs[count++] = doc;
            if (count == docs.length) {
                cancellation.run();
                scan.rows(number, rank, rows, docs, count);
                seen += count;
                count = 0;
            }
        }
        if (count > 0) {
            scan.rows(number, rank, rows, docs, count);
        }
        return seen + count;
    }
}

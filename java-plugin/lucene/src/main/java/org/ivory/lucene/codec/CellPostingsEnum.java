package org.ivory.lucene.codec;

import org.apache.lucene.index.FreqAndNormBuffer;
import org.apache.lucene.index.Impacts;
import org.apache.lucene.index.ImpactsEnum;
import org.apache.lucene.search.DocAndFloatFeatureBuffer;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;

import java.io.IOException;
import java.util.Arrays;

/**
 * The documents of one cell: each with frequency 1, position 0 and, where the region has codes, the
 * code in row form as payload.
 */
final class CellPostingsEnum extends ImpactsEnum {

    /** Documents decoded at a time. */
    private static final int CHUNK = 128;

    private static final Impacts IMPACTS = new SingleImpact();

    private final RegionReader reader;
    private final CodeLayout layout;
    private final int[] documents = new int[CHUNK];
    private final BytesRef payload;
    private final byte[] block;

    private int start;
    private int count;

    /** Index within the cell of the first document in {@link #documents}, and their number. */
    private int first;

    private int decoded;
    private int at;
    private int doc;

    /** Index within the cell of the first vector in {@link #block}, or -1, and its width. */
    private int blockFirst;

    private int width;

    CellPostingsEnum(RegionReader reader) {
        this.reader = reader;
        this.layout = reader.header().layout();
        this.payload = layout.length() == 0 ? null : new BytesRef(new byte[layout.length()]);
        this.block = new byte[layout.length() * RegionHeader.BLOCK];
    }

    Region region() {
        return reader.region();
    }

    CellPostingsEnum reset(int start, int end) {
        this.start = start;
        this.count = end - start;
        first = 0;
        decoded = 0;
        at = -1;
        doc = -1;
        blockFirst = -1;
        return this;
    }

    @Override
    public int docID() {
        return doc;
    }

    @Override
    public int nextDoc() throws IOException {
        if (++at >= decoded) {
            if (!decode(first + decoded)) {
                return doc = NO_MORE_DOCS;
            }
        }
        return doc = checked(documents[at]);
    }

    @Override
    public int advance(int target) throws IOException {
        if (at >= decoded - 1 || documents[decoded - 1] < target) {
            if (!decode(search(first + decoded, target))) {
                return doc = NO_MORE_DOCS;
            }
        }
        at = Arrays.binarySearch(documents, Math.max(at, 0), decoded, target);
        if (at < 0) {
            at = -1 - at;
        }
        if (at == decoded) { // only where documents do not ascend
            throw region().corrupt("documents of a cell do not ascend");
        }
        return doc = checked(documents[at]);
    }

    /** The first index at or after {@code from} whose document is not below {@code target}. */
    private int search(int from, int target) throws IOException {
        int low = from;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (reader.document(start + middle) < target) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean decode(int index) throws IOException {
        first = index;
        at = 0;
        decoded = Math.min(CHUNK, count - index);
        if (decoded <= 0) {
            decoded = 0;
            return false;
        }
        reader.documents(start + index, decoded, documents);
        return true;
    }

    private int checked(int next) throws IOException {
        if (next <= doc) {
            throw region().corrupt("documents of a cell do not ascend");
        }
        return next;
    }

    @Override
    public long cost() {
        return count;
    }

    @Override
    public void intoBitSet(int upTo, FixedBitSet bits, int offset) throws IOException {
        while (doc < upTo) {
            bits.set(doc - offset);
            nextDoc();
        }
    }

    @Override
    public void nextPostings(int upTo, DocAndFloatFeatureBuffer buffer) throws IOException {
        buffer.growNoCopy(CHUNK);
        int size = 0;
        while (doc < upTo && size < CHUNK) {
            buffer.docs[size++] = doc;
            nextDoc();
        }
        Arrays.fill(buffer.features, 0, size, 1f);
        buffer.size = size;
    }

    @Override
    public int freq() {
        return 1;
    }

    @Override
    public int nextPosition() {
        return 0;
    }

    @Override
    public int startOffset() {
        return -1;
    }

    @Override
    public int endOffset() {
        return -1;
    }

    @Override
    public BytesRef getPayload() throws IOException {
        if (payload == null) {
            return null;
        }
        int index = first + at;
        if (blockFirst < 0 || index < blockFirst || index >= blockFirst + width) {
            width = reader.block(start, count, index, block);
            blockFirst = index / RegionHeader.BLOCK * RegionHeader.BLOCK;
        }
        layout.toRow(block, width, index - blockFirst, payload.bytes);
        payload.offset = 0;
        payload.length = layout.length();
        return payload;
    }

    @Override
    public void advanceShallow(int target) {}

    @Override
    public Impacts getImpacts() {
        return IMPACTS;
    }

    /** Frequency 1, and the norm of a field without norms. */
    private static final class SingleImpact extends Impacts {

        @Override
        public int numLevels() {
            return 1;
        }

        @Override
        public int getDocIdUpTo(int level) {
            return NO_MORE_DOCS;
        }

        @Override
        public FreqAndNormBuffer getImpacts(int level) {
            FreqAndNormBuffer buffer = new FreqAndNormBuffer();
            buffer.add(1, 1L);
            return buffer;
        }
    }
}

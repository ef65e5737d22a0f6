package org.ivory.lucene.codec;

import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;

import java.io.IOException;

/**
 * One field's vectors in one segment, read by document. Opens nothing before it is needed, because
 * most users want the mapped address only. For one thread.
 */
final class VectorValues extends BinaryDocValues {

    private final IndexInput data;
    private final VectorValuesEntry entry;
    private final long address;
    private final int maxDoc;

    /** Null if all documents have a value; then a document's row is its id. */
    private final IndexedDISI documents;

    private int doc = -1;
    private RandomAccessInput values;
    private BytesRef value;

    /**
     * @param data the file; neither closed here nor moved
     * @param address of the first value, 0 if the values are not mapped in one piece
     */
    VectorValues(IndexInput data, VectorValuesEntry entry, long address, int maxDoc)
            throws IOException {
        this.data = data;
        this.entry = entry;
        this.address = address;
        this.maxDoc = maxDoc;
        this.documents = entry.documents() == null ? null : entry.iterator(data);
    }

    VectorValuesEntry entry() {
        return entry;
    }

    long address() {
        return address;
    }

    /** All values, one behind the other. */
    IndexInput slice() throws IOException {
        return data.slice("vectors", entry.offset(), entry.bytes());
    }

    /** Number of the current document's value among all values. */
    int row() {
        return documents == null ? doc : documents.index();
    }

    @Override
    public BytesRef binaryValue() throws IOException {
        if (values == null) {
            values = data.randomAccessSlice(entry.offset(), entry.bytes());
            value = new BytesRef(new byte[entry.length()], 0, entry.length());
        }
        values.readBytes((long) row() * entry.length(), value.bytes, 0, entry.length());
        return value;
    }

    @Override
    public int docID() {
        return documents == null ? doc : documents.docID();
    }

    @Override
    public int nextDoc() throws IOException {
        return documents == null ? advance(doc + 1) : documents.nextDoc();
    }

    @Override
    public int advance(int target) throws IOException {
        if (documents != null) {
            return documents.advance(target);
        }
        return doc = target < maxDoc ? target : NO_MORE_DOCS;
    }

    @Override
    public boolean advanceExact(int target) throws IOException {
        if (documents != null) {
            return documents.advanceExact(target);
        }
        doc = target;
        return true;
    }

    @Override
    public void intoBitSet(int upTo, FixedBitSet bitSet, int offset) throws IOException {
        if (documents != null) {
            documents.intoBitSet(upTo, bitSet, offset);
        } else {
            super.intoBitSet(upTo, bitSet, offset);
        }
    }

    @Override
    public int docIDRunEnd() throws IOException {
        return documents == null ? maxDoc : documents.docIDRunEnd();
    }

    @Override
    public long cost() {
        return entry.count();
    }
}

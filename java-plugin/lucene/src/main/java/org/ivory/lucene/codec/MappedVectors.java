package org.ivory.lucene.codec;

import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.search.DocIdSetIterator;

import java.io.IOException;

/**
 * The vectors of one segment's field where they lie in the memory map: row {@code i} is the {@code
 * stride} bytes from {@code address + i × stride} on, a doc value each. What they mean is the
 * field's affair (see VectorEncoding).
 *
 * <p>The address is good as long as the reader is held, and no longer: when the reader's last
 * reference is gone the file is unmapped, and reading there ends the process. A searcher holds its
 * readers until its search is over, so an address must not outlive the search that asked for it.
 *
 * <p>For one thread; several make one each.
 */
public final class MappedVectors {

    private final VectorValues values;

    private MappedVectors(VectorValues values) {
        this.values = values;
    }

    /**
     * The vectors of a field, or null where there is none or it cannot be read in place: the
     * segment has another format, the directory does not map its files or not this range in one
     * piece, or a wrapper of the reader puts doc values of its own in place. A wrapper that only
     * passes doc values on is no hindrance, and one that hides the field hides it here, too.
     */
    public static MappedVectors of(LeafReader reader, String field) throws IOException {
        return of(reader.getBinaryDocValues(field));
    }

    /**
     * As {@link #of(LeafReader, String)}, for an iterator that a reader gave. It is used up.
     *
     * @param values null for none
     */
    public static MappedVectors of(BinaryDocValues values) {
        return values instanceof VectorValues vectors && vectors.address() != 0
                ? new MappedVectors(vectors)
                : null;
    }

    /** Address of row 0. */
    public long address() {
        return values.address();
    }

    /** Bytes that may be read from the address on: {@code rows × stride}. */
    public long length() {
        return values.entry().bytes();
    }

    /** Bytes of a row, which are those of a doc value. */
    public int stride() {
        return values.entry().length();
    }

    /** Number of rows: documents with a vector, deleted ones included. */
    public int rows() {
        return values.entry().count();
    }

    /** Whether every document has a vector; then a document's row is its id. */
    public boolean isDense() {
        return values.entry().documents() == null;
    }

    /**
     * The rows of documents.
     *
     * @param docs ascending ids, none below one of an earlier call
     * @param into receives {@code count} rows, -1 for a document without vector; may be left alone
     * @return where the rows are: {@code into}, or {@code docs} itself where rows are ids
     */
    public int[] rows(int[] docs, int count, int[] into) throws IOException {
        if (isDense()) {
            return docs;
        }
        for (int i = 0; i < count; i++) {
            into[i] = values.advanceExact(docs[i]) ? values.row() : -1;
        }
        return into;
    }

    /**
     * Goes to the first document with a vector that is not below {@code target}, from where on
     * {@link #nextDoc} goes on, row after row. Not to be mixed with {@link #rows}.
     *
     * @return the document, or {@link DocIdSetIterator#NO_MORE_DOCS}
     */
    public int advance(int target) throws IOException {
        return values.advance(target);
    }

    /** The next document with a vector, whose row is the next one. */
    public int nextDoc() throws IOException {
        return values.nextDoc();
    }

    /** The row of the document that {@link #advance} or {@link #nextDoc} went to. */
    public int row() {
        return values.row();
    }
}

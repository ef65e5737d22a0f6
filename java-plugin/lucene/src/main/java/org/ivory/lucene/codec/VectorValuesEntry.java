package org.ivory.lucene.codec;

import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.DataOutput;
import org.apache.lucene.store.IndexInput;

import java.io.IOException;

/**
 * Where one field's vectors lie in the data file.
 *
 * @param length bytes of a value, at least 1
 * @param count documents with a value, at least 1
 * @param offset of the first value, a multiple of {@link IvoryDocValuesFormat#ALIGNMENT}
 * @param documents which documents have a value; null if all of the segment have
 */
record VectorValuesEntry(int length, int count, long offset, Documents documents) {

    /**
     * A set of documents as {@link IndexedDISI} writes it.
     *
     * @param offset in the data file
     * @param length in bytes
     * @param jumps entries of its table of jumps
     * @param rankPower its parameter of that name
     */
    record Documents(long offset, long length, short jumps, byte rankPower) {}

    /** Bytes of all values. */
    long bytes() {
        return (long) length * count;
    }

    /** A new iterator of the documents with a value; only where not all have one. */
    IndexedDISI iterator(IndexInput data) throws IOException {
        return new IndexedDISI(
                data,
                documents.offset,
                documents.length,
                documents.jumps,
                documents.rankPower,
                count);
    }

    void write(DataOutput meta) throws IOException {
        meta.writeInt(length);
        meta.writeInt(count);
        meta.writeLong(offset);
        meta.writeByte((byte) (documents == null ? 0 : 1));
        if (documents != null) {
            meta.writeLong(documents.offset);
            meta.writeLong(documents.length);
            meta.writeShort(documents.jumps);
            meta.writeByte(documents.rankPower);
        }
    }

    /**
     * Reads what {@link #write} wrote and trusts none of it.
     *
     * @param maxDoc documents of the segment
     * @param end of the data file's content
     * @throws CorruptIndexException if a number is not possible
     */
    static VectorValuesEntry read(DataInput meta, int maxDoc, long end) throws IOException {
        int length = meta.readInt();
        check(length >= 1, "length", length, meta);
        int count = meta.readInt();
        check(count >= 1 && count <= maxDoc, "count", count, meta);
        long offset = meta.readLong();
        check(offset >= 0 && offset % IvoryDocValuesFormat.ALIGNMENT == 0, "offset", offset, meta);
        check(offset <= end - (long) length * count, "offset", offset, meta);
        byte sparse = meta.readByte();
        check(sparse == (count == maxDoc ? 0 : 1), "sparse", sparse, meta);
        if (sparse == 0) {
            return new VectorValuesEntry(length, count, offset, null);
        }
        long documents = meta.readLong();
        long bytes = meta.readLong();
        check(documents >= 0 && documents <= end, "offset of documents", documents, meta);
        check(bytes >= 0 && bytes <= end - documents, "length of documents", bytes, meta);
        short jumps = meta.readShort();
        check(jumps >= 0 && 8L * jumps <= bytes, "jumps", jumps, meta);
        byte rankPower = meta.readByte();
        check(rankPower >= 7 && rankPower <= 15, "rank power", rankPower, meta);
        return new VectorValuesEntry(
                length, count, offset, new Documents(documents, bytes, jumps, rankPower));
    }

    private static void check(boolean holds, String name, long value, DataInput meta)
            throws CorruptIndexException {
        if (!holds) {
            throw new CorruptIndexException("[" + name + "] cannot be [" + value + "]", meta);
        }
    }
}

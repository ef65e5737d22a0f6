package org.ivory.lucene.codec;

import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.ArrayUtil;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads one region through {@link RandomAccessInput}, so that it works mapped and unmapped. Tables
 * stay in the file: it keeps nothing of them. Every number is checked before it is used. For one
 * thread.
 */
final class RegionReader {

    private static final VarHandle I64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final Region region;
    private final RegionHeader header;
    private final RandomAccessInput in;
    private byte[] packed = new byte[0];

    RegionReader(Region region) throws IOException {
        this.region = region;
        this.header = region.header();
        IndexInput data = region.data();
        this.in = data.randomAccessSlice(region.offset(), header.length());
    }

    Region region() {
        return region;
    }

    RegionHeader header() {
        return header;
    }

    /** The rank of a cell among the present ones, or -1 if it is not present. */
    int rank(int cell) throws IOException {
        if (cell < 0 || cell >= header.span()) {
            return -1;
        }
        int word = cell >>> 6;
        long bits = word(word);
        long bit = 1L << cell;
        if ((bits & bit) == 0) {
            return -1;
        }
        return checkRank(before(word) + Long.bitCount(bits & (bit - 1)));
    }

    /** The first present cell at or after {@code cell}, or -1. */
    int nextCell(int cell) throws IOException {
        if (cell >= header.span()) {
            return -1;
        }
        int word = cell >>> 6;
        long bits = word(word) & (-1L << cell);
        while (bits == 0) {
            if (++word == header.words()) {
                return -1;
            }
            bits = word(word);
        }
        return (word << 6) + Long.numberOfTrailingZeros(bits);
    }

    /** The cell of a rank. */
    int cell(int rank) throws IOException {
        int low = 0;
        int high = header.words() - 1;
        while (low < high) { // the last word with at most rank cells before it
            int middle = (low + high + 1) >>> 1;
            if (before(middle) <= rank) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        long bits = word(low);
        int skip = rank - before(low);
        if (skip < 0 || skip >= Long.bitCount(bits)) {
            throw region.corrupt("ranks do not fit the bitmap");
        }
        for (; skip > 0; skip--) {
            bits &= bits - 1;
        }
        return (low << 6) + Long.numberOfTrailingZeros(bits);
    }

    /** The first position of a present cell; of {@code rank} = cells: the number of documents. */
    int start(int rank) throws IOException {
        int start = in.readInt(header.starts() + (long) Integer.BYTES * rank);
        if (start < 0 || start > header.documents()) {
            throw region.corrupt("a cell starts at [" + start + "]");
        }
        return start;
    }

    /** The end of a present cell that starts at {@code start}. */
    int end(int rank, int start) throws IOException {
        int end = start(rank + 1);
        if (end <= start) {
            throw region.corrupt("a cell goes from [" + start + "] to [" + end + "]");
        }
        return end;
    }

    /** The document at a position. */
    int document(int position) throws IOException {
        long bit = (long) position * header.docBits();
        long bits = in.readLong(header.docs() + (bit >>> 3)) >>> (bit & 7);
        return check((int) (bits & mask()));
    }

    /** Reads the documents at {@code count} positions. */
    void documents(int position, int count, int[] documents) throws IOException {
        int docBits = header.docBits();
        long mask = mask();
        long firstBit = (long) position * docBits;
        long firstByte = firstBit >>> 3;
        int length = (int) (((firstBit + (long) count * docBits + 7) >>> 3) - firstByte) + 8;
        packed = ArrayUtil.growNoCopy(packed, length);
        in.readBytes(header.docs() + firstByte, packed, 0, length);
        long bit = firstBit & 7;
        int largest = 0;
        for (int i = 0; i < count; i++, bit += docBits) {
            int document = (int) (((long) I64.get(packed, (int) (bit >>> 3)) >>> (bit & 7)) & mask);
            largest = Math.max(largest, document);
            documents[i] = document;
        }
        check(largest);
    }

    /**
     * Reads the block of a cell that holds its vector {@code index}.
     *
     * @param start the cell's first position
     * @param count vectors in the cell
     * @param block at least as long as a whole block
     * @return the block's width
     */
    int block(int start, int count, int index, byte[] block) throws IOException {
        int first = index / RegionHeader.BLOCK * RegionHeader.BLOCK;
        int width = Math.min(RegionHeader.BLOCK, count - first);
        long at = header.codes() + ((long) start + first) * header.codeLength();
        in.readBytes(at, block, 0, width * header.codeLength());
        return width;
    }

    private long word(int word) throws IOException {
        return in.readLong(header.bitmap() + (long) Long.BYTES * word);
    }

    private int before(int word) throws IOException {
        return in.readInt(header.ranks() + (long) Integer.BYTES * word);
    }

    private long mask() {
        return (1L << header.docBits()) - 1;
    }

    private int checkRank(int rank) throws CorruptIndexException {
        if (rank < 0 || rank >= header.cells()) {
            throw region.corrupt("a cell has the rank [" + rank + "]");
        }
        return rank;
    }

    private int check(int document) throws CorruptIndexException {
        if (document >= region.maxDoc()) {
            throw region.corrupt("document [" + document + "] of [" + region.maxDoc() + "]");
        }
        return document;
    }
}

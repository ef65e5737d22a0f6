package org.ivory.lucene.codec;

import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.RandomAccessInput;

import java.io.IOException;

/**
 * The first 64 bytes of a region and where its sections lie (docs/FORMAT.md). A region holds the
 * documents and codes that a segment has under one fingerprint, cell after cell.
 *
 * @param fingerprint of the model, or 0
 * @param documents in all cells
 * @param cells that are present
 * @param span highest present cell + 1
 * @param codeBytes bytes of a code without its factors
 * @param factors of a code, four bytes each
 * @param docBits bits of a document number
 */
record RegionHeader(
        long fingerprint,
        int documents,
        int cells,
        int span,
        int codeBytes,
        int factors,
        int docBits) {

    static final int MAGIC = 0x47565649;
    static final int VERSION = 1;

    /** Bytes of the header, and what regions, documents' end and codes' end are aligned to. */
    static final int ALIGNMENT = 64;

    /** Vectors in a block. */
    static final int BLOCK = 32;

    /** Zero bytes after the documents, so that eight bytes can be read anywhere. */
    static final int DOCUMENTS_TAIL = 8;

    /** Zero bytes after the codes, so that kernels can load whole registers. */
    static final int CODES_TAIL = 64;

    /** The longest code that is written or read. */
    static final int MAX_CODE_LENGTH = 1 << 17;

    static final int MAX_FACTORS = 3;

    /** As many cells as a model can have; the tables of a region grow with the highest. */
    static final int MAX_SPAN = 1 << 16;

    /** Bits of a document number where {@code largest} is the largest. */
    static int docBits(int largest) {
        return Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(largest));
    }

    CodeLayout layout() {
        return new CodeLayout(codeBytes, factors);
    }

    int codeLength() {
        return codeBytes + Float.BYTES * factors;
    }

    /** 64-bit words of the bitmap. */
    int words() {
        return (int) (((long) span + Long.SIZE - 1) / Long.SIZE);
    }

    long bitmap() {
        return ALIGNMENT;
    }

    long ranks() {
        return bitmap() + (long) Long.BYTES * words();
    }

    long starts() {
        return align(ranks() + (long) Integer.BYTES * words(), Long.BYTES);
    }

    long docs() {
        return align(starts() + (long) Integer.BYTES * (cells + 1L), Long.BYTES);
    }

    /** Bytes of the packed document numbers. */
    long docBytes() {
        return ((long) documents * docBits + Byte.SIZE - 1) / Byte.SIZE;
    }

    long codes() {
        return align(docs() + docBytes() + DOCUMENTS_TAIL, ALIGNMENT);
    }

    /** Bytes of the region. */
    long length() {
        return align(codes() + (long) documents * codeLength() + CODES_TAIL, ALIGNMENT);
    }

    private static long align(long offset, int alignment) {
        return (offset + alignment - 1) / alignment * alignment;
    }

    void write(IndexOutput out) throws IOException {
        out.writeInt(MAGIC);
        out.writeInt(VERSION);
        out.writeLong(fingerprint);
        out.writeInt(documents);
        out.writeInt(cells);
        out.writeInt(span);
        out.writeInt(codeBytes);
        out.writeInt(factors);
        out.writeInt(docBits);
        out.writeLong(length());
        out.writeLong(0);
        out.writeLong(0);
    }

    /**
     * Reads and checks a header.
     *
     * @param region the region's bytes, all of them
     * @param maxDoc documents in the segment
     * @param resource names the file in messages
     * @throws CorruptIndexException if a number is impossible or the length is not what follows
     */
    static RegionHeader read(RandomAccessInput region, int maxDoc, Object resource)
            throws IOException {
        if (region.length() < ALIGNMENT) {
            throw corrupt("length", region.length(), resource);
        }
        check(region.readInt(0) == MAGIC, "magic", region.readInt(0), resource);
        check(region.readInt(4) == VERSION, "version", region.readInt(4), resource);
        RegionHeader header =
                new RegionHeader(
                        region.readLong(8),
                        region.readInt(16),
                        region.readInt(20),
                        region.readInt(24),
                        region.readInt(28),
                        region.readInt(32),
                        region.readInt(36));
        int documents = header.documents;
        check(documents > 0 && documents <= maxDoc, "documents", documents, resource);
        check(header.cells > 0 && header.cells <= documents, "cells", header.cells, resource);
        int span = header.span;
        check(span >= header.cells && span <= MAX_SPAN, "span", span, resource);
        int factors = header.factors;
        check(factors >= 0 && factors <= MAX_FACTORS, "factors", factors, resource);
        int codeBytes = header.codeBytes;
        check(codeBytes >= 0 && codeBytes <= MAX_CODE_LENGTH, "code_bytes", codeBytes, resource);
        int docBits = header.docBits;
        check(docBits > 0 && docBits <= docBits(maxDoc - 1), "doc_bits", docBits, resource);
        long length = region.readLong(40);
        check(length == region.length() && length == header.length(), "length", length, resource);
        check(region.readLong(48) == 0, "reserved", region.readLong(48), resource);
        check(region.readLong(56) == 0, "reserved", region.readLong(56), resource);
        return header;
    }

    private static void check(boolean good, String what, long value, Object resource)
            throws CorruptIndexException {
        if (!good) {
            throw corrupt(what, value, resource);
        }
    }

    private static CorruptIndexException corrupt(String what, long value, Object resource) {
        return new CorruptIndexException(
                "[" + what + "] of a region is [" + value + "]", resource.toString());
    }
}

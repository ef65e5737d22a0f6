package org.ivory.lucene.codec;

import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.ArrayUtil;

import java.io.IOException;
import java.util.List;

/**
 * Writes one region in three passes over its parts: which cells and how many documents each, the
 * documents, the codes. Keeps 4 bytes a cell.
 */
final class RegionWriter {

    private final long fingerprint;
    private final CodeLayout layout;
    private final List<CellPart> parts;

    private long[] bitmap = new long[1];
    private int[] starts = new int[64];
    private int cells;
    private int span;
    private int documents;
    private int largest;

    RegionWriter(long fingerprint, CodeLayout layout, List<CellPart> parts) {
        this.fingerprint = fingerprint;
        this.layout = layout;
        this.parts = parts;
    }

    /**
     * Writes the region at the next multiple of 64.
     *
     * @return its length, or 0 if there was no document and nothing was written
     */
    long write(IndexOutput out) throws IOException {
        count();
        if (documents == 0) {
            return 0;
        }
        RegionHeader header =
                new RegionHeader(
                        fingerprint,
                        documents,
                        cells,
                        span,
                        layout.codeBytes(),
                        layout.factors(),
                        RegionHeader.docBits(largest));
        long offset = out.alignFilePointer(RegionHeader.ALIGNMENT);
        header.write(out);
        writeTables(header, out, offset);
        writeDocuments(header, out);
        pad(out, offset + header.codes());
        if (layout.length() > 0) {
            writeCodes(out);
        }
        pad(out, offset + header.length());
        return header.length();
    }

    private void count() throws IOException {
        CellWalk walk = new CellWalk(parts, false);
        while (walk.next()) {
            int cell = walk.cell();
            bitmap = ArrayUtil.grow(bitmap, (cell >>> 6) + 1);
            bitmap[cell >>> 6] |= 1L << cell;
            starts = ArrayUtil.grow(starts, cells + 2);
            starts[cells++] = documents;
            span = cell + 1;
            documents = Math.addExact(documents, walk.count());
            largest = Math.max(largest, walk.document(walk.count() - 1));
        }
        starts[cells] = documents;
    }

    private void writeTables(RegionHeader header, IndexOutput out, long offset) throws IOException {
        int words = header.words();
        for (int i = 0; i < words; i++) {
            out.writeLong(bitmap[i]);
        }
        int before = 0;
        for (int i = 0; i < words; i++) {
            out.writeInt(before);
            before += Long.bitCount(bitmap[i]);
        }
        pad(out, offset + header.starts());
        for (int i = 0; i <= cells; i++) {
            out.writeInt(starts[i]);
        }
        pad(out, offset + header.docs());
    }

    private void writeDocuments(RegionHeader header, IndexOutput out) throws IOException {
        CellWalk walk = new CellWalk(parts, false);
        BitPacker packer = new BitPacker(out, header.docBits());
        int written = 0;
        while (walk.next()) {
            for (int i = 0; i < walk.count(); i++) {
                packer.add(walk.document(i));
            }
            written += walk.count();
        }
        packer.finish();
        expect(written);
    }

    private void writeCodes(IndexOutput out) throws IOException {
        CellWalk walk = new CellWalk(parts, true);
        byte[] block = new byte[RegionHeader.BLOCK * layout.length()];
        int written = 0;
        while (walk.next()) {
            for (int first = 0; first < walk.count(); first += RegionHeader.BLOCK) {
                int width = Math.min(RegionHeader.BLOCK, walk.count() - first);
                walk.block(first, width, layout, block);
                out.writeBytes(block, width * layout.length());
            }
            written += walk.count();
        }
        expect(written);
    }

    private void expect(int written) {
        if (written != documents) {
            throw new IllegalStateException(
                    "[" + documents + "] documents in one pass, [" + written + "] in the next");
        }
    }

    private static void pad(IndexOutput out, long to) throws IOException {
        for (long at = out.getFilePointer(); at < to; at++) {
            out.writeByte((byte) 0);
        }
    }

    /** Numbers of a fixed width, lowest bits first. */
    private static final class BitPacker {

        private final IndexOutput out;
        private final int width;
        private long bits;
        private int held;

        BitPacker(IndexOutput out, int width) {
            this.out = out;
            this.width = width;
        }

        void add(int number) throws IOException {
            bits |= (long) number << held;
            held += width;
            if (held >= Integer.SIZE) {
                out.writeInt((int) bits);
                bits >>>= Integer.SIZE;
                held -= Integer.SIZE;
            }
        }

        void finish() throws IOException {
            for (; held > 0; held -= Byte.SIZE) {
                out.writeByte((byte) bits);
                bits >>>= Byte.SIZE;
            }
        }
    }
}

package org.ivory.lucene.codec;

import org.apache.lucene.index.MergeState;

import java.io.IOException;

/** Documents and codes of a segment's region. */
final class RegionPart implements CellPart {

    private final RegionReader reader;
    private final MergeState.DocMap map;
    private final CodeLayout layout;
    private final byte[] block;
    private final byte[] row;
    private int start;
    private int count;
    private int next;
    private int blockFirst;
    private int width;

    RegionPart(Region region, MergeState.DocMap map) throws IOException {
        this.reader = new RegionReader(region);
        this.map = map;
        this.layout = region.header().layout();
        this.block = new byte[RegionHeader.BLOCK * layout.length()];
        this.row = new byte[layout.length()];
    }

    CodeLayout layout() {
        return layout;
    }

    @Override
    public int nextCell(int from) throws IOException {
        return reader.nextCell(from);
    }

    @Override
    public void open(int cell, boolean codes) throws IOException {
        int rank = reader.rank(cell);
        start = reader.start(rank);
        count = reader.end(rank, start) - start;
        next = 0;
        width = 0;
    }

    @Override
    public int documents(int[] documents) throws IOException {
        int read = Math.min(documents.length, count - next);
        if (read == 0) {
            return 0;
        }
        reader.documents(start + next, read, documents);
        next += read;
        for (int i = 0; i < read; i++) {
            documents[i] = map.get(documents[i]);
        }
        return read;
    }

    @Override
    public void code(int index, CodeLayout into, byte[] target, int targetWidth, int j)
            throws IOException {
        if (width == 0 || index < blockFirst || index >= blockFirst + width) {
            width = reader.block(start, count, index, block);
            blockFirst = index / RegionHeader.BLOCK * RegionHeader.BLOCK;
        }
        if (into.equals(layout)) {
            layout.copy(block, width, index - blockFirst, target, targetWidth, j);
        } else {
            layout.toRow(block, width, index - blockFirst, row);
            into.toBlock(row, 0, target, targetWidth, j);
        }
    }
}

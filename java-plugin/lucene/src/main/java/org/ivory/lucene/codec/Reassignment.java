package org.ivory.lucene.codec;

import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.RandomAccessInput;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.IOUtils;
import org.ivory.nativelib.CentroidModel;

import java.io.Closeable;
import java.io.IOException;

/**
 * Documents that get cells and codes of another model than they had. Vectors are added in batches,
 * then the documents are read as any other part. Documents and codes wait in a temporary file; the
 * heap holds 8 bytes a document.
 */
final class Reassignment implements CellPart, Closeable {

    private static final int MOST_ROWS = 256;
    private static final int MOST_FLOATS = 1 << 18;

    private final SegmentWriteState state;
    private final CentroidModel model;
    private final int codeLength;

    private final float[] vectors;
    private final int[] batchDocs;
    private final int[] batchCells;
    private final byte[] codes;
    private int batch;

    private IndexOutput out;
    private IndexInput in;
    private RandomAccessInput rows;
    private String file;

    /** The cell of each row, then the rows in order of their cells. */
    private int[] cells = new int[MOST_ROWS];

    private int[] order;
    private int[] starts;
    private int count;

    private int cell;
    private int next;
    private final byte[] row;

    /**
     * @param model stays the caller's; in use until {@link #finish}
     */
    Reassignment(SegmentWriteState state, CentroidModel model) throws IOException {
        this.state = state;
        this.model = model;
        this.codeLength = model.codeLength();
        int most = Math.clamp(MOST_FLOATS / model.dimension(), 1, MOST_ROWS);
        this.vectors = new float[most * model.dimension()];
        this.batchDocs = new int[most];
        this.batchCells = new int[most];
        this.codes = new byte[most * codeLength];
        this.row = new byte[codeLength];
        out = state.directory.createTempOutput(state.segmentInfo.name, "ivory", state.context);
        file = out.getName();
    }

    /** Where the next document's vector goes; at {@link #offset}. */
    float[] vectors() {
        return vectors;
    }

    int offset() {
        return batch * model.dimension();
    }

    /** Adds the document whose vector was put at {@link #offset}. */
    void add(int document) throws IOException {
        batchDocs[batch++] = document;
        if (batch == batchDocs.length) {
            flush();
        }
    }

    private void flush() throws IOException {
        model.encode(vectors, batch, batchCells, codes);
        cells = ArrayUtil.grow(cells, count + batch);
        for (int i = 0; i < batch; i++) {
            if (batchCells[i] < 0 || batchCells[i] >= model.nlist()) {
                throw new IllegalStateException("cell [" + batchCells[i] + "]");
            }
            cells[count++] = batchCells[i];
            out.writeInt(batchDocs[i]);
            out.writeBytes(codes, i * codeLength, codeLength);
        }
        batch = 0;
    }

    /** After the last vector: makes the documents readable. */
    void finish() throws IOException {
        flush();
        CodecUtil.writeFooter(out);
        out.close();
        out = null;
        starts = new int[model.nlist() + 1];
        for (int i = 0; i < count; i++) {
            starts[cells[i] + 1]++;
        }
        for (int i = 0; i < model.nlist(); i++) {
            starts[i + 1] += starts[i];
        }
        order = new int[count];
        int[] to = starts.clone();
        for (int i = 0; i < count; i++) {
            order[to[cells[i]]++] = i;
        }
        cells = null;
        in = state.directory.openInput(file, IOContext.DEFAULT);
        CodecUtil.checksumEntireFile(in);
        rows = in.randomAccessSlice(0, in.length());
    }

    private long at(int index) {
        return (long) order[index] * (Integer.BYTES + codeLength);
    }

    @Override
    public int nextCell(int from) {
        int candidate = from;
        while (candidate < starts.length - 1 && starts[candidate] == starts[candidate + 1]) {
            candidate++;
        }
        return candidate < starts.length - 1 ? candidate : -1;
    }

    @Override
    public void open(int newCell, boolean withCodes) {
        cell = newCell;
        next = starts[newCell];
    }

    @Override
    public int documents(int[] documents) throws IOException {
        int read = Math.min(documents.length, starts[cell + 1] - next);
        for (int i = 0; i < read; i++) {
            documents[i] = rows.readInt(at(next++));
        }
        return read;
    }

    @Override
    public void code(int index, CodeLayout layout, byte[] block, int width, int j)
            throws IOException {
        rows.readBytes(at(starts[cell] + index) + Integer.BYTES, row, 0, codeLength);
        layout.toBlock(row, 0, block, width, j);
    }

    @Override
    public void close() {
        IOUtils.closeWhileHandlingException(out, in);
        if (file != null) {
            IOUtils.deleteFilesIgnoringExceptions(state.directory, file);
            file = null;
        }
    }
}

package org.ivory.lucene;

import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.util.BytesRef;
import org.ivory.lucene.codec.MappedVectors;
import org.ivory.nativelib.Metric;
import org.ivory.nativelib.NativeMemoryException;
import org.ivory.nativelib.VectorOps;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Compares a query with the vectors of one segment, a block at a time, by one call of the kernel.
 * Where the vectors are mapped (see {@link MappedVectors}) it reads them in place; else it gathers
 * them from doc values into memory outside the heap, which a thread keeps for its next block. For
 * one thread and ascending documents.
 */
final class RowScorer {

    /**
     * Most rows of a block: enough to make the call's own cost vanish, few enough for the cache.
     */
    static final int MOST_ROWS = 128;

    /** Most bytes of a block, which is what a thread keeps. */
    static final int MOST_BYTES = 1 << 20;

    /** Most rows of a block that is read in place from first to last. */
    private static final int MOST_ROWS_OF_RANGE = 4096;

    /** Most bytes of such a block; what is less than a mebibyte the kernel takes for cached. */
    private static final int MOST_BYTES_OF_RANGE = 1 << 21;

    private static final ThreadLocal<ByteBuffer> SCRATCH = new ThreadLocal<>();

    private final LeafReader reader;
    private final String field;
    private final Metric metric;
    private final float[] query;
    private final VectorOps ops;

    /** Null if these vectors are not to be counted. */
    private final SearchCounters counters;

    private final BinaryDocValues values;
    private final int valueLength;
    private final int rowLength;

    /** Null where vectors are copied. */
    private final MappedVectors mapped;

    /** Rows of a block in a segment where not every document has one. */
    private int[] rowsOfBlock = {};

    /**
     * @param query the query vector, for cosine of unit length
     * @throws CorruptIndexException if the segment has no vectors for its terms
     */
    RowScorer(LeafReader reader, VectorQuerySpec spec, SearchEnvironment environment, float[] query)
            throws IOException {
        this(reader, spec, environment, query, true);
    }

    private RowScorer(
            LeafReader reader,
            VectorQuerySpec spec,
            SearchEnvironment environment,
            float[] query,
            boolean counts)
            throws IOException {
        this.reader = reader;
        this.field = spec.field();
        this.metric = spec.metric();
        this.query = query;
        this.ops = environment.ops();
        this.counters = counts ? environment.counters() : null;
        this.values = vectors(reader, field);
        this.valueLength = VectorEncoding.length(metric, spec.dimension());
        this.rowLength = VectorEncoding.rowLength(spec.dimension());
        this.mapped = mapped(values, spec, ops);
    }

    /** A segment's vectors in memory; null where they are copied. */
    static MappedVectors mapped(LeafReader reader, VectorQuerySpec spec, VectorOps ops)
            throws IOException {
        return mapped(reader.getBinaryDocValues(spec.field()), spec, ops);
    }

    /** Vectors of an unexpected length are left to be found, and refused, document by document. */
    private static MappedVectors mapped(
            BinaryDocValues values, VectorQuerySpec spec, VectorOps ops) {
        MappedVectors mapped = ops.readsMemory() ? MappedVectors.of(values) : null;
        int expected = VectorEncoding.length(spec.metric(), spec.dimension());
        return mapped != null && mapped.stride() == expected ? mapped : null;
    }

    /** Compares vectors that are counted already, since their codes were. */
    static RowScorer rescoring(
            LeafReader reader, VectorQuerySpec spec, SearchEnvironment environment, float[] query)
            throws IOException {
        return new RowScorer(reader, spec, environment, query, false);
    }

    /**
     * A new iterator of a segment's vectors, where its terms say that there are some.
     *
     * @throws CorruptIndexException if there are none
     */
    static BinaryDocValues vectors(LeafReader reader, String field) throws IOException {
        BinaryDocValues values = reader.getBinaryDocValues(field);
        if (values == null) {
            throw new CorruptIndexException(
                    "field [" + field + "] has terms but no vectors", reader.toString());
        }
        return values;
    }

    /** Most rows of a block for vectors of a dimension; at least 1. */
    static int blockSize(int dimension) {
        return Math.clamp(MOST_BYTES / VectorEncoding.rowLength(dimension), 1, MOST_ROWS);
    }

    /** The vectors in memory; null where they are copied. */
    MappedVectors mapped() {
        return mapped;
    }

    /** Most rows of a block of {@link #scoreRange}; at least 1. */
    int rangeSize() {
        return Math.clamp(MOST_BYTES_OF_RANGE / valueLength, 1, MOST_ROWS_OF_RANGE);
    }

    /**
     * Compares consecutive rows of {@link #mapped}, and leaves it to the caller to count them.
     *
     * @param raw receives {@code count} raw values
     */
    void scoreRange(int fromRow, int count, float[] raw) {
        ops.scoreMappedRange(
                metric,
                query,
                mapped.address(),
                mapped.length(),
                mapped.stride(),
                fromRow,
                count,
                raw);
    }

    /**
     * Compares one block.
     *
     * @param docs ascending ids, each above those of earlier calls
     * @param count at most {@link #blockSize}
     * @param raw receives {@code count} raw values
     * @throws CorruptIndexException if a document has no vector or one of another length
     */
    void score(int[] docs, int count, float[] raw) throws IOException {
        if (mapped != null) {
            scoreInPlace(docs, count, raw);
        } else {
            scoreCopies(docs, count, raw);
        }
        if (counters != null) {
            counters.countVectors(count);
        }
    }

    private void scoreInPlace(int[] docs, int count, float[] raw) throws IOException {
        if (rowsOfBlock.length < count && !mapped.isDense()) {
            rowsOfBlock = new int[docs.length];
        }
        int[] rows = mapped.rows(docs, count, rowsOfBlock);
        if (rows != docs) {
            for (int i = 0; i < count; i++) {
                if (rows[i] < 0) {
                    throw corrupt(docs[i], null);
                }
            }
        }
        ops.scoreMapped(
                metric,
                query,
                mapped.address(),
                mapped.length(),
                mapped.stride(),
                rows,
                count,
                raw);
    }

    private void scoreCopies(int[] docs, int count, float[] raw) throws IOException {
        ByteBuffer rows = scratch(rowLength, blockSize(query.length));
        for (int i = 0; i < count; i++) {
            BytesRef value = values.advanceExact(docs[i]) ? values.binaryValue() : null;
            if (value == null || value.length != valueLength) {
                throw corrupt(docs[i], value);
            }
            rows.put(i * rowLength, value.bytes, value.offset, rowLength);
        }
        ops.score(metric, query, rows, count, raw);
    }

    private CorruptIndexException corrupt(int doc, BytesRef value) {
        return new CorruptIndexException(
                "field ["
                        + field
                        + "] of document ["
                        + doc
                        + "] has "
                        + (value == null ? "no vector" : "[" + value.length + "] bytes")
                        + ", expected ["
                        + valueLength
                        + "] bytes",
                reader.toString());
    }

    private static ByteBuffer scratch(int rowLength, int rows) {
        int needed = Math.multiplyExact(rowLength, rows);
        ByteBuffer buffer = SCRATCH.get();
        if (buffer == null || buffer.capacity() < needed) {
            try {
                buffer = ByteBuffer.allocateDirect(needed);
            } catch (OutOfMemoryError e) {
                // An Error would end the node, though all that failed is one bounded allocation.
                throw new NativeMemoryException(
                        "no [" + needed + "] bytes of direct memory for a search");
            }
            SCRATCH.set(buffer);
        }
        return buffer;
    }
}

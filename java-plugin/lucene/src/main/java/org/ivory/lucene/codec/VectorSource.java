package org.ivory.lucene.codec;

import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.ivory.lucene.VectorEncoding;
import org.ivory.nativelib.CentroidModel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Reads vectors from a merge's doc values and hands them to a {@link Reassignment}. */
final class VectorSource {

    private final MergeState merge;
    private final String field;
    private final CentroidModel model;

    VectorSource(MergeState merge, String field, CentroidModel model) {
        this.merge = merge;
        this.field = field;
        this.model = model;
    }

    /**
     * Adds all documents of the parts of one segment.
     *
     * @throws IllegalArgumentException if one has no vector, or none of the model's shape
     */
    void add(int segment, List<MergePart> parts, Reassignment to) throws IOException {
        FixedBitSet documents = documents(segment, parts);
        FieldInfo info = merge.fieldInfos[segment].fieldInfo(field);
        DocValuesProducer producer = merge.docValuesProducers[segment];
        if (info == null || producer == null || info.getDocValuesType() != DocValuesType.BINARY) {
            throw new IllegalArgumentException("a segment has no vectors");
        }
        BinaryDocValues values = producer.getBinary(info);
        for (int doc = first(documents, 0); doc >= 0; doc = first(documents, doc + 1)) {
            if (!values.advanceExact(doc)) {
                throw new IllegalArgumentException("document [" + doc + "] has no vector");
            }
            read(values.binaryValue(), to);
            to.add(merge.docMaps[segment].get(doc));
        }
    }

    /** The documents of the parts that live on. */
    private FixedBitSet documents(int segment, List<MergePart> parts) throws IOException {
        FixedBitSet documents = new FixedBitSet(merge.maxDocs[segment]);
        MergeState.DocMap map = merge.docMaps[segment];
        int[] chunk = new int[256];
        for (MergePart part : parts) {
            CellPart cells = part.open(doc -> doc);
            for (int cell = cells.nextCell(0); cell >= 0; cell = cells.nextCell(cell + 1)) {
                cells.open(cell, false);
                for (int n = cells.documents(chunk); n > 0; n = cells.documents(chunk)) {
                    for (int i = 0; i < n; i++) {
                        if (map.get(chunk[i]) >= 0) {
                            documents.set(chunk[i]);
                        }
                    }
                }
            }
        }
        return documents;
    }

    private static int first(FixedBitSet bits, int from) {
        if (from >= bits.length()) {
            return -1;
        }
        int doc = bits.nextSetBit(from);
        return doc == DocIdSetIterator.NO_MORE_DOCS ? -1 : doc;
    }

    private void read(BytesRef value, Reassignment to) {
        int dimension = model.dimension();
        if (value.length != VectorEncoding.length(model.metric(), dimension)) {
            throw new IllegalArgumentException(
                    "a vector of [" + value.length + "] bytes for dimension [" + dimension + "]");
        }
        ByteBuffer.wrap(value.bytes, value.offset, value.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(to.vectors(), to.offset(), dimension);
    }
}

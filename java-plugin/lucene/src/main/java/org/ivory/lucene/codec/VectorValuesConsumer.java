package org.ivory.lucene.codec;

import static org.ivory.lucene.codec.IvoryDocValuesFormat.ALIGNMENT;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.DATA_CODEC;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.DATA_EXTENSION;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.META_CODEC;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.META_EXTENSION;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.NO_MORE_FIELDS;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.NO_OTHERS;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.OTHERS;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.VERSION_CURRENT;

import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.DocValuesConsumer;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.codecs.lucene90.IndexedDISI;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.IOUtils;

import java.io.IOException;

/** Writes vectors one behind the other, and hands on what is none. */
final class VectorValuesConsumer extends DocValuesConsumer {

    private final SegmentWriteState state;
    private final int maxDoc;
    private IndexOutput data;
    private IndexOutput meta;

    /** Null until a field is handed on, so that no empty files are left. */
    private DocValuesConsumer others;

    VectorValuesConsumer(SegmentWriteState state) throws IOException {
        this.state = state;
        this.maxDoc = state.segmentInfo.maxDoc();
        boolean success = false;
        try {
            data = SegmentFile.create(state, DATA_EXTENSION, DATA_CODEC, VERSION_CURRENT);
            meta = SegmentFile.create(state, META_EXTENSION, META_CODEC, VERSION_CURRENT);
            success = true;
        } finally {
            if (!success) {
                IOUtils.closeWhileHandlingException(data, meta);
            }
        }
    }

    private DocValuesConsumer others() throws IOException {
        if (others == null) {
            others = IvoryDocValuesFormat.others().fieldsConsumer(state);
        }
        return others;
    }

    /**
     * Writes the values while it looks whether they are of one length. What was written of a field
     * that turns out to be none of vectors stays in the file, unused: the alternative is to read
     * the values of every vector field twice.
     */
    @Override
    public void addBinaryField(FieldInfo field, DocValuesProducer producer) throws IOException {
        BinaryDocValues values = producer.getBinary(field);
        long offset = data.alignFilePointer(ALIGNMENT);
        int length = 0;
        int count = 0;
        while (values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
            BytesRef value = values.binaryValue();
            if (count == 0) {
                length = value.length;
            }
            if (value.length != length || length == 0) {
                count = 0;
                break;
            }
            data.writeBytes(value.bytes, value.offset, length);
            count++;
        }
        if (count == 0) {
            others().addBinaryField(field, producer);
        } else {
            finish(field, length, count, offset, producer.getBinary(field));
        }
    }

    /** Copies values without looking at them where their order stays as it is. */
    @Override
    public void mergeBinaryField(FieldInfo field, MergeState mergeState) throws IOException {
        VectorValuesMerge merge = VectorValuesMerge.of(field, mergeState);
        if (merge == null) {
            super.mergeBinaryField(field, mergeState);
            return;
        }
        long offset = data.alignFilePointer(ALIGNMENT);
        int count = merge.copy(data);
        if (count == 0) {
            super.mergeBinaryField(field, mergeState);
        } else {
            DocIdSetIterator documents = getMergedBinaryDocValues(field, mergeState);
            finish(field, merge.length(), count, offset, documents);
        }
    }

    private void finish(
            FieldInfo field, int length, int count, long offset, DocIdSetIterator documents)
            throws IOException {
        VectorValuesEntry.Documents some = null;
        if (count < maxDoc) {
            long start = data.getFilePointer();
            byte rankPower = IndexedDISI.DEFAULT_DENSE_RANK_POWER;
            short jumps = IndexedDISI.writeBitSet(documents, data, rankPower);
            long bytes = data.getFilePointer() - start;
            some = new VectorValuesEntry.Documents(start, bytes, jumps, rankPower);
        }
        meta.writeInt(field.number);
        new VectorValuesEntry(length, count, offset, some).write(meta);
    }

    @Override
    public void addNumericField(FieldInfo field, DocValuesProducer values) throws IOException {
        others().addNumericField(field, values);
    }

    @Override
    public void addSortedField(FieldInfo field, DocValuesProducer values) throws IOException {
        others().addSortedField(field, values);
    }

    @Override
    public void addSortedNumericField(FieldInfo field, DocValuesProducer values)
            throws IOException {
        others().addSortedNumericField(field, values);
    }

    @Override
    public void addSortedSetField(FieldInfo field, DocValuesProducer values) throws IOException {
        others().addSortedSetField(field, values);
    }

    @Override
    public void close() throws IOException {
        boolean success = false;
        try {
            if (meta != null) {
                meta.writeInt(NO_MORE_FIELDS);
                meta.writeByte(others == null ? NO_OTHERS : OTHERS);
                CodecUtil.writeFooter(meta);
            }
            if (data != null) {
                CodecUtil.writeFooter(data);
            }
            success = true;
        } finally {
            if (success) {
                IOUtils.close(data, meta, others);
            } else {
                IOUtils.closeWhileHandlingException(data, meta, others);
            }
            data = null;
            meta = null;
        }
    }
}

package org.ivory.lucene.codec;

import static org.ivory.lucene.codec.IvoryDocValuesFormat.DATA_CODEC;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.DATA_EXTENSION;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.META_CODEC;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.META_EXTENSION;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.NO_MORE_FIELDS;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.NO_OTHERS;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.OTHERS;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.VERSION_CURRENT;
import static org.ivory.lucene.codec.IvoryDocValuesFormat.VERSION_START;

import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SortedDocValues;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.DataInput;
import org.apache.lucene.store.FileTypeHint;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MemorySegmentAccessInput;
import org.apache.lucene.util.IOUtils;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** Reads what {@link VectorValuesConsumer} wrote. */
final class VectorValuesProducer extends DocValuesProducer {

    /** A field's entry and the address of its values, 0 if they are not mapped in one piece. */
    private record Mapped(VectorValuesEntry entry, long address) {}

    private final Map<Integer, Mapped> fields = new HashMap<>();
    private final int maxDoc;
    private final IndexInput data;

    /** Null if no field was handed on. */
    private final DocValuesProducer others;

    VectorValuesProducer(SegmentReadState state) throws IOException {
        maxDoc = state.segmentInfo.maxDoc();
        IndexInput opened = null;
        DocValuesProducer openedOthers = null;
        boolean success = false;
        try {
            opened =
                    state.directory.openInput(
                            fileName(state, DATA_EXTENSION),
                            state.context.withHints(FileTypeHint.DATA));
            boolean hasOthers = readMeta(state, opened);
            // Proves that the file is complete without reading all of it.
            CodecUtil.retrieveChecksum(opened);
            if (hasOthers) {
                openedOthers = IvoryDocValuesFormat.others().fieldsProducer(state);
            }
            success = true;
        } finally {
            if (!success) {
                IOUtils.closeWhileHandlingException(opened, openedOthers);
            }
        }
        data = opened;
        others = openedOthers;
    }

    static String fileName(SegmentReadState state, String extension) {
        return IndexFileNames.segmentFileName(
                state.segmentInfo.name, state.segmentSuffix, extension);
    }

    /** Reads the meta file; returns whether there are fields that hold no vectors. */
    private boolean readMeta(SegmentReadState state, IndexInput data) throws IOException {
        byte others = NO_OTHERS;
        String name = fileName(state, META_EXTENSION);
        try (ChecksumIndexInput meta = state.directory.openChecksumInput(name)) {
            Throwable failure = null;
            try {
                int version = checkHeader(meta, META_CODEC, state);
                int dataVersion = checkHeader(data, DATA_CODEC, state);
                if (version != dataVersion) {
                    throw new CorruptIndexException(
                            "meta has version [" + version + "], data [" + dataVersion + "]", meta);
                }
                readFields(meta, state.fieldInfos, data);
                others = meta.readByte();
                if (others != NO_OTHERS && others != OTHERS) {
                    throw new CorruptIndexException("[others] cannot be [" + others + "]", meta);
                }
            } catch (Throwable t) {
                failure = t;
            } finally {
                CodecUtil.checkFooter(meta, failure);
            }
        }
        return others == OTHERS;
    }

    private static int checkHeader(DataInput in, String codec, SegmentReadState state)
            throws IOException {
        return CodecUtil.checkIndexHeader(
                in,
                codec,
                VERSION_START,
                VERSION_CURRENT,
                state.segmentInfo.getId(),
                state.segmentSuffix);
    }

    private void readFields(DataInput meta, FieldInfos infos, IndexInput data) throws IOException {
        long end = data.length() - CodecUtil.footerLength();
        for (int number = meta.readInt(); number != NO_MORE_FIELDS; number = meta.readInt()) {
            FieldInfo info = infos.fieldInfo(number);
            if (info == null || info.getDocValuesType() != DocValuesType.BINARY) {
                throw new CorruptIndexException("no vector field is [" + number + "]", meta);
            }
            VectorValuesEntry entry = VectorValuesEntry.read(meta, maxDoc, end);
            if (fields.put(number, new Mapped(entry, address(data, entry))) != null) {
                throw new CorruptIndexException("field [" + info.name + "] stands twice", meta);
            }
        }
    }

    private static long address(IndexInput data, VectorValuesEntry entry) throws IOException {
        if (data instanceof MemorySegmentAccessInput mapped) {
            MemorySegment values = mapped.segmentSliceOrNull(entry.offset(), entry.bytes());
            return values == null ? 0 : values.address();
        }
        return 0;
    }

    @Override
    public BinaryDocValues getBinary(FieldInfo field) throws IOException {
        Mapped mapped = fields.get(field.number);
        if (mapped != null) {
            return new VectorValues(data, mapped.entry, mapped.address, maxDoc);
        }
        return others == null ? null : others.getBinary(field);
    }

    @Override
    public NumericDocValues getNumeric(FieldInfo field) throws IOException {
        return others == null ? null : others.getNumeric(field);
    }

    @Override
    public SortedDocValues getSorted(FieldInfo field) throws IOException {
        return others == null ? null : others.getSorted(field);
    }

    @Override
    public SortedNumericDocValues getSortedNumeric(FieldInfo field) throws IOException {
        return others == null ? null : others.getSortedNumeric(field);
    }

    @Override
    public SortedSetDocValues getSortedSet(FieldInfo field) throws IOException {
        return others == null ? null : others.getSortedSet(field);
    }

    @Override
    public DocValuesSkipper getSkipper(FieldInfo field) throws IOException {
        return others == null ? null : others.getSkipper(field);
    }

    @Override
    public void checkIntegrity() throws IOException {
        CodecUtil.checksumEntireFile(data);
        if (others != null) {
            others.checkIntegrity();
        }
    }

    @Override
    public void close() throws IOException {
        IOUtils.close(data, others);
    }

    @Override
    public String toString() {
        return IvoryDocValuesFormat.NAME + "(vectors=" + fields.size() + ", others=" + others + ")";
    }
}

package org.ivory.lucene.codec;

import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.FieldsProducer;
import org.apache.lucene.codecs.PostingsFormat;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.Terms;
import org.apache.lucene.store.ChecksumIndexInput;
import org.apache.lucene.store.FileDataHint;
import org.apache.lucene.store.FileTypeHint;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.util.IOUtils;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Opens what {@link IvoryFieldsConsumer} has written. */
final class IvoryFieldsProducer extends FieldsProducer {

    private final Map<String, CellTerms> cells = new TreeMap<>();
    private final TreeSet<String> names = new TreeSet<>();
    private IndexInput data;

    /** The fields of Lucene's own format; null if there are none. */
    private FieldsProducer others;

    /** What the meta file says of a region. */
    private record Entry(FieldInfo field, long offset, long length) {}

    IvoryFieldsProducer(SegmentReadState state, PostingsFormat format) throws IOException {
        boolean success = false;
        try {
            List<Entry> entries = new ArrayList<>();
            long[] dataLength = new long[1];
            boolean delegated = readMeta(state, entries, dataLength);
            if (!entries.isEmpty()) {
                openData(state, entries, dataLength[0]);
            }
            names.addAll(cells.keySet());
            if (delegated) {
                others = format.fieldsProducer(state);
                for (String name : others) {
                    names.add(name);
                }
            }
            success = true;
        } finally {
            if (!success) {
                IOUtils.closeWhileHandlingException(this);
            }
        }
    }

    /** Whether there are fields of the other format. */
    private static boolean readMeta(SegmentReadState state, List<Entry> entries, long[] dataLength)
            throws IOException {
        String name = fileName(state, IvoryPostingsFormat.META_EXTENSION);
        try (ChecksumIndexInput in = state.directory.openChecksumInput(name)) {
            Throwable fault = null;
            boolean delegated = false;
            try {
                CodecUtil.checkIndexHeader(
                        in,
                        IvoryPostingsFormat.META_CODEC,
                        IvoryPostingsFormat.VERSION,
                        IvoryPostingsFormat.VERSION,
                        state.segmentInfo.getId(),
                        state.segmentSuffix);
                delegated = flag(in);
                int fields = in.readInt();
                check(fields >= 0 && fields <= state.fieldInfos.size(), "fields", fields, in);
                for (int i = 0; i < fields; i++) {
                    readField(in, state, entries);
                }
                dataLength[0] = in.readLong();
            } catch (Throwable e) { // the checksum says first whether the file is damaged
                fault = e;
            } finally {
                CodecUtil.checkFooter(in, fault);
            }
            return delegated;
        }
    }

    private static boolean flag(ChecksumIndexInput in) throws IOException {
        byte value = in.readByte();
        check(value == 0 || value == 1, "delegated", value, in);
        return value == 1;
    }

    private static void readField(
            ChecksumIndexInput in, SegmentReadState state, List<Entry> entries) throws IOException {
        int number = in.readInt();
        FieldInfo field = number < 0 ? null : state.fieldInfos.fieldInfo(number);
        check(field != null, "field", number, in);
        int regions = in.readInt();
        long left = in.length() - in.getFilePointer();
        check(regions > 0 && regions <= left / (2 * Long.BYTES), "regions", regions, in);
        for (int i = 0; i < regions; i++) {
            entries.add(new Entry(field, in.readLong(), in.readLong()));
        }
    }

    private void openData(SegmentReadState state, List<Entry> entries, long length)
            throws IOException {
        data =
                state.directory.openInput(
                        fileName(state, IvoryPostingsFormat.DATA_EXTENSION),
                        state.context.withHints(FileTypeHint.DATA, FileDataHint.POSTINGS));
        CodecUtil.checkIndexHeader(
                data,
                IvoryPostingsFormat.DATA_CODEC,
                IvoryPostingsFormat.VERSION,
                IvoryPostingsFormat.VERSION,
                state.segmentInfo.getId(),
                state.segmentSuffix);
        long start = data.getFilePointer();
        check(length >= start + CodecUtil.footerLength(), "length", length, data);
        CodecUtil.retrieveChecksum(data, length);
        long end = length - CodecUtil.footerLength();
        Map<FieldInfo, List<Region>> regions = new LinkedHashMap<>();
        for (Entry entry : entries) {
            boolean inside =
                    entry.offset >= start
                            && entry.length > 0
                            && entry.offset <= end - entry.length
                            && entry.offset % RegionHeader.ALIGNMENT == 0;
            check(inside, "offset", entry.offset, data);
            int maxDoc = state.segmentInfo.maxDoc();
            RegionHeader header =
                    RegionHeader.read(
                            data.randomAccessSlice(entry.offset, entry.length), maxDoc, data);
            regions.computeIfAbsent(entry.field, field -> new ArrayList<>())
                    .add(new Region(header, data, entry.offset, maxDoc));
        }
        for (Map.Entry<FieldInfo, List<Region>> field : regions.entrySet()) {
            checkRegions(field.getValue(), state.segmentInfo.maxDoc());
            cells.put(
                    field.getKey().name,
                    new CellTerms(field.getKey(), List.copyOf(field.getValue())));
        }
    }

    private void checkRegions(List<Region> regions, int maxDoc) throws IOException {
        long documents = 0;
        for (int i = 0; i < regions.size(); i++) {
            RegionHeader header = regions.get(i).header();
            documents += header.documents();
            boolean ascending =
                    i == 0
                            || Long.compareUnsigned(
                                            regions.get(i - 1).header().fingerprint(),
                                            header.fingerprint())
                                    < 0;
            check(ascending, "fingerprint", header.fingerprint(), data);
        }
        check(documents <= maxDoc, "documents", documents, data);
    }

    private static void check(boolean good, String what, long value, Object file)
            throws CorruptIndexException {
        if (!good) {
            throw new CorruptIndexException("[" + what + "] is [" + value + "]", file.toString());
        }
    }

    private static String fileName(SegmentReadState state, String extension) {
        return IndexFileNames.segmentFileName(
                state.segmentInfo.name, state.segmentSuffix, extension);
    }

    @Override
    public Iterator<String> iterator() {
        return Collections.unmodifiableSet(names).iterator();
    }

    @Override
    public Terms terms(String field) throws IOException {
        CellTerms mine = cells.get(field);
        if (mine != null) {
            return mine;
        }
        return others == null ? null : others.terms(field);
    }

    @Override
    public int size() {
        return names.size();
    }

    @Override
    public void checkIntegrity() throws IOException {
        if (data != null) {
            CodecUtil.checksumEntireFile(data);
        }
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
        return IvoryPostingsFormat.NAME + "(vectors=" + cells.keySet() + ", others=" + others + ")";
    }
}

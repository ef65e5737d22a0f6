package org.ivory.lucene.codec;

import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.codecs.FieldsConsumer;
import org.apache.lucene.codecs.NormsProducer;
import org.apache.lucene.codecs.PostingsFormat;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.Fields;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Terms;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Writes vector fields as regions and hands all others to Lucene's own format. */
final class IvoryFieldsConsumer extends FieldsConsumer {

    private final SegmentWriteState state;
    private final PostingsFormat format;
    private final CodecModels models;
    private final IndexOutput meta;
    private FieldsConsumer others;
    private IndexOutput data;
    private final List<Written> fields = new ArrayList<>();
    private boolean closed;

    /** Where a region of a field was written. */
    private record Place(long offset, long length) {}

    private record Written(FieldInfo field, List<Place> regions) {}

    IvoryFieldsConsumer(SegmentWriteState state, PostingsFormat format, CodecModels models)
            throws IOException {
        this.state = state;
        this.format = format;
        this.models = models;
        this.meta = create(IvoryPostingsFormat.META_EXTENSION, IvoryPostingsFormat.META_CODEC);
    }

    private IndexOutput create(String extension, String codec) throws IOException {
        return SegmentFile.create(state, extension, codec, IvoryPostingsFormat.VERSION);
    }

    @Override
    public void write(Fields all, NormsProducer norms) throws IOException {
        List<String> rest = new ArrayList<>();
        for (String name : all) {
            if (!writeCells(all, name)) {
                rest.add(name);
            }
        }
        writeOthers(all, rest, norms);
    }

    /** Writes a field of vectors; false if it is none. */
    private boolean writeCells(Fields all, String name) throws IOException {
        FieldInfo field = state.fieldInfos.fieldInfo(name);
        if (!IvoryPostingsFormat.takes(field)) {
            return false;
        }
        Terms terms = all.terms(name);
        if (terms == null) {
            return true;
        }
        SortedMap<Long, Integer> lengths =
                VectorTermsCheck.codeLengths(terms, state.segmentInfo.maxDoc());
        if (lengths == null) {
            return false;
        }
        FieldCells cells = new FieldCells(models);
        for (Map.Entry<Long, Integer> entry : lengths.entrySet()) {
            long fingerprint = entry.getKey();
            cells.add(fingerprint, entry.getValue(), new PostingsPart(terms, fingerprint, d -> d));
        }
        write(field, cells);
        return true;
    }

    private void write(FieldInfo field, FieldCells cells) throws IOException {
        List<Place> places = new ArrayList<>();
        for (FieldCells.Group group : cells.groups()) {
            if (data == null) {
                data = create(IvoryPostingsFormat.DATA_EXTENSION, IvoryPostingsFormat.DATA_CODEC);
            }
            RegionWriter writer =
                    new RegionWriter(group.fingerprint(), cells.layout(group), group.parts());
            long length = writer.write(data);
            if (length > 0) {
                places.add(new Place(data.getFilePointer() - length, length));
            }
        }
        if (!places.isEmpty()) {
            fields.add(new Written(field, places));
        }
    }

    private void writeOthers(Fields all, List<String> names, NormsProducer norms)
            throws IOException {
        if (names.isEmpty()) {
            return;
        }
        others = format.fieldsConsumer(state);
        others.write(
                new FilterLeafReader.FilterFields(all) {
                    @Override
                    public Iterator<String> iterator() {
                        return names.iterator();
                    }

                    @Override
                    public int size() {
                        return names.size();
                    }
                },
                norms);
    }

    @Override
    public void merge(MergeState mergeState, NormsProducer norms) throws IOException {
        FieldsMerge merge = new FieldsMerge(mergeState, state, models);
        merge.checkIntegrity();
        Fields all = merge.fields();
        List<String> rest = new ArrayList<>();
        for (String name : all) {
            FieldInfo field = mergeState.mergeFieldInfos.fieldInfo(name);
            try (FieldCells cells = IvoryPostingsFormat.takes(field) ? merge.cells(field) : null) {
                if (cells == null) {
                    rest.add(name);
                } else {
                    write(field, cells);
                }
            }
        }
        writeOthers(all, rest, norms);
    }

    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        boolean success = false;
        try {
            meta.writeByte((byte) (others == null ? 0 : 1));
            meta.writeInt(fields.size());
            for (Written field : fields) {
                meta.writeInt(field.field.number);
                meta.writeInt(field.regions.size());
                for (Place place : field.regions) {
                    meta.writeLong(place.offset);
                    meta.writeLong(place.length);
                }
            }
            if (data != null) {
                CodecUtil.writeFooter(data);
            }
            meta.writeLong(data == null ? 0 : data.getFilePointer());
            CodecUtil.writeFooter(meta);
            success = true;
        } finally {
            if (success) {
                IOUtils.close(meta, data, others);
            } else {
                IOUtils.closeWhileHandlingException(meta, data, others);
            }
        }
    }
}

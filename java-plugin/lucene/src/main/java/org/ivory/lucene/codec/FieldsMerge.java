package org.ivory.lucene.codec;

import org.apache.lucene.codecs.FieldsProducer;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.Fields;
import org.apache.lucene.index.MappedMultiFields;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.MultiFields;
import org.apache.lucene.index.ReaderSlice;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Terms;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** The fields of the segments of a merge. */
final class FieldsMerge {

    private final MergeState merge;
    private final SegmentWriteState state;
    private final CodecModels models;

    FieldsMerge(MergeState merge, SegmentWriteState state, CodecModels models) {
        this.merge = merge;
        this.state = state;
        this.models = models;
    }

    void checkIntegrity() throws IOException {
        for (FieldsProducer producer : merge.fieldsProducers) {
            if (producer != null) {
                producer.checkIntegrity();
            }
        }
    }

    /** All fields in the form of Lucene's own merges. */
    Fields fields() {
        List<Fields> fields = new ArrayList<>();
        List<ReaderSlice> slices = new ArrayList<>();
        int base = 0;
        for (int i = 0; i < merge.fieldsProducers.length; i++) {
            if (merge.fieldsProducers[i] != null) {
                slices.add(new ReaderSlice(base, merge.maxDocs[i], i));
                fields.add(merge.fieldsProducers[i]);
            }
            base += merge.maxDocs[i];
        }
        return new MappedMultiFields(
                merge,
                new MultiFields(
                        fields.toArray(Fields.EMPTY_ARRAY),
                        slices.toArray(ReaderSlice.EMPTY_ARRAY)));
    }

    /**
     * The parts of a vector field.
     *
     * @return null if a segment has postings of another kind under that name
     */
    FieldCells cells(FieldInfo field) throws IOException {
        FieldCells cells = new FieldCells(models);
        for (int i = 0; i < merge.fieldsProducers.length; i++) {
            Terms terms =
                    merge.fieldsProducers[i] == null
                            ? null
                            : merge.fieldsProducers[i].terms(field.name);
            if (terms != null && !add(terms, i, cells)) {
                return null;
            }
        }
        return cells;
    }

    private boolean add(Terms terms, int segment, FieldCells cells) throws IOException {
        MergeState.DocMap map = merge.docMaps[segment];
        if (terms instanceof CellTerms mine) {
            for (Region region : mine.regions()) {
                RegionHeader header = region.header();
                if (!cells.add(
                        header.fingerprint(), header.codeLength(), new RegionPart(region, map))) {
                    return false;
                }
            }
            return true;
        }
        SortedMap<Long, Integer> lengths =
                VectorTermsCheck.codeLengths(terms, merge.maxDocs[segment]);
        if (lengths == null) {
            return false;
        }
        for (Map.Entry<Long, Integer> entry : lengths.entrySet()) {
            long fingerprint = entry.getKey();
            if (!cells.add(
                    fingerprint, entry.getValue(), new PostingsPart(terms, fingerprint, map))) {
                return false;
            }
        }
        return true;
    }
}

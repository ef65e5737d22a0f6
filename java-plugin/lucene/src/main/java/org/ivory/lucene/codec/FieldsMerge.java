package org.ivory.lucene.codec;

import org.apache.lucene.codecs.FieldsProducer;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.Fields;
import org.apache.lucene.index.MappedMultiFields;
import org.apache.lucene.index.MergePolicy;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.MultiFields;
import org.apache.lucene.index.ReaderSlice;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.index.Terms;
import org.apache.lucene.util.IOUtils;
import org.ivory.nativelib.CentroidModel;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Predicate;

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
        List<MergePart> parts = new ArrayList<>();
        for (int i = 0; i < merge.fieldsProducers.length; i++) {
            Terms terms =
                    merge.fieldsProducers[i] == null
                            ? null
                            : merge.fieldsProducers[i].terms(field.name);
            if (terms != null && !collect(terms, i, parts)) {
                return null;
            }
        }
        FieldCells current = assignAnew(field, parts);
        if (current != null) {
            return current;
        }
        FieldCells cells = new FieldCells(models);
        for (MergePart part : parts) {
            if (!cells.add(part.fingerprint(), part.codeLength(), open(part))) {
                return null;
            }
        }
        return cells;
    }

    private CellPart open(MergePart part) throws IOException {
        return part.open(merge.docMaps[part.segment()]);
    }

    private boolean collect(Terms terms, int segment, List<MergePart> parts) throws IOException {
        if (terms instanceof CellTerms mine) {
            mine.regions().forEach(region -> parts.add(MergePart.of(segment, region)));
            return true;
        }
        SortedMap<Long, Integer> lengths =
                VectorTermsCheck.codeLengths(terms, merge.maxDocs[segment]);
        if (lengths == null) {
            return false;
        }
        lengths.forEach((fingerprint, length) ->
                parts.add(new MergePart(segment, fingerprint, length, null, terms)));
        return true;
    }

    /**
     * Gives the documents of other models, and of none, cells and codes of the field's current
     * model.
     *
     * @return null if there are no such documents, or no such model here, or anything went wrong:
     *     then terms and codes are copied as they are
     */
    private FieldCells assignAnew(FieldInfo field, List<MergePart> parts) throws IOException {
        CentroidModel model = null;
        FieldCells cells = null;
        try {
            model = models.current(field.name);
            if (model != null) {
                long fingerprint = model.fingerprint();
                int codeLength = model.codeLength();
                Predicate<MergePart> isCurrent =
                        part ->
                                part.fingerprint() == fingerprint
                                        && part.codeLength() == codeLength;
                if (!parts.stream().allMatch(isCurrent)) {
                    cells = new FieldCells(models);
                    assignAnew(field, parts, isCurrent, model, cells);
                    FieldCells complete = cells;
                    cells = null;
                    return complete;
                }
            }
        } catch (MergePolicy.MergeAbortedException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            if (merge.infoStream.isEnabled("IVORY")) {
                merge.infoStream.message(
                        "IVORY", "field [" + field.name + "] is merged as it is: " + e);
            }
        } finally {
            IOUtils.closeWhileHandlingException(cells);
            if (model != null) {
                model.close();
            }
        }
        return null;
    }

    private void assignAnew(
            FieldInfo field,
            List<MergePart> parts,
            Predicate<MergePart> isCurrent,
            CentroidModel model,
            FieldCells cells)
            throws IOException {
        for (MergePart part : parts) {
            if (isCurrent.test(part)) {
                cells.add(part.fingerprint(), part.codeLength(), open(part));
            }
        }
        Reassignment anew = new Reassignment(state, model);
        cells.owns(anew);
        VectorSource source = new VectorSource(merge, field.name, model);
        for (int i = 0; i < merge.fieldsProducers.length; i++) {
            int segment = i;
            List<MergePart> others =
                    parts.stream()
                            .filter(part -> part.segment() == segment && !isCurrent.test(part))
                            .toList();
            if (!others.isEmpty()) {
                source.add(segment, others, anew);
            }
        }
        anew.finish();
        cells.add(model.fingerprint(), model.codeLength(), anew);
    }
}

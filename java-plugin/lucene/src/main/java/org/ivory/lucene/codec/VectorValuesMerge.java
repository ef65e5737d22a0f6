package org.ivory.lucene.codec;

import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.MergeState;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The merge of one vector field by copying runs of bytes. */
final class VectorValuesMerge {

    /**
     * One segment's values.
     *
     * @param kept where its documents go; null if none was deleted
     */
    private record Source(VectorValues values, MergeState.DocMap kept) {}

    private final List<Source> sources;
    private final int length;

    private VectorValuesMerge(List<Source> sources, int length) {
        this.sources = sources;
        this.length = length;
    }

    /**
     * Null if bytes cannot be copied: documents change their order, segments are in another format,
     * or their values have different lengths.
     */
    static VectorValuesMerge of(FieldInfo field, MergeState state) throws IOException {
        if (state.needsIndexSort) {
            return null;
        }
        List<Source> sources = new ArrayList<>();
        int length = 0;
        for (int i = 0; i < state.docValuesProducers.length; i++) {
            DocValuesProducer producer = state.docValuesProducers[i];
            FieldInfo info = state.fieldInfos[i].fieldInfo(field.name);
            if (producer == null
                    || info == null
                    || info.getDocValuesType() != DocValuesType.BINARY) {
                continue;
            }
            BinaryDocValues values = producer.getBinary(info);
            if (values == null) {
                continue;
            }
            if (!(values instanceof VectorValues vectors)
                    || (length != 0 && length != vectors.entry().length())) {
                return null;
            }
            length = vectors.entry().length();
            MergeState.DocMap kept = state.liveDocs[i] == null ? null : state.docMaps[i];
            sources.add(new Source(vectors, kept));
        }
        return sources.isEmpty() ? null : new VectorValuesMerge(sources, length);
    }

    /** Bytes of a value. */
    int length() {
        return length;
    }

    /** Copies the values of all documents that are kept, once; returns their number. */
    int copy(IndexOutput out) throws IOException {
        int count = 0;
        for (Source source : sources) {
            IndexInput values = source.values.slice();
            if (source.kept == null) {
                out.copyBytes(values, values.length());
                count += source.values.entry().count();
            } else {
                count += copyKept(source, values, out);
            }
        }
        return count;
    }

    private int copyKept(Source source, IndexInput values, IndexOutput out) throws IOException {
        int count = 0;
        int from = 0;
        int to = 0;
        VectorValues documents = source.values;
        for (int doc = documents.nextDoc();
                doc != DocIdSetIterator.NO_MORE_DOCS;
                doc = documents.nextDoc()) {
            if (source.kept.get(doc) == -1) {
                continue;
            }
            int row = documents.row();
            if (row != to) {
                copyRows(values, from, to, out);
                from = row;
            }
            to = row + 1;
            count++;
        }
        copyRows(values, from, to, out);
        return count;
    }

    private void copyRows(IndexInput values, int from, int to, IndexOutput out) throws IOException {
        if (from < to) {
            values.seek((long) from * length);
            out.copyBytes(values, (long) (to - from) * length);
        }
    }
}

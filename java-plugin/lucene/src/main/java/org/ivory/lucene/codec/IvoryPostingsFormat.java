package org.ivory.lucene.codec;

import org.apache.lucene.codecs.FieldsConsumer;
import org.apache.lucene.codecs.FieldsProducer;
import org.apache.lucene.codecs.PostingsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104PostingsFormat;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.ivory.lucene.VectorFields;

import java.io.IOException;
import java.util.Objects;

/**
 * Postings of vector fields in regions (docs/FORMAT.md) that can be scanned in place. The same
 * terms, documents and payloads as any format gives. A field that is none of vectors, or whose
 * terms are not such as {@link VectorFields} makes them, goes to Lucene's own format.
 */
public final class IvoryPostingsFormat extends PostingsFormat {

    /** By this name a segment finds its format. */
    public static final String NAME = "Ivory104";

    static final String DATA_EXTENSION = "ivc";
    static final String META_EXTENSION = "ivm";
    static final String DATA_CODEC = "IvoryCellsData";
    static final String META_CODEC = "IvoryCellsMeta";
    static final int VERSION = 1;

    private final PostingsFormat others = new Lucene104PostingsFormat();
    private final CodecModels models;

    /** Used by Lucene, for reading. */
    public IvoryPostingsFormat() {
        this(CodecModels.NONE);
    }

    /** For writing. */
    public IvoryPostingsFormat(CodecModels models) {
        super(NAME);
        this.models = Objects.requireNonNull(models, "models");
    }

    /** Whether a field's postings can be held in regions, as far as its description tells. */
    static boolean takes(FieldInfo field) {
        return field != null
                && VectorFields.isVector(field)
                && field.hasNorms() == false
                && field.getIndexOptions() != IndexOptions.NONE
                && field.getIndexOptions()
                                .compareTo(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS_AND_OFFSETS)
                        < 0;
    }

    @Override
    public FieldsConsumer fieldsConsumer(SegmentWriteState state) throws IOException {
        return new IvoryFieldsConsumer(state, others, models);
    }

    @Override
    public FieldsProducer fieldsProducer(SegmentReadState state) throws IOException {
        return new IvoryFieldsProducer(state, others);
    }
}

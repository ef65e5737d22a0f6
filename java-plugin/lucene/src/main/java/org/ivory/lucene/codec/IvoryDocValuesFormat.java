package org.ivory.lucene.codec;

import org.apache.lucene.codecs.DocValuesConsumer;
import org.apache.lucene.codecs.DocValuesFormat;
import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.codecs.lucene90.Lucene90DocValuesFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;

import java.io.IOException;

/**
 * Doc values of vectors: binary values of one length, each behind the other, so that a kernel reads
 * them in place from the memory map (see {@link MappedVectors}). docs/FORMAT.md describes the two
 * files byte by byte. What is no such field (another type of doc values, values of several lengths,
 * no value at all) is handed to Lucene's default format, in files of its own.
 */
public final class IvoryDocValuesFormat extends DocValuesFormat {

    /** The name that segments store, by which the format is found again. */
    public static final String NAME = "IvoryVectors104";

    static final String DATA_EXTENSION = "ivv";
    static final String META_EXTENSION = "ivvm";
    static final String DATA_CODEC = "IvoryVectorsData";
    static final String META_CODEC = "IvoryVectorsMeta";

    static final int VERSION_START = 1;
    static final int VERSION_CURRENT = VERSION_START;

    /** A field's values start at a multiple of it: a cache line, and what compound files keep. */
    static final int ALIGNMENT = 64;

    /** Stands where a field's number would, behind the last field. */
    static final int NO_MORE_FIELDS = -1;

    public IvoryDocValuesFormat() {
        super(NAME);
    }

    /** Behind the last field: whether there are fields that {@link #others} has. */
    static final byte NO_OTHERS = 0;

    static final byte OTHERS = 1;

    /** What takes the fields that hold no vectors; another one would be a new version. */
    static DocValuesFormat others() {
        return new Lucene90DocValuesFormat();
    }

    @Override
    public DocValuesConsumer fieldsConsumer(SegmentWriteState state) throws IOException {
        return new VectorValuesConsumer(state);
    }

    @Override
    public DocValuesProducer fieldsProducer(SegmentReadState state) throws IOException {
        return new VectorValuesProducer(state);
    }
}

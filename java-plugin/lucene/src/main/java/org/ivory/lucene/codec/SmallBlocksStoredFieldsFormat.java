package org.ivory.lucene.codec;

import org.apache.lucene.codecs.StoredFieldsFormat;
import org.apache.lucene.codecs.StoredFieldsReader;
import org.apache.lucene.codecs.StoredFieldsWriter;
import org.apache.lucene.codecs.lucene90.Lucene90StoredFieldsFormat;
import org.apache.lucene.codecs.lucene90.compressing.Lucene90CompressingStoredFieldsFormat;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.SegmentInfo;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;

import java.io.IOException;

/**
 * Lucene's stored fields at {@code BEST_SPEED}, in blocks of fewer documents. The hits of a vector
 * query lie anywhere in an index, and to give a document's id its whole block is read and
 * decompressed: up to 1024 documents by Lucene's default, which for ten hits takes longer than to
 * find them.
 *
 * <p>Only the writing differs: the files are of Lucene's own format, and Lucene reads them without
 * this class.
 */
public final class SmallBlocksStoredFieldsFormat extends StoredFieldsFormat {

    /** Most documents of a block. */
    static final int MOST_DOCUMENTS = 64;

    /** Bytes from which on a block is full: Lucene shares them among ten parts. */
    static final int FULL_BYTES = 10 * 4 * 1024;

    private final StoredFieldsFormat reading = new Lucene90StoredFieldsFormat();
    private final StoredFieldsFormat writing =
            new Lucene90CompressingStoredFieldsFormat(
                    "Lucene90StoredFieldsFastData",
                    Lucene90StoredFieldsFormat.BEST_SPEED_MODE,
                    FULL_BYTES,
                    MOST_DOCUMENTS,
                    10);

    @Override
    public StoredFieldsReader fieldsReader(
            Directory directory, SegmentInfo info, FieldInfos fields, IOContext context)
            throws IOException {
        return reading.fieldsReader(directory, info, fields, context);
    }

    @Override
    public StoredFieldsWriter fieldsWriter(Directory directory, SegmentInfo info, IOContext context)
            throws IOException {
        info.putAttribute(
                Lucene90StoredFieldsFormat.MODE_KEY,
                Lucene90StoredFieldsFormat.Mode.BEST_SPEED.name());
        return writing.fieldsWriter(directory, info, context);
    }
}

package org.ivory.opensearch.codec;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.StoredFieldsFormat;
import org.ivory.lucene.codec.SmallBlocksStoredFieldsFormat;

/**
 * A codec whose stored fields are quickly read one by one. Keeps the other's name: Lucene reads the
 * segments by that codec.
 */
final class SmallBlocksCodec extends FilterCodec {

    private final StoredFieldsFormat storedFields = new SmallBlocksStoredFieldsFormat();

    SmallBlocksCodec(Codec codec) {
        super(codec.getName(), codec);
    }

    @Override
    public StoredFieldsFormat storedFieldsFormat() {
        return storedFields;
    }
}

package org.ivory.lucene.codec;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.tests.index.BaseDocValuesFormatTestCase;
import org.apache.lucene.tests.util.TestUtil;

/** Lucene's own suite for formats of doc values: whatever is no vector is in good hands, too. */
public class IvoryDocValuesFormatTests extends BaseDocValuesFormatTestCase {

    private final Codec codec = TestUtil.alwaysDocValuesFormat(new IvoryDocValuesFormat());

    @Override
    protected Codec getCodec() {
        return codec;
    }
}

package org.ivory.opensearch.mapper;

import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.PayloadAttribute;
import org.apache.lucene.analysis.tokenattributes.TermToBytesRefAttribute;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.util.BytesRef;
import org.junit.Assert;
import org.opensearch.index.mapper.ParseContext;

import java.io.IOException;

/**
 * What a document has of one vector.
 *
 * @param term the only term
 * @param code its payload, or null
 * @param value the doc value
 */
record IndexedVector(BytesRef term, BytesRef code, BytesRef value) {

    /** Reads it off a document; checks that there is nothing else under that name. */
    static IndexedVector of(ParseContext.Document document, String name) throws IOException {
        IndexableField[] fields = document.getFields(name);
        Assert.assertEquals(1, fields.length);
        IndexableField field = fields[0];
        Assert.assertEquals(
                IndexOptions.DOCS_AND_FREQS_AND_POSITIONS, field.fieldType().indexOptions());
        Assert.assertEquals(DocValuesType.BINARY, field.fieldType().docValuesType());
        Assert.assertTrue(field.fieldType().omitNorms());
        Assert.assertFalse(field.fieldType().stored());
        TokenStream stream = field.tokenStream(null, null);
        stream.reset();
        Assert.assertTrue(stream.incrementToken());
        BytesRef term =
                BytesRef.deepCopyOf(
                        stream.getAttribute(TermToBytesRefAttribute.class).getBytesRef());
        BytesRef code = stream.getAttribute(PayloadAttribute.class).getPayload();
        Assert.assertFalse(stream.incrementToken());
        return new IndexedVector(term, code, field.binaryValue());
    }
}

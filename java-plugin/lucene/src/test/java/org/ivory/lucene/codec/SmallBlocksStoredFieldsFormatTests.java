package org.ivory.lucene.codec;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.StoredFieldsFormat;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.BaseStoredFieldsFormatTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BytesRef;

import java.io.IOException;

/** Lucene's own suite, and that stored fields change hands between the formats. */
public class SmallBlocksStoredFieldsFormatTests extends BaseStoredFieldsFormatTestCase {

    /** Is named, and its segments are read, as Lucene's. */
    private static final class SmallBlocks extends FilterCodec {

        SmallBlocks() {
            super("Lucene104", new Lucene104Codec());
        }

        @Override
        public StoredFieldsFormat storedFieldsFormat() {
            return new SmallBlocksStoredFieldsFormat();
        }
    }

    @Override
    protected Codec getCodec() {
        return new SmallBlocks();
    }

    public void testMergesWithBlocksOfTheStockFormat() throws IOException {
        try (Directory directory = newDirectory()) {
            Codec[] codecs = {new Lucene104Codec(), getCodec(), new Lucene104Codec(), getCodec()};
            int id = 0;
            for (Codec codec : codecs) {
                try (IndexWriter writer =
                        new IndexWriter(directory, CodecTestCase.predictable(codec, 700))) {
                    for (int end = id + 2500; id < end; id++) {
                        Document document = new Document();
                        document.add(new StoredField("id", bytes(id)));
                        writer.addDocument(document);
                    }
                    writer.forceMerge(1);
                }
                TestUtil.checkIndex(directory);
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                assertEquals(1, reader.leaves().size());
                assertEquals(id, reader.numDocs());
                for (int doc = 0; doc < id; doc++) {
                    BytesRef found = reader.storedFields().document(doc).getBinaryValue("id");
                    assertEquals(bytes(doc), found);
                }
            }
        }
    }

    private static BytesRef bytes(int id) {
        return new BytesRef(Integer.toString(id));
    }
}

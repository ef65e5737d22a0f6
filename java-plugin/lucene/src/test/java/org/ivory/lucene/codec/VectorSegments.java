package org.ivory.lucene.codec;

import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Documents with vectors, and what an index of them must hold. */
final class VectorSegments {

    static final String FIELD = "vector";

    private VectorSegments() {}

    /** Values by the document's number; null for a document without. */
    static Map<Integer, byte[]> values(Random random, int count, int length, double share) {
        Map<Integer, byte[]> values = new HashMap<>();
        for (int id = 0; id < count; id++) {
            byte[] value = null;
            if (random.nextDouble() < share) {
                value = new byte[length];
                random.nextBytes(value);
            }
            values.put(id, value);
        }
        return values;
    }

    static IndexWriterConfig config(Random random) {
        return LuceneTestCase.newIndexWriterConfig(random, null)
                .setCodec(TestUtil.alwaysDocValuesFormat(new IvoryDocValuesFormat()));
    }

    static Document document(int id, byte[] value) {
        Document document = new Document();
        document.add(new StringField("key", Integer.toString(id), Field.Store.NO));
        document.add(new NumericDocValuesField("id", id));
        document.add(new NumericDocValuesField("order", Integer.reverse(id)));
        if (value != null) {
            document.add(new BinaryDocValuesField(FIELD, new BytesRef(value)));
        }
        return document;
    }

    /** Checks that the reader holds exactly these values, read in all the ways there are. */
    static void check(Map<Integer, byte[]> expected, DirectoryReader reader, Random random)
            throws IOException {
        int found = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            found += check(expected, leaf.reader(), random);
        }
        LuceneTestCase.assertEquals("documents", expected.size(), found);
    }

    private static int check(Map<Integer, byte[]> expected, LeafReader reader, Random random)
            throws IOException {
        NumericDocValues ids = reader.getNumericDocValues("id");
        BinaryDocValues all = reader.getBinaryDocValues(FIELD);
        BinaryDocValues some = reader.getBinaryDocValues(FIELD);
        Bits live = reader.getLiveDocs();
        int found = 0;
        int next = all == null ? Integer.MAX_VALUE : all.nextDoc();
        for (int doc = 0; doc < reader.maxDoc(); doc++) {
            LuceneTestCase.assertTrue(ids.advanceExact(doc));
            boolean alive = live == null || live.get(doc);
            found += alive ? 1 : 0;
            byte[] value = expected.get((int) ids.longValue());
            if (!alive) {
                next = next == doc ? all.nextDoc() : next;
                continue;
            }
            LuceneTestCase.assertEquals(value != null, next == doc);
            if (value != null) {
                LuceneTestCase.assertEquals(new BytesRef(value), all.binaryValue());
                next = all.nextDoc();
            }
            if (some != null && random.nextInt(3) == 0) {
                LuceneTestCase.assertEquals(value != null, some.advanceExact(doc));
                if (value != null && random.nextBoolean()) {
                    LuceneTestCase.assertEquals(new BytesRef(value), some.binaryValue());
                }
            }
        }
        LuceneTestCase.assertTrue(next == Integer.MAX_VALUE);
        return found;
    }
}

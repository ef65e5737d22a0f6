package org.ivory.lucene;

import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.PayloadAttribute;
import org.apache.lucene.analysis.tokenattributes.TermToBytesRefAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.RandomIndexWriter;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** What is stored: the bytes of vectors and terms, and the fields that carry them. */
public class EncodingTests extends LuceneTestCase {

    private static String hex(BytesRef bytes) {
        return HexFormat.of().formatHex(bytes.bytes, bytes.offset, bytes.offset + bytes.length);
    }

    /** These bytes are on users' disks. */
    public void testBytesOfVectors() {
        float[] vector = {3f, -4f};
        assertEquals("00004040000080c0", hex(VectorEncoding.encode(Metric.L2, vector)));
        assertEquals("00004040000080c0", hex(VectorEncoding.encode(Metric.INNER_PRODUCT, vector)));
        // 0.6, -0.8 and the norm 5
        assertEquals("9a99193fcdcc4cbf0000a040", hex(VectorEncoding.encode(Metric.COSINE, vector)));
    }

    public void testBytesOfTerms() {
        BytesRef term = CellTerm.encode(0x0123456789abcdefL, 0x01020304);
        assertEquals("0123456789abcdef01020304", hex(term));
        assertEquals("000000000000000000000000", hex(CellTerm.encode(CellTerm.UNASSIGNED, 0)));
    }

    public void testTermsKeepFingerprintAndCell() {
        for (int i = 0; i < 100; i++) {
            long fingerprint = random().nextLong();
            int cell = random().nextInt(65536);
            BytesRef term = CellTerm.encode(fingerprint, cell);
            BytesRef shifted = new BytesRef(new byte[20], 5, term.length);
            System.arraycopy(term.bytes, term.offset, shifted.bytes, 5, term.length);
            for (BytesRef one : List.of(term, shifted)) {
                assertEquals(fingerprint, CellTerm.fingerprint(one));
                assertEquals(cell, CellTerm.cell(one));
            }
            assertTrue(term.compareTo(CellTerm.encode(fingerprint, cell + 1)) < 0);
        }
    }

    public void testVectorsComeBack() {
        for (Metric metric : Metric.values()) {
            for (int i = 0; i < 50; i++) {
                float[] vector = new float[1 + random().nextInt(40)];
                for (int j = 0; j < vector.length; j++) {
                    vector[j] = (float) random().nextGaussian();
                }
                float[] before = vector.clone();
                BytesRef bytes = VectorEncoding.encode(metric, vector);
                assertEquals(VectorEncoding.length(metric, vector.length), bytes.length);
                float[] decoded = VectorEncoding.decode(metric, vector.length, bytes);
                assertArrayEquals(vector, decoded, metric == Metric.COSINE ? 1e-6f : 0f);
                assertArrayEquals("not changed", before, vector, 0f);
            }
        }
    }

    public void testUnitVectors() {
        float[] vector = {1f, 2f, -2f};
        assertSame(vector, VectorEncoding.normalised(Metric.L2, vector));
        assertSame(vector, VectorEncoding.normalised(Metric.INNER_PRODUCT, vector));
        float[] unit = VectorEncoding.normalised(Metric.COSINE, vector);
        assertArrayEquals(new float[] {1f / 3, 2f / 3, -2f / 3}, unit, 1e-7f);
    }

    /** Squares of these leave the range of f32, norms of some do, too. */
    public void testExtremesUnderCosine() {
        for (float size : new float[] {Float.MIN_VALUE, 1e-30f, 1e30f, Float.MAX_VALUE}) {
            float[] vector = new float[8];
            Arrays.fill(vector, size);
            BytesRef bytes = VectorEncoding.encode(Metric.COSINE, vector);
            for (float component : VectorEncoding.normalised(Metric.COSINE, vector)) {
                assertEquals(1 / Math.sqrt(8), component, 1e-6);
            }
            for (float component : VectorEncoding.decode(Metric.COSINE, 8, bytes)) {
                assertTrue("" + component, component > 0 && Float.isFinite(component));
            }
        }
    }

    public void testRefusals() {
        for (float zero : new float[] {0f, -0f}) {
            float[] vector = {zero, 0f};
            IllegalArgumentException e =
                    expectThrows(
                            IllegalArgumentException.class,
                            () -> VectorEncoding.encode(Metric.COSINE, vector));
            assertTrue(e.getMessage(), e.getMessage().contains("[cosinesimil]"));
            expectThrows(
                    IllegalArgumentException.class,
                    () -> VectorEncoding.normalised(Metric.COSINE, vector));
        }
        expectThrows(
                IllegalArgumentException.class,
                () -> VectorEncoding.decode(Metric.L2, 3, new BytesRef(new byte[8])));
    }

    public void testFields() throws IOException {
        for (BytesRef code : new BytesRef[] {null, newBytesRef("code")}) {
            List<IndexableField> fields = new ArrayList<>();
            VectorFields.add(fields::add, "f", Metric.L2, new float[] {1f}, 7, 9, code);
            assertEquals(1, fields.size());
            IndexableField field = fields.get(0);
            assertEquals("f", field.name());
            assertTrue(field.fieldType().omitNorms());
            assertFalse(field.fieldType().stored());
            assertFalse(field.fieldType().tokenized());
            assertEquals(VectorEncoding.encode(Metric.L2, new float[] {1f}), field.binaryValue());
            TokenStream stream = field.tokenStream(null, null);
            assertSame(stream, field.tokenStream(null, stream));
            for (int round = 0; round < 2; round++) {
                stream.reset();
                assertTrue(stream.incrementToken());
                assertEquals(
                        CellTerm.encode(7, 9),
                        stream.getAttribute(TermToBytesRefAttribute.class).getBytesRef());
                assertEquals(code, stream.getAttribute(PayloadAttribute.class).getPayload());
                assertFalse(stream.incrementToken());
                stream.end();
                stream.close();
            }
        }
    }

    /**
     * What formats see of it: the attribute, in each segment, after a merge, and after a restart.
     */
    public void testASegmentKnowsItsVectorFields() throws IOException {
        try (Directory directory = newDirectory()) {
            try (RandomIndexWriter writer = new RandomIndexWriter(random(), directory)) {
                for (int i = 0; i < 20; i++) {
                    Document document = new Document();
                    BytesRef code = i % 3 == 0 ? null : new BytesRef(new byte[] {(byte) i});
                    VectorFields.add(
                            document::add, "f", Metric.L2, new float[] {i}, 7, i % 4, code);
                    document.add(newTextField("other", "text", Field.Store.NO));
                    writer.addDocument(document);
                }
            }
            try (DirectoryReader reader = DirectoryReader.open(directory)) {
                for (LeafReaderContext leaf : reader.leaves()) {
                    FieldInfos infos = leaf.reader().getFieldInfos();
                    assertTrue(VectorFields.isVector(infos.fieldInfo("f")));
                    assertFalse(VectorFields.isVector(infos.fieldInfo("other")));
                    checkCodes(leaf.reader());
                }
            }
        }
    }

    private static void checkCodes(LeafReader reader) throws IOException {
        BinaryDocValues values = reader.getBinaryDocValues("f");
        for (int cell = 0; cell < 4; cell++) {
            PostingsEnum postings =
                    reader.postings(new Term("f", CellTerm.encode(7, cell)), PostingsEnum.PAYLOADS);
            while (postings != null && postings.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                assertEquals(1, postings.freq());
                assertEquals(0, postings.nextPosition());
                assertTrue(values.advanceExact(postings.docID()));
                int i = (int) VectorEncoding.decode(Metric.L2, 1, values.binaryValue())[0];
                assertEquals(cell, i % 4);
                BytesRef code = i % 3 == 0 ? null : new BytesRef(new byte[] {(byte) i});
                assertEquals(code, postings.getPayload());
                values = reader.getBinaryDocValues("f");
            }
        }
    }
}

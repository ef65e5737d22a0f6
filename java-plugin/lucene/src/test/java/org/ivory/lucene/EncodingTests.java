package org.ivory.lucene;

import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;
import org.ivory.nativelib.Metric;

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

    public void testFields() {
        List<IndexableField> fields = new ArrayList<>();
        VectorFields.add(fields::add, "f", Metric.L2, new float[] {1f}, 7, 9);
        assertEquals(2, fields.size());
        IndexableField term = fields.get(0);
        IndexableField value = fields.get(1);
        assertEquals("f", term.name());
        assertEquals("f", value.name());
        assertEquals(IndexOptions.DOCS, term.fieldType().indexOptions());
        assertTrue(term.fieldType().omitNorms());
        assertFalse(term.fieldType().stored());
        assertFalse(term.fieldType().tokenized());
        assertEquals(CellTerm.encode(7, 9), term.binaryValue());
        assertEquals(DocValuesType.BINARY, value.fieldType().docValuesType());
        assertEquals(IndexOptions.NONE, value.fieldType().indexOptions());
        assertEquals(VectorEncoding.encode(Metric.L2, new float[] {1f}), value.binaryValue());
    }
}

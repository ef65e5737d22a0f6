package org.ivory.lucene.codec;

import static org.ivory.lucene.codec.VectorSegments.FIELD;

import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterBinaryDocValues;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSLockFactory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.store.NIOFSDirectory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Map;

/** What is said of an address is what lies there, and where none can be said there is none. */
public class MappedVectorsTests extends LuceneTestCase {

    private interface Check {
        void accept(LeafReader reader) throws IOException;
    }

    private static void withReader(
            Directory directory, IndexWriterConfig config, Map<Integer, byte[]> values, Check check)
            throws IOException {
        try (directory;
                IndexWriter writer = new IndexWriter(directory, config)) {
            for (int id = 0; id < values.size(); id++) {
                writer.addDocument(VectorSegments.document(id, values.get(id)));
            }
            writer.forceMerge(1);
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                for (LeafReaderContext leaf : reader.leaves()) {
                    check.accept(leaf.reader());
                }
            }
        }
    }

    public void testAddressesHoldTheValues() throws Exception {
        for (double share : new double[] {1, 0.7, 0.02}) {
            Map<Integer, byte[]> values = VectorSegments.values(random(), 500, 24, share);
            values.put(77, new byte[24]);
            IndexWriterConfig config =
                    VectorSegments.config(random()).setUseCompoundFile(random().nextBoolean());
            withReader(
                    new MMapDirectory(createTempDir()),
                    config,
                    values,
                    reader -> {
                        walks(reader);
                        looksUp(reader);
                    });
        }
    }

    /** Reads a row's bytes where a kernel would. */
    @SuppressWarnings("restricted")
    private static byte[] row(MappedVectors mapped, int row) {
        long at = mapped.address() + (long) row * mapped.stride();
        assertTrue(row >= 0 && row < mapped.rows());
        return MemorySegment.ofAddress(at)
                .reinterpret(mapped.stride())
                .toArray(ValueLayout.JAVA_BYTE);
    }

    private static byte[] bytes(BinaryDocValues values) throws IOException {
        var value = values.binaryValue();
        return Arrays.copyOfRange(value.bytes, value.offset, value.offset + value.length);
    }

    private static void walks(LeafReader reader) throws IOException {
        MappedVectors mapped = MappedVectors.of(reader, FIELD);
        BinaryDocValues values = reader.getBinaryDocValues(FIELD);
        assertEquals(24, mapped.stride());
        assertEquals(24L * mapped.rows(), mapped.length());
        assertEquals(mapped.rows(), values.cost());
        assertEquals(mapped.rows() == reader.maxDoc(), mapped.isDense());
        int from = random().nextInt(reader.maxDoc());
        int doc = mapped.advance(from);
        assertEquals(doc, values.advance(from));
        int next = doc == DocIdSetIterator.NO_MORE_DOCS ? 0 : mapped.row();
        for (; doc != DocIdSetIterator.NO_MORE_DOCS; doc = mapped.nextDoc()) {
            assertEquals("one row after the other", next++, mapped.row());
            assertArrayEquals(bytes(values), row(mapped, mapped.row()));
            assertEquals(values.docID(), doc);
            values.nextDoc();
        }
        assertEquals(doc, values.docID());
    }

    private static void looksUp(LeafReader reader) throws IOException {
        MappedVectors mapped = MappedVectors.of(reader, FIELD);
        BinaryDocValues values = reader.getBinaryDocValues(FIELD);
        int[] docs = random().ints(60, 0, reader.maxDoc()).distinct().sorted().toArray();
        for (int half = 0; half < 2; half++) {
            int from = half * (docs.length / 2);
            int count = half == 0 ? docs.length / 2 : docs.length - from;
            int[] some = Arrays.copyOfRange(docs, from, from + count);
            int[] rows = mapped.rows(some, count, new int[count]);
            for (int i = 0; i < count; i++) {
                if (values.advanceExact(some[i])) {
                    assertArrayEquals(bytes(values), row(mapped, rows[i]));
                } else {
                    assertEquals(-1, rows[i]);
                }
            }
        }
    }

    public void testWhereNothingIsMapped() throws Exception {
        Map<Integer, byte[]> values = VectorSegments.values(random(), 100, 64, 0.9);
        values.put(1, new byte[64]);
        Check none =
                reader -> {
                    assertNotNull(reader.getBinaryDocValues(FIELD));
                    assertNull(MappedVectors.of(reader, FIELD));
                };
        withReader(new ByteBuffersDirectory(), VectorSegments.config(random()), values, none);
        withReader(
                new NIOFSDirectory(createTempDir()), VectorSegments.config(random()), values, none);
        withReader(
                new MMapDirectory(createTempDir(), FSLockFactory.getDefault(), 4096),
                VectorSegments.config(random()),
                values,
                none);
        IndexWriterConfig stock = newIndexWriterConfig(null).setCodec(TestUtil.getDefaultCodec());
        withReader(new MMapDirectory(createTempDir()), stock, values, none);
    }

    public void testWhereThereIsNoVector() throws Exception {
        withReader(
                new MMapDirectory(createTempDir()),
                VectorSegments.config(random()),
                VectorSegments.values(random(), 10, 4, 0),
                reader -> assertNull(MappedVectors.of(reader, FIELD)));
        assertNull(MappedVectors.of((BinaryDocValues) null));
    }

    public void testWrappedReaders() throws Exception {
        Map<Integer, byte[]> values = VectorSegments.values(random(), 50, 8, 1);
        withReader(
                new MMapDirectory(createTempDir()),
                VectorSegments.config(random()),
                values,
                reader -> {
                    assertNotNull(MappedVectors.of(new PassesOn(reader), FIELD));
                    assertNull("hidden", MappedVectors.of(new Hides(reader), FIELD));
                    assertNull("replaced", MappedVectors.of(new Replaces(reader), FIELD));
                });
    }

    private static class PassesOn extends FilterLeafReader {
        PassesOn(LeafReader in) {
            super(in);
        }

        @Override
        public CacheHelper getCoreCacheHelper() {
            return in.getCoreCacheHelper();
        }

        @Override
        public CacheHelper getReaderCacheHelper() {
            return in.getReaderCacheHelper();
        }
    }

    private static final class Hides extends PassesOn {
        Hides(LeafReader in) {
            super(in);
        }

        @Override
        public BinaryDocValues getBinaryDocValues(String field) {
            return null;
        }
    }

    private static final class Replaces extends PassesOn {
        Replaces(LeafReader in) {
            super(in);
        }

        @Override
        public BinaryDocValues getBinaryDocValues(String field) throws IOException {
            return new FilterBinary(super.getBinaryDocValues(field));
        }
    }

    private static final class FilterBinary extends FilterBinaryDocValues {
        FilterBinary(BinaryDocValues in) {
            super(in);
        }
    }
}

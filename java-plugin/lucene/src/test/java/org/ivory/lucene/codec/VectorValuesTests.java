package org.ivory.lucene.codec;

import static org.ivory.lucene.codec.VectorSegments.FIELD;

import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.SlowCodecReaderWrapper;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.tests.store.MockDirectoryWrapper;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.tests.util.TestUtil;
import org.apache.lucene.util.BytesRef;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Vectors come back as they were put in, whatever segments they went through. */
public class VectorValuesTests extends LuceneTestCase {

    private static double share() {
        return new double[] {1, 1, 0.999, 0.5, 0.01, 0}[random().nextInt(6)];
    }

    public void testRandomSegments() throws Exception {
        for (int i = 0; i < atLeast(10); i++) {
            int length = TestUtil.nextInt(random(), 1, 600);
            int count = TestUtil.nextInt(random(), 1, 600);
            IndexWriterConfig config = VectorSegments.config(random());
            if (random().nextInt(3) == 0) {
                config.setIndexSort(new Sort(new SortField("order", SortField.Type.LONG)));
            }
            try (Directory directory = newDirectory();
                    IndexWriter writer = new IndexWriter(directory, config)) {
                write(writer, VectorSegments.values(random(), count, length, share()));
            }
        }
    }

    /** More documents than a block of the set of documents holds. */
    public void testManyDocuments() throws Exception {
        int count = 70_000 + random().nextInt(10_000);
        IndexWriterConfig config = VectorSegments.config(random()).setMaxBufferedDocs(30_000);
        try (Directory directory = newDirectory();
                IndexWriter writer = new IndexWriter(directory, config)) {
            write(writer, VectorSegments.values(random(), count, 4, share()));
        }
    }

    private static void write(IndexWriter writer, Map<Integer, byte[]> values) throws IOException {
        Map<Integer, byte[]> expected = new HashMap<>(values);
        for (int id = 0; id < values.size(); id++) {
            writer.addDocument(VectorSegments.document(id, values.get(id)));
            if (random().nextInt(Math.max(50, values.size() / 5)) == 0) {
                writer.flush();
            }
        }
        int deleted = random().nextInt(values.size());
        for (int i = 0; i < deleted; i++) {
            int id = random().nextInt(values.size());
            if (random().nextInt(5) == 0) {
                byte[] value = values.get(random().nextInt(values.size()));
                writer.updateDocument(key(id), VectorSegments.document(id, value));
                expected.put(id, value);
            } else {
                writer.deleteDocuments(key(id));
                expected.remove(id);
            }
        }
        check(writer, expected);
        writer.forceMerge(1);
        check(writer, expected);
        // Once more, now with the merged segment among those that are merged.
        for (int id = 0; id < values.size(); id += 1 + random().nextInt(9)) {
            writer.updateDocument(key(id), VectorSegments.document(id, values.get(id)));
            expected.put(id, values.get(id));
        }
        writer.forceMerge(1);
        check(writer, expected);
    }

    private static Term key(int id) {
        return new Term("key", Integer.toString(id));
    }

    private static void check(IndexWriter writer, Map<Integer, byte[]> expected)
            throws IOException {
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
            VectorSegments.check(expected, reader, random());
        }
    }

    public void testUpdatesOfDocValues() throws Exception {
        try (Directory directory = newDirectory();
                IndexWriter writer = new IndexWriter(directory, VectorSegments.config(random()))) {
            Map<Integer, byte[]> values = VectorSegments.values(random(), 100, 12, 1);
            for (int id = 0; id < 100; id++) {
                writer.addDocument(VectorSegments.document(id, values.get(id)));
            }
            writer.commit();
            for (int id = 0; id < 100; id += 3) {
                byte[] value = new byte[random().nextBoolean() ? 12 : 20];
                random().nextBytes(value);
                values.put(id, value);
                writer.updateBinaryDocValue(key(id), FIELD, new BytesRef(value));
            }
            check(writer, values);
            writer.commit();
            writer.forceMerge(1);
            check(writer, values);
        }
    }

    /** Fields whose values are no vectors, beside one of vectors, are in files of their own. */
    public void testWhatIsNoVectorGoesToTheDefaultFormat() throws Exception {
        IndexWriterConfig config =
                VectorSegments.config(random())
                        .setUseCompoundFile(false)
                        .setMergePolicy(NoMergePolicy.INSTANCE);
        try (Directory directory = newDirectory();
                IndexWriter writer = new IndexWriter(directory, config)) {
            for (int i = 0; i < 5; i++) {
                Document document = new Document();
                document.add(new BinaryDocValuesField(FIELD, new BytesRef(new byte[8])));
                writer.addDocument(document);
            }
            writer.commit();
            List<String> files = Arrays.asList(directory.listAll());
            assertEquals(1, files.stream().filter(name -> name.endsWith(".ivv")).count());
            assertEquals(1, files.stream().filter(name -> name.endsWith(".ivvm")).count());
            assertFalse(files.toString(), files.stream().anyMatch(name -> name.endsWith(".dvd")));
            for (int length : new int[] {8, 9}) {
                Document document = new Document();
                document.add(new BinaryDocValuesField(FIELD, new BytesRef(new byte[length])));
                document.add(new BinaryDocValuesField("empty", new BytesRef()));
                writer.addDocument(document);
            }
            writer.commit();
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                var vectors = reader.leaves().get(0).reader().getBinaryDocValues(FIELD);
                var mixed = reader.leaves().get(1).reader();
                assertTrue(vectors instanceof VectorValues);
                assertFalse(mixed.getBinaryDocValues(FIELD) instanceof VectorValues);
                var values = mixed.getBinaryDocValues(FIELD);
                assertEquals(0, values.nextDoc());
                assertEquals(8, values.binaryValue().length);
                assertEquals(1, values.nextDoc());
                assertEquals(9, values.binaryValue().length);
                assertEquals(0, mixed.getBinaryDocValues("empty").nextDoc());
            }
        }
    }

    /** Readers that are wrapped, or of another format, are merged value by value. */
    public void testAddIndexes() throws Exception {
        Map<Integer, byte[]> values = VectorSegments.values(random(), 300, 16, 0.8);
        try (Directory from = newDirectory();
                Directory to = newDirectory()) {
            IndexWriterConfig config =
                    random().nextBoolean()
                            ? newIndexWriterConfig(null)
                            : VectorSegments.config(random());
            try (IndexWriter writer = new IndexWriter(from, config)) {
                for (int id = 0; id < 300; id++) {
                    writer.addDocument(VectorSegments.document(id, values.get(id)));
                }
            }
            try (IndexWriter writer = new IndexWriter(to, VectorSegments.config(random()));
                    DirectoryReader reader = DirectoryReader.open(from)) {
                List<CodecReader> readers = new ArrayList<>();
                for (LeafReaderContext leaf : reader.leaves()) {
                    readers.add(SlowCodecReaderWrapper.wrap(leaf.reader()));
                }
                writer.addIndexes(readers.toArray(new CodecReader[0]));
                writer.forceMerge(1);
                check(writer, values);
            }
        }
    }

    /** Whatever write fails for want of room, what was committed before stays. */
    public void testDiskFull() throws Exception {
        Map<Integer, byte[]> first = VectorSegments.values(random(), 50, 64, 0.9);
        Map<Integer, byte[]> second = VectorSegments.values(random(), 200, 64, 0.9);
        int failures = 0;
        for (long room = 500; ; room += TestUtil.nextInt(random(), 300, 1500)) {
            try (MockDirectoryWrapper directory = newMockDirectory()) {
                try (IndexWriter writer =
                        new IndexWriter(directory, VectorSegments.config(random()))) {
                    for (int id = 0; id < 50; id++) {
                        writer.addDocument(VectorSegments.document(id, first.get(id)));
                    }
                }
                directory.setMaxSizeInBytes(directory.sizeInBytes() + room);
                boolean full = false;
                // Merges on this thread, so that it is here that they fail.
                IndexWriterConfig config =
                        VectorSegments.config(random())
                                .setMergeScheduler(new SerialMergeScheduler());
                IndexWriter writer = new IndexWriter(directory, config);
                try {
                    for (int id = 50; id < 200; id++) {
                        writer.addDocument(VectorSegments.document(id, second.get(id)));
                    }
                    writer.forceMerge(1);
                    writer.commit();
                    writer.close();
                } catch (IOException | IllegalStateException e) {
                    full = true;
                    failures++;
                    directory.setMaxSizeInBytes(0);
                    try {
                        writer.rollback();
                    } catch (IOException again) {
                        assertNotNull(again.getMessage());
                    }
                }
                directory.setMaxSizeInBytes(0);
                Map<Integer, byte[]> expected = new HashMap<>(first);
                if (!full) {
                    for (int id = 50; id < 200; id++) {
                        expected.put(id, second.get(id));
                    }
                }
                try (DirectoryReader reader = DirectoryReader.open(directory)) {
                    if (!full || reader.maxDoc() == 50) {
                        VectorSegments.check(expected, reader, random());
                    }
                }
                if (!full) {
                    break;
                }
            }
        }
        assertTrue("the disk was never full", failures > 3);
    }

    public void testMappedAndCompoundFiles() throws Exception {
        for (boolean compound : new boolean[] {false, true}) {
            try (Directory directory = new MMapDirectory(createTempDir());
                    IndexWriter writer =
                            new IndexWriter(
                                    directory,
                                    VectorSegments.config(random()).setUseCompoundFile(compound))) {
                write(writer, VectorSegments.values(random(), 300, 20, share()));
            }
        }
    }
}

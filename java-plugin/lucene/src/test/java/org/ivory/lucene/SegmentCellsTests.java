package org.ivory.lucene;

import org.apache.lucene.document.Document;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.Term;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.Arrays;
import java.util.TreeMap;

/** What is known of a segment's terms, and for how long. */
public class SegmentCellsTests extends LuceneTestCase {

    private static void add(IndexWriter writer, String field, long fingerprint, int cell)
            throws IOException {
        Document document = new Document();
        VectorFields.add(document::add, field, Metric.L2, new float[] {1f}, fingerprint, cell);
        writer.addDocument(document);
    }

    public void testReadsTheTerms() throws IOException {
        TreeMap<Long, TreeMap<Integer, Integer>> expected = new TreeMap<>();
        try (Directory directory = newDirectory();
                IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig(null))) {
            long[] fingerprints = {CellTerm.UNASSIGNED, 1, Long.MAX_VALUE, Long.MIN_VALUE, -1};
            int count = atLeast(300);
            for (int i = 0; i < count; i++) {
                long fingerprint = fingerprints[random().nextInt(fingerprints.length)];
                int cell = random().nextInt(100);
                add(writer, "f", fingerprint, cell);
                expected.computeIfAbsent(fingerprint, f -> new TreeMap<>())
                        .merge(cell, 1, Integer::sum);
            }
            writer.forceMerge(1);
            try (DirectoryReader reader = DirectoryReader.open(writer)) {
                LeafReader leaf = getOnlyLeafReader(reader);
                SegmentCells cells = SegmentCells.read(leaf, "f");
                assertNull(SegmentCells.read(leaf, "g"));
                assertEquals(count, cells.documents());
                long[] found = cells.fingerprints().clone();
                Arrays.sort(found);
                assertArrayEquals(expected.keySet().stream().mapToLong(f -> f).toArray(), found);
                for (long fingerprint : fingerprints) {
                    check(cells, fingerprint, expected.get(fingerprint));
                }
                assertEquals(0, cells.documents(12345));
                assertEquals(0, cells.documents(12345, new int[] {1, 2}));
                assertEquals(0, cells.present(12345, new int[] {1, 2}, new int[2]));
                assertEquals(0, cells.cells(12345).length);
            }
        }
    }

    private static void check(
            SegmentCells cells, long fingerprint, TreeMap<Integer, Integer> expected) {
        assertArrayEquals(
                expected.keySet().stream().mapToInt(cell -> cell).toArray(),
                cells.cells(fingerprint));
        int[] asked = random().ints(20, 0, 130).sorted().distinct().toArray();
        int[] present = new int[asked.length];
        int count = cells.present(fingerprint, asked, present);
        int[] wanted = Arrays.stream(asked).filter(expected::containsKey).toArray();
        assertArrayEquals(wanted, Arrays.copyOf(present, count));
        assertEquals(
                Arrays.stream(wanted).map(expected::get).sum(),
                cells.documents(fingerprint, asked));
        assertEquals(
                expected.values().stream().mapToInt(n -> n).sum(), cells.documents(fingerprint));
    }

    /** One entry a core: shared across deletes and refreshes, gone when the core is closed. */
    public void testCacheLivesAsLongAsTheSegment() throws IOException {
        int before = SegmentCache.size();
        IndexWriterConfig config = newIndexWriterConfig(null);
        config.setMergePolicy(NoMergePolicy.INSTANCE);
        config.setMaxBufferedDocs(100); // a segment a commit
        try (Directory directory = newDirectory();
                IndexWriter writer = new IndexWriter(directory, config)) {
            add(writer, "f", 1, 1);
            add(writer, "g", 1, 1);
            add(writer, "g", 1, 2);
            writer.commit(); // a reader opened from the writer would live on in its pool
            DirectoryReader first = DirectoryReader.open(directory);
            SegmentCells cells = cells(first, 0);
            assertSame(cells, cells(first, 0));
            assertNotSame(cells, SegmentCache.cells(first.leaves().get(0).reader(), "g"));
            assertNull(SegmentCache.cells(first.leaves().get(0).reader(), "h"));
            assertEquals(before + 1, SegmentCache.size());

            add(writer, "f", 1, 2);
            writer.deleteDocuments(new Term("g", CellTerm.encode(1, 1)));
            writer.commit();
            DirectoryReader second = DirectoryReader.openIfChanged(first);
            assertSame(cells, cells(second, 0));
            assertNotNull(cells(second, 1));
            assertEquals(before + 2, SegmentCache.size());

            first.close();
            assertEquals("the second reader keeps it", before + 2, SegmentCache.size());
            second.close();
            assertEquals(before, SegmentCache.size());
        }
    }

    public void testManyReadersLeaveNothing() throws IOException {
        int before = SegmentCache.size();
        try (Directory directory = newDirectory();
                IndexWriter writer = new IndexWriter(directory, newIndexWriterConfig(null))) {
            for (int round = 0; round < 20; round++) {
                add(writer, "f", round % 3, round);
                try (DirectoryReader reader = DirectoryReader.open(writer)) {
                    for (LeafReaderContext leaf : reader.leaves()) {
                        SegmentCache.cells(leaf.reader(), "f");
                    }
                }
            }
        }
        assertEquals(before, SegmentCache.size());
    }

    private static SegmentCells cells(DirectoryReader reader, int leaf) throws IOException {
        return SegmentCache.cells(reader.leaves().get(leaf).reader(), "f");
    }
}

package org.ivory.lucene;

import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.RandomIndexWriter;
import org.apache.lucene.util.BytesRef;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;

/** What can be wrong with an index or happen to a search: a clear exception, never a wrong hit. */
public class FaultTests extends VectorTestCase {

    private static VectorQuerySpec spec(
            Metric metric, float[] vector, int k, Float limit, boolean exact) {
        return new VectorQuerySpec(
                "f", vector.length, metric, vector, k, 0, null, limit, exact, null);
    }

    /** Doc values shorter or longer than the mapping says, for example by a wrong dimension. */
    public void testVectorOfAnotherLength() throws IOException {
        for (int length : new int[] {4, 12, 0}) {
            try (Directory directory = newDirectory();
                    RandomIndexWriter writer = new RandomIndexWriter(random(), directory)) {
                Document document = new Document();
                document.add(new StringField("f", CellTerm.encode(0, 0), Field.Store.NO));
                document.add(new BinaryDocValuesField("f", new BytesRef(new byte[length])));
                writer.addDocument(document);
                assertCorrupt(writer, "[f]", "[" + length + "]", "document [0]");
            }
        }
    }

    public void testTermOfAnotherLength() throws IOException {
        try (Directory directory = newDirectory();
                RandomIndexWriter writer = new RandomIndexWriter(random(), directory)) {
            Document document = new Document();
            document.add(new StringField("f", "text", Field.Store.NO));
            document.add(new BinaryDocValuesField("f", new BytesRef(new byte[8])));
            writer.addDocument(document);
            assertCorrupt(writer, "[f]", "[4]");
        }
    }

    public void testTermsWithoutVectors() throws IOException {
        try (Directory directory = newDirectory();
                RandomIndexWriter writer = new RandomIndexWriter(random(), directory)) {
            Document document = new Document();
            document.add(new StringField("f", CellTerm.encode(0, 0), Field.Store.NO));
            writer.addDocument(document);
            assertCorrupt(writer, "[f]", "no vectors");
        }
    }

    private void assertCorrupt(RandomIndexWriter writer, String... parts) throws IOException {
        try (DirectoryReader reader = writer.getReader()) {
            IndexSearcher searcher = new IndexSearcher(reader);
            for (int k : new int[] {0, 3}) {
                for (boolean exact : new boolean[] {false, true}) {
                    Query query = query(spec(Metric.L2, new float[] {1, 2}, k, null, exact));
                    if (exact && parts.length == 2 && parts[1].equals("[4]") && k == 0) {
                        continue; // looks at no term
                    }
                    CorruptIndexException e =
                            expectThrows(
                                    CorruptIndexException.class, () -> searcher.search(query, 3));
                    for (String part : parts) {
                        assertTrue(e.getMessage(), e.getMessage().contains(part));
                    }
                }
            }
        }
    }

    /**
     * The inner product of such vectors is ±infinity, or NaN where infinities of both signs meet.
     */
    public void testInnerProductBeyondF32() throws IOException {
        float big = 3e38f;
        List<float[]> vectors =
                List.of(
                        new float[] {big, -big, 0, 0, 0, 0, 0, 0}, // NaN
                        new float[] {.1f, .1f, 0, 0, 0, 0, 0, 0},
                        new float[] {big, big, 0, 0, 0, 0, 0, 0}, // +infinity
                        new float[] {-big, -big, 0, 0, 0, 0, 0, 0}, // -infinity
                        new float[] {0, 0, 7, 0, 0, 0, 0, 0});
        float[] query = {big, big, 0, 0, 0, 0, 0, 0};
        try (Directory directory = newDirectory();
                RandomIndexWriter writer = new RandomIndexWriter(random(), directory)) {
            for (float[] vector : vectors) {
                Document document = new Document();
                VectorFields.add(document::add, "f", Metric.INNER_PRODUCT, vector, 0, 0);
                writer.addDocument(document);
            }
            writer.forceMerge(1);
            try (DirectoryReader reader = writer.getReader()) {
                IndexSearcher searcher = newSearcher(reader, false);
                for (int k : new int[] {0, 1, 2, 4, 5, 9}) {
                    for (boolean exact : new boolean[] {false, true}) {
                        Query q = query(spec(Metric.INNER_PRODUCT, query, k, null, exact));
                        ScoreDoc[] hits = searcher.search(q, 9).scoreDocs;
                        assertEquals(k == 0 ? 5 : Math.min(k, 5), hits.length);
                        int[] docs = Arrays.stream(hits).mapToInt(hit -> hit.doc).toArray();
                        // The scores of -infinity and NaN are both 0, so documents are in order;
                        // NaN is the one left out if only one of them is among the k.
                        int[] best = k == 4 ? new int[] {2, 1, 4, 3} : new int[] {2, 1, 4, 0, 3};
                        assertArrayEquals(Arrays.copyOf(best, hits.length), docs);
                        for (ScoreDoc hit : hits) {
                            assertTrue(Float.isFinite(hit.score) && hit.score >= 0);
                        }
                    }
                }
                Query inside = query(spec(Metric.INNER_PRODUCT, query, 0, -1f, false));
                assertEquals("NaN is in no radius", 3, searcher.count(inside));
                Query top = query(spec(Metric.INNER_PRODUCT, query, 9, -1f, false));
                assertEquals(3, searcher.count(top));
            }
        }
    }

    public void testSquaredDistanceBeyondF32() throws IOException {
        try (Directory directory = newDirectory();
                RandomIndexWriter writer = new RandomIndexWriter(random(), directory)) {
            for (float component : new float[] {3e38f, 1f, -3e38f}) {
                Document document = new Document();
                VectorFields.add(
                        document::add, "f", Metric.L2, new float[] {component, component}, 0, 0);
                writer.addDocument(document);
            }
            try (DirectoryReader reader = writer.getReader()) {
                IndexSearcher searcher = newSearcher(reader);
                for (int k : new int[] {0, 5}) {
                    Query query = query(spec(Metric.L2, new float[] {0, 0}, k, null, false));
                    ScoreDoc[] hits = searcher.search(query, 5).scoreDocs;
                    assertEquals(3, hits.length);
                    assertEquals(1f / 3, hits[0].score, 1e-6f);
                    assertEquals(0f, hits[1].score, 0f);
                    assertEquals(0f, hits[2].score, 0f);
                }
            }
        }
    }

    /** Wherever the search is when it is cancelled, it ends with the exception it was given. */
    public void testCancellation() throws IOException {
        try (TestIndex index = new TestIndex(random(), Metric.L2, 4)) {
            ReferenceModel model = model(FIRST, Metric.L2, 4, 6);
            index.fill(600, 1, 0.1, model, null);
            IndexSearcher searcher = new IndexSearcher(index.reader());
            float[] vector = TestVectors.random(random(), 4);
            Query filter = TestIndex.ids(List.copyOf(index.docs.keySet()));
            for (int k : new int[] {0, 10}) {
                for (Query passing : new Query[] {null, filter}) {
                    for (boolean exact : new boolean[] {false, true}) {
                        VectorQuerySpec spec = spec(index, vector, k, 4, passing, null, exact);
                        int checks = cancelAt(searcher, query(spec), Integer.MAX_VALUE);
                        assertTrue(checks + " checks", checks >= 3);
                        for (int at = 1; at <= checks; at++) {
                            int last = at;
                            expectThrows(
                                    CancellationException.class,
                                    () -> cancelAt(searcher, query(spec), last));
                        }
                    }
                }
            }
        }
    }

    /** Returns the number of checks made. */
    private int cancelAt(IndexSearcher searcher, Query query, int check) throws IOException {
        AtomicInteger checks = new AtomicInteger();
        cancellation =
                () -> {
                    if (checks.incrementAndGet() >= check) {
                        throw new CancellationException("test");
                    }
                };
        searcher.search(query, 10);
        return checks.get();
    }
}

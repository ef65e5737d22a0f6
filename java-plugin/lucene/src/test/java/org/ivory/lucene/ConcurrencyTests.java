package org.ivory.lucene;

import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.ivory.lucene.SearchCounters.Path;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Searches that use many threads, and many searches at once; and what they count. */
public class ConcurrencyTests extends VectorTestCase {

    private static final int DIMENSION = 8;

    private TestIndex index;
    private DirectoryReader reader;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        Metric metric = randomMetric();
        index = new TestIndex(random(), metric, DIMENSION);
        ReferenceModel model = model(FIRST, metric, DIMENSION, 20);
        index.fill(atLeast(500), 0.9, 0.2, model, model, null);
        reader = index.reader();
    }

    @Override
    public void tearDown() throws Exception {
        index.close();
        super.tearDown();
    }

    private List<Query> queries() {
        List<Integer> ids = index.docs.keySet().stream().filter(id -> id % 3 > 0).toList();
        List<Query> queries = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            float[] vector = TestVectors.random(random(), DIMENSION);
            Query filter = random().nextBoolean() ? null : TestIndex.ids(ids);
            boolean exact = random().nextInt(4) == 0;
            int k = random().nextInt(3) * 20;
            queries.add(query(spec(index, vector, k, 1 + i % 20, filter, null, exact)));
        }
        return queries;
    }

    private static void assertSame(ScoreDoc[] expected, ScoreDoc[] actual) {
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i].doc, actual[i].doc);
            assertEquals(expected[i].score, actual[i].score, 0f);
        }
    }

    /** Slices of segments, and of parts of segments. */
    public void testManyThreadsFindTheSame() throws IOException {
        IndexSearcher single = new IndexSearcher(reader);
        IndexSearcher segments = newSearcher(reader, false, true, Concurrency.INTER_SEGMENT);
        IndexSearcher parts = newSearcher(reader, false, true, Concurrency.INTRA_SEGMENT);
        for (Query query : queries()) {
            ScoreDoc[] expected = single.search(query, 1000).scoreDocs;
            assertSame(expected, segments.search(query, 1000).scoreDocs);
            assertSame(expected, parts.search(query, 1000).scoreDocs);
        }
    }

    public void testManySearchesAtOnce() throws Exception {
        IndexSearcher searcher = new IndexSearcher(reader);
        List<Query> queries = queries();
        List<ScoreDoc[]> expected = new ArrayList<>();
        for (Query query : queries) {
            expected.add(searcher.search(query, 1000).scoreDocs);
        }
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> runs = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                runs.add(
                        threads.submit(() -> {
                            for (int i = 0; i < queries.size(); i++) {
                                Query query = queries.get(i);
                                assertSame(expected.get(i), searcher.search(query, 1000).scoreDocs);
                            }
                            return null;
                        }));
            }
            for (Future<?> run : runs) {
                run.get();
            }
        } finally {
            threads.shutdown();
            assertTrue(threads.awaitTermination(1, TimeUnit.MINUTES));
        }
    }

    /** A shard query counts once, however many segments and threads there are. */
    public void testCounters() throws IOException {
        float[] vector = TestVectors.random(random(), DIMENSION);
        long total = index.nearest(ops, vector, doc -> true).size();
        Query one = TestIndex.ids(List.copyOf(index.docs.keySet()).subList(0, 1));
        Float limit = index.metric == Metric.L2 ? 1e9f : -1e9f;
        List<Object[]> cases =
                List.of(
                        new Object[] {spec(index, vector, 5, 0, null, null, true), Path.EXACT, 0L},
                        new Object[] {
                            spec(index, vector, 5, 3, one, null, false), Path.FILTERED_EXACT, 0L
                        },
                        new Object[] {
                            spec(index, vector, 5, 20, null, limit, false), Path.RANGE, 20L
                        },
                        new Object[] {
                            spec(index, vector, 5, 20, null, null, false), Path.TOP_K, 20L
                        },
                        new Object[] {
                            spec(index, vector, 0, 20, null, null, false), Path.MATCH, 20L
                        });
        for (Concurrency concurrency : Concurrency.values()) {
            IndexSearcher searcher = newSearcher(reader, false, true, concurrency);
            for (Object[] c : cases) {
                SearchCounters.Snapshot before = counters.snapshot();
                searcher.search(query((VectorQuerySpec) c[0]), 10);
                SearchCounters.Snapshot after = counters.snapshot();
                assertEquals(1, after.totalQueries() - before.totalQueries());
                assertEquals(1, after.queries().get(c[1]) - before.queries().get(c[1]));
                assertEquals(c[2], after.cellsProbed() - before.cellsProbed());
                long scanned = after.vectorsScanned() - before.vectorsScanned();
                if (c[1] == Path.FILTERED_EXACT) {
                    assertTrue(scanned <= 1);
                } else if (c[1] == Path.MATCH) {
                    // Parts of a segment look ahead beyond their ends.
                    assertTrue(scanned >= total);
                } else {
                    assertEquals(total, scanned);
                }
            }
        }
    }
}

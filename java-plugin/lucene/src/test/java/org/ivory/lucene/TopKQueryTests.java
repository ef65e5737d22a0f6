package org.ivory.lucene;

import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.ivory.lucene.SearchCounters.Path;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The k nearest against brute force on random indices. */
public class TopKQueryTests extends VectorTestCase {

    private static final int DIMENSION = 7;

    public void testExactEqualsBruteForce() throws IOException {
        for (Metric metric : Metric.values()) {
            try (TestIndex index = new TestIndex(random(), metric, DIMENSION)) {
                ReferenceModel model = model(FIRST, metric, DIMENSION, 9);
                index.fill(atLeast(80), 0.8, 0.2, model, null);
                IndexSearcher searcher = newSearcher(index.reader());
                float[] vector = TestVectors.random(random(), DIMENSION);
                List<TestIndex.Hit> all = index.nearest(ops, vector, doc -> true);
                for (int k : new int[] {1, 2, 10, all.size(), all.size() + 5}) {
                    Query query = query(spec(index, vector, k, 0, null, null, true));
                    assertHits(searcher, query, metric, first(all, k));
                }
            }
        }
    }

    public void testAllCellsEqualExact() throws IOException {
        for (Metric metric : Metric.values()) {
            try (TestIndex index = new TestIndex(random(), metric, DIMENSION)) {
                int nlist = 1 + random().nextInt(40);
                ReferenceModel model = model(FIRST, metric, DIMENSION, nlist);
                index.fill(atLeast(80), 0.8, 0.2, model, null);
                IndexSearcher searcher = newSearcher(index.reader());
                float[] vector = TestVectors.random(random(), DIMENSION);
                int k = 1 + random().nextInt(100);
                Query exact = query(spec(index, vector, k, 0, null, null, true));
                Query probing = query(topK(index, vector, k, nlist, null));
                ScoreDoc[] first = searcher.search(exact, k).scoreDocs;
                ScoreDoc[] second = searcher.search(probing, k).scoreDocs;
                assertEquals(first.length, second.length);
                for (int i = 0; i < first.length; i++) {
                    assertEquals(first[i].doc, second[i].doc);
                    assertEquals(
                            Float.floatToIntBits(first[i].score),
                            Float.floatToIntBits(second[i].score));
                }
            }
        }
    }

    /** Two models with different cells, documents without a model, and a model that is missing. */
    public void testMixedModels() throws IOException {
        for (int round = 0; round < 5; round++) {
            Metric metric = randomMetric();
            try (TestIndex index = new TestIndex(random(), metric, DIMENSION)) {
                ReferenceModel first = model(FIRST, metric, DIMENSION, 20);
                ReferenceModel second = model(SECOND, metric, DIMENSION, 11);
                ReferenceModel missing = ReferenceModel.random(random(), 42, metric, DIMENSION, 5);
                index.fill(atLeast(150), 0.9, 0.2, first, second, missing, null);
                IndexSearcher searcher = newSearcher(index.reader());
                float[] vector = TestVectors.random(random(), DIMENSION);
                int nprobe = 1 + random().nextInt(11);
                Map<Long, Set<Integer>> probed =
                        Map.of(
                                FIRST, probed(first, vector, nprobe),
                                SECOND, probed(second, vector, nprobe));
                Predicate<TestIndex.Doc> visited =
                        doc ->
                                !probed.containsKey(doc.fingerprint())
                                        || probed.get(doc.fingerprint()).contains(doc.cell());
                List<TestIndex.Hit> candidates = index.nearest(ops, vector, visited);
                int k = 1 + random().nextInt(Math.max(1, candidates.size()));
                assertHits(
                        searcher,
                        query(topK(index, vector, k, nprobe, null)),
                        metric,
                        first(candidates, k));
            }
        }
    }

    public void testModelOfAnotherDimensionOrMetricIsAsGoodAsNone() throws IOException {
        try (TestIndex index = new TestIndex(random(), Metric.L2, DIMENSION)) {
            ReferenceModel used = ReferenceModel.random(random(), FIRST, Metric.L2, DIMENSION, 8);
            index.fill(60, 1, 0.1, used);
            IndexSearcher searcher = newSearcher(index.reader());
            float[] vector = TestVectors.random(random(), DIMENSION);
            List<TestIndex.Hit> all = index.nearest(ops, vector, doc -> true);
            model(FIRST, Metric.L2, DIMENSION + 1, 8);
            VectorQuerySpec top = topK(index, vector, 10, 1, null);
            assertHits(searcher, query(top), Metric.L2, first(all, 10));
            model(FIRST, Metric.COSINE, DIMENSION, 8);
            assertHits(searcher, query(top), Metric.L2, first(all, 10));
            assertEquals(2, (long) counters.snapshot().queries().get(Path.EXACT));
        }
    }

    /** A model that is closed under the query's feet is searched exactly. */
    public void testClosedModel() throws IOException {
        try (TestIndex index = new TestIndex(random(), Metric.L2, DIMENSION)) {
            ReferenceModel model = ReferenceModel.random(random(), FIRST, Metric.L2, DIMENSION, 8);
            index.fill(60, 1, 0.1, model, null);
            IndexSearcher searcher = newSearcher(index.reader());
            float[] vector = TestVectors.random(random(), DIMENSION);
            List<TestIndex.Hit> all = index.nearest(ops, vector, doc -> true);
            model.close();
            SearchEnvironment environment =
                    new SearchEnvironment(ops, fingerprint -> model, counters, () -> {});
            VectorQuerySpec top = topK(index, vector, 10, 1, null);
            assertHits(searcher, VectorQueries.create(top, environment), Metric.L2, first(all, 10));
            VectorQuerySpec match = topK(index, vector, 0, 1, null);
            assertHits(searcher, VectorQueries.create(match, environment), Metric.L2, all);
        }
    }

    public void testFiltersNeverCostHits() throws IOException {
        for (int round = 0; round < 4; round++) {
            Metric metric = randomMetric();
            try (TestIndex index = new TestIndex(random(), metric, DIMENSION)) {
                ReferenceModel model = model(FIRST, metric, DIMENSION, 32);
                index.fill(atLeast(300), 0.9, 0.1, model, model, model, null);
                DirectoryReader reader = index.reader();
                IndexSearcher searcher = newSearcher(reader);
                float[] vector = TestVectors.random(random(), DIMENSION);
                int k = 1 + random().nextInt(20);
                int total = index.docs.size();
                for (int size :
                        new int[] {0, 1, k - 1, total / 100, total / 10, total / 2, total}) {
                    checkFilter(index, searcher, model, vector, k, size);
                }
                Query all = query(topK(index, vector, k, 40, MatchAllDocsQuery.INSTANCE));
                List<TestIndex.Hit> nearest = index.nearest(ops, vector, doc -> true);
                assertHits(searcher, all, metric, first(nearest, k));
                Query none = query(topK(index, vector, k, 4, new MatchNoDocsQuery("test")));
                assertHits(searcher, none, metric, List.of());
            }
        }
    }

    private void checkFilter(
            TestIndex index,
            IndexSearcher searcher,
            ReferenceModel model,
            float[] vector,
            int k,
            int size)
            throws IOException {
        List<Integer> ids = new ArrayList<>(index.docs.keySet());
        Collections.shuffle(ids, random());
        Set<Integer> passing = Set.copyOf(ids.subList(0, size));
        int nprobe = 1 + random().nextInt(8);
        Set<Integer> cells = probed(model, vector, nprobe);
        Predicate<TestIndex.Doc> visited =
                doc -> doc.fingerprint() != FIRST || cells.contains(doc.cell());
        List<TestIndex.Hit> survivors =
                index.nearest(ops, vector, doc -> passing.contains(doc.id()));
        List<TestIndex.Hit> probed =
                index.nearest(ops, vector, doc -> passing.contains(doc.id()) && visited.test(doc));
        Query query = query(topK(index, vector, k, nprobe, TestIndex.ids(List.copyOf(passing))));
        ScoreDoc[] hits = searcher.search(query, k).scoreDocs;
        assertEquals(Math.min(k, survivors.size()), hits.length);
        List<Integer> allowed = survivors.stream().map(TestIndex.Hit::doc).toList();
        for (int i = 0; i < hits.length; i++) {
            assertTrue("passes the filter", allowed.contains(hits[i].doc));
            if (i < probed.size()) {
                float least = index.metric.score(probed.get(i).raw());
                assertTrue("no worse than the first probe", hits[i].score >= least);
            }
        }
        int unfiltered = index.nearest(ops, vector, visited).size();
        boolean byCodes = model.codeLength() > 0; // these cost less, so that more are scanned
        if (!byCodes && survivors.size() <= unfiltered) {
            assertHits(searcher, query, index.metric, first(survivors, k));
        } else if (probed.size() >= Math.max(k, searcher.getIndexReader().maxDoc())) {
            assertHits(searcher, query, index.metric, first(probed, k));
        }
    }

    /** Deletions, or few documents in the nearest cells, do not cost hits either. */
    public void testProbingGoesOnUntilThereAreEnough() throws IOException {
        try (TestIndex index = new TestIndex(random(), Metric.L2, DIMENSION)) {
            ReferenceModel model = model(FIRST, Metric.L2, DIMENSION, 50);
            index.fill(atLeast(200), 1, 0.6, model);
            IndexSearcher searcher = newSearcher(index.reader());
            float[] vector = TestVectors.random(random(), DIMENSION);
            for (int k : new int[] {1, 10, index.docs.size(), 1000}) {
                int found =
                        searcher.search(query(topK(index, vector, k, 1, null)), 1000)
                                .scoreDocs
                                .length;
                assertEquals(Math.min(k, index.docs.size()), found);
            }
        }
    }

    public void testRadius() throws IOException {
        for (Metric metric : Metric.values()) {
            try (TestIndex index = new TestIndex(random(), metric, DIMENSION)) {
                ReferenceModel model = model(FIRST, metric, DIMENSION, 12);
                index.fill(atLeast(100), 0.8, 0.2, model, null);
                IndexSearcher searcher = newSearcher(index.reader());
                float[] vector = TestVectors.random(random(), DIMENSION);
                List<TestIndex.Hit> all = index.nearest(ops, vector, doc -> true);
                float limit = all.get(random().nextInt(all.size())).raw();
                List<TestIndex.Hit> inside =
                        all.stream()
                                .filter(hit ->
                                        metric == Metric.L2
                                                ? hit.raw() <= limit
                                                : hit.raw() >= limit)
                                .toList();
                int k = 1 + random().nextInt(all.size());
                for (int nprobe : new int[] {12, 100}) {
                    assertHits(
                            searcher,
                            query(spec(index, vector, k, nprobe, null, limit, false)),
                            metric,
                            first(inside, k));
                }
                assertHits(
                        searcher,
                        query(spec(index, vector, k, 1, null, limit, true)),
                        metric,
                        first(inside, k));
            }
        }
        assertEquals(6, (long) counters.snapshot().queries().get(Path.RANGE));
    }

    public void testNothingToFind() throws IOException {
        float[] vector = TestVectors.random(random(), DIMENSION);
        try (TestIndex index = new TestIndex(random(), Metric.L2, DIMENSION)) {
            for (boolean exact : new boolean[] {false, true}) {
                Query query = query(spec(index, vector, 5, 0, null, null, exact));
                assertHits(newSearcher(index.reader()), query, Metric.L2, List.of()); // empty
                index.fill(10, 0, 0, (ReferenceModel) null);
                assertHits(newSearcher(index.reader()), query, Metric.L2, List.of()); // no field
                index.put(1000, vector, null);
                index.flush();
                IndexSearcher searcher = newSearcher(index.reader());
                List<TestIndex.Hit> one = index.nearest(ops, vector, doc -> true);
                assertEquals(1, one.size());
                assertHits(searcher, query, Metric.L2, one);
                for (int id : List.copyOf(index.docs.keySet())) {
                    index.delete(id);
                }
                assertHits(newSearcher(index.reader()), query, Metric.L2, List.of()); // deleted
            }
        }
    }
}

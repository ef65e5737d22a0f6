package org.ivory.lucene;

import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TotalHits;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** Searches by codes that tell the vectors only roughly, through payloads of any format. */
public class CodeSearchTests extends VectorTestCase {

    private static final int DIMENSION = 7;
    private static final float ROUGH = 4;

    private ReferenceModel rough(long fingerprint, Metric metric, int nlist, float step) {
        ReferenceModel model =
                ReferenceModel.random(random(), fingerprint, metric, DIMENSION, nlist, step);
        models.put(fingerprint, model);
        return model;
    }

    private static VectorQuerySpec spec(
            TestIndex index, float[] vector, int k, int nprobe, Query filter, Float oversample) {
        return new VectorQuerySpec(
                TestIndex.FIELD,
                DIMENSION,
                index.metric,
                vector,
                k,
                nprobe,
                filter,
                null,
                false,
                null,
                oversample);
    }

    /** The best by estimate are compared exactly: neither fewer nor more. */
    public void testTheBestEstimatesAreRescored() throws IOException {
        for (Metric metric : Metric.values()) {
            try (TestIndex index = new TestIndex(random(), metric, DIMENSION)) {
                // Cosines lie within the unit ball.
                ReferenceModel model = rough(FIRST, metric, 6, metric == Metric.COSINE ? 0.5f : 4);
                index.fill(atLeast(200), 0.9, 0.2, model);
                IndexSearcher searcher = newSearcher(index.reader());
                float[] vector = TestVectors.random(random(), DIMENSION);
                int nprobe = 1 + random().nextInt(6);
                Set<Integer> cells = probed(model, vector, nprobe);
                List<TestIndex.Hit> visited =
                        index.nearest(ops, vector, doc -> cells.contains(doc.cell()));
                if (visited.isEmpty()) {
                    continue;
                }
                int k = 1 + random().nextInt(visited.size());
                float oversample = 1 + 2 * random().nextFloat();
                List<TestIndex.Hit> best = new ArrayList<>(visited);
                best.sort(
                        Comparator.<TestIndex.Hit>comparingDouble(hit ->
                                        model.estimate(vector, index.docs.get(hit.id()).vector()))
                                .thenComparing(TestIndex.Hit::doc));
                List<TestIndex.Hit> candidates =
                        new ArrayList<>(first(best, (int) Math.ceil((double) oversample * k)));
                candidates.sort(Comparator.comparingInt(visited::indexOf));
                long rescored = counters.snapshot().vectorsRescored();
                assertHits(
                        searcher,
                        query(spec(index, vector, k, nprobe, null, oversample)),
                        metric,
                        first(candidates, k));
                assertEquals(candidates.size(), counters.snapshot().vectorsRescored() - rescored);
            }
        }
    }

    public void testExactIsExactWhateverTheCodes() throws IOException {
        try (TestIndex index = new TestIndex(random(), Metric.L2, DIMENSION)) {
            ReferenceModel model = rough(FIRST, Metric.L2, 6, 100);
            index.fill(atLeast(100), 0.9, 0.2, model);
            IndexSearcher searcher = newSearcher(index.reader());
            float[] vector = TestVectors.random(random(), DIMENSION);
            List<TestIndex.Hit> all = index.nearest(ops, vector, doc -> true);
            Query exact = query(spec(index, vector, 10, 0, null, null, true));
            assertHits(searcher, exact, Metric.L2, first(all, 10));
            float limit = all.get(all.size() / 2).raw();
            List<TestIndex.Hit> inside = all.stream().filter(hit -> hit.raw() <= limit).toList();
            Query range = query(spec(index, vector, all.size(), 6, null, limit, false));
            assertHits(searcher, range, Metric.L2, inside);
            Query match = query(spec(index, vector, 0, 6, null, null, false));
            assertHits(searcher, match, Metric.L2, all);
        }
    }

    /** After a quarter of the cells the scan tells how many to visit; never where hits are few. */
    public void testCellsThatAreNotWorthItAreLeftOut() throws IOException {
        try (TestIndex index = new TestIndex(random(), Metric.L2, DIMENSION)) {
            ReferenceModel model = rough(FIRST, Metric.L2, 16, 0);
            index.fill(atLeast(300), 0.9, 0, model);
            IndexSearcher searcher = newSearcher(index.reader());
            float[] vector = TestVectors.random(random(), DIMENSION);
            List<TestIndex.Hit> all = index.nearest(ops, vector, doc -> true);
            Query everything = TestIndex.ids(List.copyOf(index.docs.keySet()));
            for (int[] worthAndVisited : new int[][] {{12, 12}, {7, 7}, {1, 3}, {0, 3}}) {
                model.worth = to -> worthAndVisited[0];
                Set<Integer> cells = probed(model, vector, worthAndVisited[1]);
                List<TestIndex.Hit> visited =
                        index.nearest(ops, vector, doc -> cells.contains(doc.cell()));
                if (!visited.isEmpty()) {
                    long before = counters.snapshot().cellsProbed();
                    Query query = query(spec(index, vector, 1, 12, null, 8f));
                    assertHits(searcher, query, Metric.L2, first(visited, 1));
                    assertEquals(worthAndVisited[1], counters.snapshot().cellsProbed() - before);
                }
                Query few = query(spec(index, vector, 1, 16, null, 7f));
                assertHits(searcher, few, Metric.L2, first(all, 1));
                Query filtered = query(topK(index, vector, 1, 16, everything));
                assertHits(searcher, filtered, Metric.L2, first(all, 1));
                Query more = query(topK(index, vector, all.size(), 12, null));
                assertHits(searcher, more, Metric.L2, all);
            }
        }
    }

    /** Segments without payloads, or with those of another length, are no worse. */
    public void testDocumentsWithoutCodesAreComparedExactly() throws IOException {
        for (Metric metric : Metric.values()) {
            try (TestIndex index = new TestIndex(random(), metric, DIMENSION)) {
                ReferenceModel model = rough(FIRST, metric, 12, 0);
                index.fill(atLeast(150), 0.9, 0.2, model.withCodes(-1), model, null);
                IndexSearcher searcher = newSearcher(index.reader());
                float[] vector = TestVectors.random(random(), DIMENSION);
                int nprobe = 1 + random().nextInt(12);
                Set<Integer> cells = probed(model, vector, nprobe);
                Predicate<TestIndex.Doc> visited =
                        doc -> doc.fingerprint() != FIRST || cells.contains(doc.cell());
                List<TestIndex.Hit> hits = index.nearest(ops, vector, visited);
                int k = 1 + random().nextInt(hits.size());
                Query query = query(topK(index, vector, k, nprobe, null));
                assertHits(searcher, query, metric, first(hits, k));
            }
        }
    }

    public void testFiltersAndDeletionsNeverCostHits() throws IOException {
        for (int round = 0; round < 3; round++) {
            Metric metric = randomMetric();
            try (TestIndex index = new TestIndex(random(), metric, DIMENSION)) {
                ReferenceModel first = rough(FIRST, metric, 40, ROUGH);
                ReferenceModel second = rough(SECOND, metric, 25, -1);
                index.fill(atLeast(400), 0.9, 0.4, first, first, first, second, null);
                IndexSearcher searcher = newSearcher(index.reader());
                float[] vector = TestVectors.random(random(), DIMENSION);
                List<Integer> ids = new ArrayList<>(index.docs.keySet());
                Collections.shuffle(ids, random());
                int k = 1 + random().nextInt(30);
                for (int size : new int[] {0, 1, k, ids.size() / 3, ids.size()}) {
                    Set<Integer> passing = Set.copyOf(ids.subList(0, size));
                    List<TestIndex.Hit> survivors =
                            index.nearest(ops, vector, doc -> passing.contains(doc.id()));
                    Query filter = TestIndex.ids(List.copyOf(passing));
                    Query query = query(spec(index, vector, k, 1, filter, 1f));
                    ScoreDoc[] hits = searcher.search(query, k).scoreDocs;
                    assertEquals(Math.min(k, survivors.size()), hits.length);
                    Set<Integer> allowed = new HashSet<>();
                    survivors.forEach(hit -> allowed.add(hit.doc()));
                    for (ScoreDoc hit : hits) {
                        assertTrue("twice, or does not pass", allowed.remove(hit.doc));
                    }
                }
            }
        }
    }

    public void testACancelledSearchLeavesNothingOpen() throws IOException {
        try (TestIndex index = new TestIndex(random(), Metric.L2, DIMENSION)) {
            ReferenceModel model = rough(FIRST, Metric.L2, 6, ROUGH);
            index.fill(atLeast(100), 1, 0.2, model);
            IndexSearcher searcher = newSearcher(index.reader());
            AtomicInteger left = new AtomicInteger(1);
            cancellation =
                    () -> {
                        if (left.getAndDecrement() == 0) {
                            throw new CancellationException("enough");
                        }
                    };
            float[] vector = TestVectors.random(random(), DIMENSION);
            Query query = query(topK(index, vector, 5, 3, null));
            expectThrows(CancellationException.class, () -> searcher.search(query, 5));
            assertEquals("references to the model", 1, model.references());
        }
    }

    public void testAProfileTellsWhatWasDone() throws IOException {
        try (TestIndex index = new TestIndex(random(), Metric.L2, DIMENSION)) {
            ReferenceModel model = rough(FIRST, Metric.L2, 6, ROUGH);
            index.fill(atLeast(100), 1, 0, model);
            index.merge();
            IndexSearcher searcher = newSearcher(index.reader());
            Query query =
                    query(spec(index, TestVectors.random(random(), DIMENSION), 5, 6, null, 2f));
            TotalHits hits = searcher.search(query, 5).totalHits;
            assertEquals(5, hits.value());
            String text = query.toString();
            for (String part :
                    List.of(
                            "path=top_k",
                            "cells_probed=6",
                            "vectors_scanned=" + index.docs.size(),
                            "rescored=10",
                            "segments_mapped=0",
                            "segments_copied=1")) {
                assertTrue(part + " in " + text, text.contains(part));
            }
            SearchCounters.Snapshot totals = counters.snapshot();
            assertEquals(index.docs.size(), totals.vectorsScanned());
            assertEquals(10, totals.vectorsRescored());
            assertEquals(6, totals.cellsProbed());
            assertEquals(1, totals.segmentsCopied());
        }
    }
}

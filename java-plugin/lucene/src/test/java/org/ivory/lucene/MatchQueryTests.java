package org.ivory.lucene;

import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TopDocs;
import org.ivory.lucene.SearchCounters.Path;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Match mode against brute force on random indices: alone, filtered, within a radius, combined. */
public class MatchQueryTests extends VectorTestCase {

    private static final int DIMENSION = 6;

    private TestIndex index;
    private ReferenceModel model;
    private IndexSearcher searcher;
    private float[] vector;
    private int nprobe;
    private Predicate<TestIndex.Doc> visited;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        Metric metric = randomMetric();
        index = new TestIndex(random(), metric, DIMENSION);
        model = model(FIRST, metric, DIMENSION, 16);
        ReferenceModel missing = ReferenceModel.random(random(), SECOND, metric, DIMENSION, 5);
        index.fill(atLeast(200), 0.8, 0.2, model, model, model, model, missing, null);
        searcher = newSearcher(index.reader());
        vector = TestVectors.random(random(), DIMENSION);
        nprobe = 1 + random().nextInt(8);
        Set<Integer> cells = probed(model, vector, nprobe);
        visited = doc -> doc.fingerprint() != FIRST || cells.contains(doc.cell());
    }

    @Override
    public void tearDown() throws Exception {
        index.close();
        super.tearDown();
    }

    private Query match(Query filter, Float limit) {
        return query(spec(index, vector, 0, nprobe, filter, limit, false));
    }

    private boolean within(TestIndex.Hit hit, float limit) {
        return index.metric == Metric.L2 ? hit.raw() <= limit : hit.raw() >= limit;
    }

    private Set<Integer> someIds(int size) {
        List<Integer> ids = new ArrayList<>(index.docs.keySet());
        Collections.shuffle(ids, random());
        return Set.copyOf(ids.subList(0, size));
    }

    public void testMatchesTheDocumentsOfProbedCells() throws IOException {
        List<TestIndex.Hit> expected = index.nearest(ops, vector, visited);
        assertHits(searcher, match(null, null), index.metric, expected);
        assertHits(searcher, match(MatchAllDocsQuery.INSTANCE, null), index.metric, expected);
        assertEquals(expected.size(), searcher.count(match(null, null)));
        assertEquals(3, (long) counters.snapshot().queries().get(Path.MATCH));
        assertEquals(3L * nprobe, counters.snapshot().cellsProbed());
    }

    public void testExactMatchesAll() throws IOException {
        List<TestIndex.Hit> all = index.nearest(ops, vector, doc -> true);
        Query exact = query(spec(index, vector, 0, nprobe, null, null, true));
        assertHits(searcher, exact, index.metric, all);
        assertEquals(all.size(), searcher.count(exact));
        Set<Integer> ids = someIds(index.docs.size() / 3);
        assertHits(
                searcher,
                query(spec(index, vector, 0, 0, TestIndex.ids(List.copyOf(ids)), null, true)),
                index.metric,
                index.nearest(ops, vector, doc -> ids.contains(doc.id())));
    }

    public void testFilterIsAConjunction() throws IOException {
        for (int size : new int[] {0, 1, 5, index.docs.size() / 2, index.docs.size()}) {
            Set<Integer> ids = someIds(size);
            Query filter = TestIndex.ids(List.copyOf(ids));
            List<TestIndex.Hit> expected =
                    index.nearest(ops, vector, doc -> visited.test(doc) && ids.contains(doc.id()));
            assertHits(searcher, match(filter, null), index.metric, expected);
            Query outside =
                    new BooleanQuery.Builder()
                            .add(match(null, null), BooleanClause.Occur.MUST)
                            .add(filter, BooleanClause.Occur.FILTER)
                            .build();
            assertHits(searcher, outside, index.metric, expected);
        }
        assertHits(searcher, match(new MatchNoDocsQuery("none"), null), index.metric, List.of());
    }

    public void testRadiusIsInclusive() throws IOException {
        List<TestIndex.Hit> candidates = index.nearest(ops, vector, visited);
        float limit = candidates.get(random().nextInt(candidates.size())).raw();
        List<TestIndex.Hit> expected =
                candidates.stream().filter(hit -> within(hit, limit)).toList();
        assertHits(searcher, match(null, limit), index.metric, expected);
        assertEquals(expected.size(), searcher.count(match(null, limit)));
        Set<Integer> ids = someIds(index.docs.size() / 2);
        assertHits(
                searcher,
                match(TestIndex.ids(List.copyOf(ids)), limit),
                index.metric,
                expected.stream().filter(hit -> ids.contains(hit.id())).toList());
        assertEquals(3, (long) counters.snapshot().queries().get(Path.RANGE));
    }

    /** In a conjunction the radius is confirmed last, in a disjunction for every candidate. */
    public void testCombines() throws IOException {
        List<TestIndex.Hit> candidates = index.nearest(ops, vector, visited);
        float limit = candidates.get(random().nextInt(candidates.size())).raw();
        Set<Integer> ids = someIds(index.docs.size() / 3);
        Query other = TestIndex.ids(List.copyOf(ids));
        for (Float radius : new Float[] {null, limit}) {
            Predicate<TestIndex.Hit> matches = hit -> radius == null || within(hit, radius);
            Query not =
                    new BooleanQuery.Builder()
                            .add(match(null, radius), BooleanClause.Occur.MUST)
                            .add(other, BooleanClause.Occur.MUST_NOT)
                            .build();
            assertHits(
                    searcher,
                    not,
                    index.metric,
                    candidates.stream()
                            .filter(matches)
                            .filter(hit -> !ids.contains(hit.id()))
                            .toList());
            Query either =
                    new BooleanQuery.Builder()
                            .add(match(null, radius), BooleanClause.Occur.SHOULD)
                            .add(new BoostQuery(other, 0f), BooleanClause.Occur.SHOULD)
                            .build();
            Set<Integer> union = new HashSet<>(ids);
            candidates.stream().filter(matches).forEach(hit -> union.add(hit.id()));
            assertEquals(union.size(), searcher.count(either));
            Query both =
                    new BooleanQuery.Builder()
                            .add(match(null, radius), BooleanClause.Occur.MUST)
                            .add(new BoostQuery(other, 0f), BooleanClause.Occur.MUST)
                            .build();
            assertHits(
                    searcher,
                    both,
                    index.metric,
                    candidates.stream()
                            .filter(matches)
                            .filter(hit -> ids.contains(hit.id()))
                            .toList());
        }
    }

    public void testBoost() throws IOException {
        ScoreDoc[] plain = searcher.search(match(null, null), 1000).scoreDocs;
        ScoreDoc[] boosted =
                searcher.search(new BoostQuery(match(null, null), 2.5f), 1000).scoreDocs;
        assertEquals(plain.length, boosted.length);
        for (int i = 0; i < plain.length; i++) {
            assertEquals(plain[i].doc, boosted[i].doc);
            assertEquals(plain[i].score * 2.5f, boosted[i].score, 0f);
        }
    }

    public void testSortsByField() throws IOException {
        List<TestIndex.Hit> expected = index.nearest(ops, vector, visited);
        TopDocs sorted =
                searcher.search(
                        match(null, null), 1000, new Sort(new SortField("id", SortField.Type.INT)));
        assertEquals(
                expected.stream().map(TestIndex.Hit::id).sorted().toList(),
                Arrays.stream(sorted.scoreDocs).map(hit -> ((FieldDoc) hit).fields[0]).toList());
    }
}

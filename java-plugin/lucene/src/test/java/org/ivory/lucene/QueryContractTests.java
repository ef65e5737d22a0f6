package org.ivory.lucene;

import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.search.join.QueryBitSetProducer;
import org.apache.lucene.tests.search.CheckHits;
import org.apache.lucene.tests.search.QueryUtils;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What Lucene asks of any query: identity, iteration, explanations, visitors. */
public class QueryContractTests extends VectorTestCase {

    private static final int DIMENSION = 4;

    private TestIndex index;
    private ReferenceModel model;
    private DirectoryReader reader;
    private float[] vector;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        Metric metric = randomMetric();
        index = new TestIndex(random(), metric, DIMENSION);
        model = model(FIRST, metric, DIMENSION, 8);
        index.fill(atLeast(60), 0.8, 0.2, model, null);
        reader = index.reader();
        vector = TestVectors.random(random(), DIMENSION);
    }

    @Override
    public void tearDown() throws Exception {
        index.close();
        super.tearDown();
    }

    private List<Query> queries() throws IOException {
        List<TestIndex.Hit> all = index.nearest(ops, vector, doc -> true);
        Float limit = all.get(all.size() / 2).raw();
        Query filter =
                TestIndex.ids(index.docs.keySet().stream().filter(id -> id % 2 > 0).toList());
        return List.of(
                query(spec(index, vector, 0, 2, null, null, false)),
                query(spec(index, vector, 0, 2, filter, null, false)),
                query(spec(index, vector, 0, 2, null, limit, false)),
                query(spec(index, vector, 0, 8, filter, limit, false)),
                query(spec(index, vector, 0, 0, null, null, true)),
                query(spec(index, vector, 0, 0, filter, limit, true)));
    }

    private List<Query> topQueries() throws IOException {
        List<TestIndex.Hit> all = index.nearest(ops, vector, doc -> true);
        Float limit = all.get(all.size() / 2).raw();
        Query filter =
                TestIndex.ids(index.docs.keySet().stream().filter(id -> id % 2 > 0).toList());
        return List.of(
                query(spec(index, vector, 5, 2, null, null, false)),
                query(spec(index, vector, 5, 2, filter, null, false)),
                query(spec(index, vector, 5, 2, null, limit, false)),
                query(spec(index, vector, 1000, 0, filter, limit, true)));
    }

    public void testMatchModeKeepsTheContract() throws IOException {
        for (Query query : queries()) {
            QueryUtils.check(random(), query, newSearcher(reader));
        }
    }

    /** The hits of a search, bound to their reader, are a query like any other. */
    public void testHitsKeepTheContract() throws IOException {
        for (Query query : topQueries()) {
            IndexSearcher searcher = new IndexSearcher(reader);
            Query hits = ((TopKQuery) query).hits(searcher);
            QueryUtils.check(hits);
            CheckHits.checkExplanations(query, TestIndex.FIELD, newSearcher(reader));
            ScoreDoc[] found = searcher.search(hits, 1000).scoreDocs;
            Weight weight = searcher.createWeight(hits, ScoreMode.COMPLETE, 1f);
            for (LeafReaderContext leaf : reader.leaves()) {
                checkIteration(leaf, weight, found);
            }
        }
    }

    private static void checkIteration(LeafReaderContext leaf, Weight weight, ScoreDoc[] found)
            throws IOException {
        int maxDoc = leaf.reader().maxDoc();
        TreeMap<Integer, Float> expected = new TreeMap<>();
        for (ScoreDoc hit : found) {
            if (hit.doc >= leaf.docBase && hit.doc < leaf.docBase + maxDoc) {
                expected.put(hit.doc - leaf.docBase, hit.score);
            }
        }
        assertEquals(expected.size(), weight.count(leaf));
        if (expected.isEmpty()) {
            assertNull(weight.scorer(leaf));
            return;
        }
        for (int round = 0; round < 10; round++) {
            Scorer scorer = weight.scorer(leaf);
            DocIdSetIterator iterator = scorer.iterator();
            assertEquals(-1, scorer.docID());
            while (scorer.docID() != DocIdSetIterator.NO_MORE_DOCS) {
                int target = scorer.docID() + 1;
                if (random().nextBoolean()) {
                    target += random().nextInt(maxDoc);
                    iterator.advance(target);
                } else {
                    iterator.nextDoc();
                }
                Map.Entry<Integer, Float> next = expected.ceilingEntry(target);
                if (next == null) {
                    assertEquals(DocIdSetIterator.NO_MORE_DOCS, iterator.docID());
                } else {
                    assertEquals((int) next.getKey(), iterator.docID());
                    assertEquals(next.getValue(), scorer.score(), 0f);
                    assertTrue(scorer.score() <= scorer.getMaxScore(maxDoc));
                }
            }
        }
    }

    public void testExplanationsOfWhatDoesNotMatch() throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        List<Query> all = new ArrayList<>(queries());
        all.addAll(topQueries());
        for (Query query : all) {
            Query rewritten = searcher.rewrite(query);
            ScoreDoc[] hits = searcher.search(query, reader.maxDoc()).scoreDocs;
            Set<Integer> found = new HashSet<>();
            for (ScoreDoc hit : hits) {
                found.add(hit.doc);
                Explanation explanation = searcher.explain(rewritten, hit.doc);
                assertTrue(explanation.isMatch());
                assertEquals(hit.score, explanation.getValue().floatValue(), 0f);
            }
            for (LeafReaderContext leaf : reader.leaves()) {
                for (int doc = 0; doc < leaf.reader().maxDoc(); doc++) {
                    boolean live =
                            leaf.reader().getLiveDocs() == null
                                    || leaf.reader().getLiveDocs().get(doc);
                    if (live && !found.contains(leaf.docBase + doc)) {
                        assertFalse(searcher.explain(rewritten, leaf.docBase + doc).isMatch());
                    }
                }
            }
        }
    }

    public void testExplanationSaysWhere() throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        Query match = query(spec(index, vector, 0, 8, null, null, false));
        Set<String> seen = new HashSet<>();
        for (ScoreDoc hit : searcher.search(match, reader.maxDoc()).scoreDocs) {
            String text = searcher.explain(match, hit.doc).toString();
            assertTrue(text, text.contains("raw value") && text.contains("distance"));
            seen.add(
                    text.contains("indexed without a model: searched exactly")
                            ? "exact"
                            : text.contains("of model 0123456789abcdef, one of 8 cells probed")
                                    ? "probed"
                                    : text);
        }
        assertEquals(Set.of("exact", "probed"), seen);
    }

    public void testIdentityIsByValue() {
        VectorQuerySpec spec = spec(index, vector, 5, 2, null, null, false);
        for (VectorQuerySpec same :
                List.of(spec, spec(index, vector.clone(), 5, 2, null, null, false))) {
            QueryUtils.checkEqual(query(spec), query(same));
        }
        float[] other = vector.clone();
        other[0]++;
        Query filter = MatchAllDocsQuery.INSTANCE;
        for (VectorQuerySpec different :
                List.of(
                        spec(index, other, 5, 2, null, null, false),
                        spec(index, vector, 6, 2, null, null, false),
                        spec(index, vector, 0, 2, null, null, false),
                        spec(index, vector, 5, 3, null, null, false),
                        spec(index, vector, 5, 2, filter, null, false),
                        spec(index, vector, 5, 2, null, 0.5f, false),
                        spec(index, vector, 5, 2, null, null, true),
                        new VectorQuerySpec(
                                "other",
                                DIMENSION,
                                index.metric,
                                vector,
                                5,
                                2,
                                null,
                                null,
                                false,
                                null),
                        new VectorQuerySpec(
                                TestIndex.FIELD,
                                DIMENSION,
                                index.metric,
                                vector,
                                5,
                                2,
                                null,
                                null,
                                false,
                                new QueryBitSetProducer(filter)))) {
            QueryUtils.checkUnequal(query(spec), query(different));
        }
    }

    public void testNotCacheable() throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        for (int k : new int[] {0, 5}) {
            Query query = query(topK(index, vector, k, 8, null));
            Weight weight = searcher.createWeight(query, ScoreMode.COMPLETE, 1f);
            for (LeafReaderContext leaf : reader.leaves()) {
                assertFalse(weight.isCacheable(leaf));
            }
        }
    }

    public void testVisitsItsField() throws IOException {
        for (Query query :
                List.of(
                        query(topK(index, vector, 0, 8, null)),
                        query(topK(index, vector, 5, 8, null)),
                        hits(topK(index, vector, 5, 8, null)))) {
            for (String field : new String[] {TestIndex.FIELD, "other"}) {
                List<Query> leaves = new ArrayList<>();
                query.visit(
                        new QueryVisitor() {
                            @Override
                            public boolean acceptField(String name) {
                                return name.equals(field);
                            }

                            @Override
                            public void visitLeaf(Query leaf) {
                                leaves.add(leaf);
                            }
                        });
                assertEquals(field.equals(TestIndex.FIELD) ? List.of(query) : List.of(), leaves);
            }
        }
    }

    public void testHitsBelongToTheirReader() throws IOException {
        Query hits = hits(topK(index, vector, 5, 8, null));
        reader.incRef();
        try {
            index.put(100_000, vector, model);
            IndexSearcher later = new IndexSearcher(index.reader());
            assertNotSame(reader, later.getIndexReader());
            expectThrows(
                    IllegalStateException.class,
                    () -> later.createWeight(hits, ScoreMode.COMPLETE, 1f));
        } finally {
            reader.decRef();
        }
    }

    private HitsQuery hits(VectorQuerySpec spec) throws IOException {
        return ((TopKQuery) query(spec)).hits(new IndexSearcher(reader));
    }

    /** Hosts rewrite more often than they search; and they ask again for what was found. */
    public void testSearchesOnceForAReader() throws IOException {
        IndexSearcher searcher = new IndexSearcher(reader);
        Query query = query(topK(index, vector, 5, 8, null));
        long before = counters.snapshot().totalQueries();
        assertSame(query, searcher.rewrite(query));
        assertEquals(before, counters.snapshot().totalQueries());
        Weight weight = query.createWeight(searcher, ScoreMode.COMPLETE, 1f);
        long searched = counters.snapshot().totalQueries();
        assertTrue(searched > before);
        int count = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            count += weight.count(leaf);
        }
        assertEquals(searcher.count(query), count);
        for (ScoreDoc hit : searcher.search(query, 5).scoreDocs) {
            assertTrue(searcher.explain(query, hit.doc).isMatch());
        }
        assertEquals(searched, counters.snapshot().totalQueries());
    }

    public void testSpecRefusesWhatMakesNoSense() {
        for (Object[] bad :
                new Object[][] {
                    {3, vector, 5, 2, null, "dimension"},
                    {4, new float[] {1, Float.NaN, 0, 0}, 5, 2, null, "vector[1]"},
                    {4, new float[] {1, 1, 0, Float.POSITIVE_INFINITY}, 5, 2, null, "vector[3]"},
                    {4, vector, -1, 2, null, "k"},
                    {4, vector, 5, -2, null, "nprobe"},
                    {4, vector, 5, 2, Float.NaN, "radius"},
                }) {
            IllegalArgumentException e =
                    expectThrows(
                            IllegalArgumentException.class,
                            () ->
                                    new VectorQuerySpec(
                                            "f",
                                            (int) bad[0],
                                            Metric.L2,
                                            (float[]) bad[1],
                                            (int) bad[2],
                                            (int) bad[3],
                                            null,
                                            (Float) bad[4],
                                            false,
                                            null));
            assertTrue(e.getMessage(), e.getMessage().contains("[f]"));
            assertTrue(e.getMessage(), e.getMessage().contains((String) bad[5]));
        }
        expectThrows(
                IllegalArgumentException.class,
                () ->
                        new VectorQuerySpec(
                                "f",
                                2,
                                Metric.COSINE,
                                new float[2],
                                5,
                                2,
                                null,
                                null,
                                false,
                                null));
    }
}

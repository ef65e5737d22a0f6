package org.ivory.lucene;

import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.QueryBitSetProducer;
import org.apache.lucene.search.join.ScoreMode;
import org.apache.lucene.search.join.ToParentBlockJoinQuery;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.index.RandomIndexWriter;
import org.apache.lucene.util.Bits;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Vectors of nested documents: each parent counts once, by its nearest child. */
public class NestedTests extends VectorTestCase {

    private static final int DIMENSION = 5;
    private static final Query PARENTS = new TermQuery(new Term("kind", "parent"));

    private record Child(int id, int parent, float[] vector, int cell) {}

    private final Map<Integer, Child> children = new HashMap<>();
    private Metric metric;
    private ReferenceModel model;
    private Directory directory;
    private DirectoryReader reader;
    private IndexSearcher searcher;
    private BitSetProducer parents;
    private float[] vector;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        metric = randomMetric();
        model = model(FIRST, metric, DIMENSION, 10);
        directory = newDirectory();
        var config = newIndexWriterConfig(null);
        if (random().nextBoolean()) {
            config.setMergePolicy(NoMergePolicy.INSTANCE);
        }
        try (RandomIndexWriter writer = new RandomIndexWriter(random(), directory, config)) {
            int count = atLeast(60);
            for (int parent = 0; parent < count; parent++) {
                writer.addDocuments(family(parent));
                if (random().nextInt(20) == 0) {
                    writer.commit();
                }
            }
            for (int parent = 0; parent < count; parent++) {
                if (random().nextInt(5) == 0) {
                    writer.deleteDocuments(new Term("family", Integer.toString(parent)));
                }
            }
            reader = writer.getReader();
        }
        searcher = newSearcher(reader);
        parents = new QueryBitSetProducer(PARENTS);
        vector = TestVectors.random(random(), DIMENSION);
    }

    private List<Document> family(int parent) {
        List<Document> family = new ArrayList<>();
        for (int i = random().nextInt(6); i > 0; i--) {
            Document document = new Document();
            float[] childVector = TestVectors.random(random(), DIMENSION);
            Child child =
                    new Child(children.size(), parent, childVector, model.cellOf(childVector));
            children.put(child.id, child);
            document.add(new NumericDocValuesField("id", child.id));
            document.add(new StringField("odd", "" + child.id % 2, Field.Store.NO));
            document.add(new StringField("family", "" + parent, Field.Store.NO));
            VectorFields.add(
                    document::add,
                    TestIndex.FIELD,
                    metric,
                    childVector,
                    FIRST,
                    child.cell,
                    random().nextInt(9) == 0 ? null : model.code(childVector));
            family.add(document);
        }
        Document document = new Document();
        document.add(new StringField("kind", "parent", Field.Store.NO));
        document.add(new StringField("family", "" + parent, Field.Store.NO));
        family.add(document);
        return family;
    }

    @Override
    public void tearDown() throws Exception {
        reader.close();
        directory.close();
        super.tearDown();
    }

    private VectorQuerySpec spec(int k, int nprobe, Query filter, Float limit, boolean exact) {
        return new VectorQuerySpec(
                TestIndex.FIELD,
                DIMENSION,
                metric,
                vector,
                k,
                nprobe,
                filter,
                limit,
                exact,
                parents);
    }

    /** The nearest child of each parent among those that pass, nearest first. */
    private List<TestIndex.Hit> nearest(Predicate<Child> passing) throws IOException {
        Comparator<TestIndex.Hit> byRaw = Comparator.comparing(TestIndex.Hit::raw);
        Comparator<TestIndex.Hit> nearer =
                (metric == Metric.L2 ? byRaw : byRaw.reversed()).thenComparing(TestIndex.Hit::doc);
        Map<Integer, TestIndex.Hit> best = new HashMap<>();
        for (LeafReaderContext leaf : reader.leaves()) {
            NumericDocValues ids = leaf.reader().getNumericDocValues("id");
            Bits live = leaf.reader().getLiveDocs();
            for (int doc = 0; ids != null && doc < leaf.reader().maxDoc(); doc++) {
                if ((live != null && !live.get(doc)) || !ids.advanceExact(doc)) {
                    continue;
                }
                Child child = children.get((int) ids.longValue());
                if (passing.test(child)) {
                    float raw = TestVectors.raw(ops, metric, vector, child.vector);
                    TestIndex.Hit hit = new TestIndex.Hit(leaf.docBase + doc, child.id, raw);
                    best.merge(child.parent, hit, (a, b) -> nearer.compare(a, b) <= 0 ? a : b);
                }
            }
        }
        return best.values().stream().sorted(nearer).toList();
    }

    public void testOneChildAParent() throws IOException {
        List<TestIndex.Hit> all = nearest(child -> true);
        for (int k : new int[] {1, 3, 10, all.size(), 1000}) {
            assertHits(searcher, query(spec(k, 0, null, null, true)), metric, first(all, k));
            assertHits(searcher, query(spec(k, 10, null, null, false)), metric, first(all, k));
        }
    }

    /** However few cells are asked for: k parents, if there are k with a child that passes. */
    public void testEnoughParents() throws IOException {
        Query odd = new TermQuery(new Term("odd", "1"));
        for (Query filter : new Query[] {null, odd}) {
            List<TestIndex.Hit> all = nearest(child -> filter == null || child.id % 2 == 1);
            for (int k : new int[] {1, 7, all.size(), 1000}) {
                Query query = query(spec(k, 1, filter, null, false));
                ScoreDoc[] hits = searcher.search(query, 1000).scoreDocs;
                assertEquals(Math.min(k, all.size()), hits.length);
                long families = Arrays.stream(hits).map(this::familyOf).distinct().count();
                assertEquals(hits.length, families);
            }
        }
    }

    private int familyOf(ScoreDoc hit) {
        try {
            int doc = hit.doc;
            for (LeafReaderContext leaf : reader.leaves()) {
                if (doc < leaf.docBase + leaf.reader().maxDoc()) {
                    return leaf.docBase + parents.getBitSet(leaf).nextSetBit(doc - leaf.docBase);
                }
            }
            throw new AssertionError("no such document " + doc);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    public void testRadius() throws IOException {
        List<TestIndex.Hit> all = nearest(child -> true);
        float limit = all.get(all.size() / 3).raw();
        List<TestIndex.Hit> inside =
                all.stream()
                        .filter(h -> metric == Metric.L2 ? h.raw() <= limit : h.raw() >= limit)
                        .toList();
        assertHits(searcher, query(spec(1000, 10, null, limit, false)), metric, inside);
        assertHits(searcher, query(spec(2, 0, null, limit, true)), metric, first(inside, 2));
    }

    /** As a nested query does it. */
    public void testJoinedToParents() throws IOException {
        List<TestIndex.Hit> all = nearest(child -> true);
        Query join =
                new ToParentBlockJoinQuery(
                        query(spec(5, 10, null, null, false)), parents, ScoreMode.Max);
        ScoreDoc[] hits = searcher.search(join, 1000).scoreDocs;
        assertEquals(Math.min(5, all.size()), hits.length);
        for (ScoreDoc hit : hits) {
            assertTrue(
                    first(all, 5).stream()
                            .anyMatch(child ->
                                    familyOf(new ScoreDoc(child.doc(), 0)) == hit.doc
                                            && metric.score(child.raw()) == hit.score));
        }
        // Match mode joins all children of the probed cells.
        Query match =
                query(
                        new VectorQuerySpec(
                                TestIndex.FIELD,
                                DIMENSION,
                                metric,
                                vector,
                                0,
                                10,
                                null,
                                null,
                                false,
                                null));
        hits =
                searcher.search(new ToParentBlockJoinQuery(match, parents, ScoreMode.Max), 1000)
                        .scoreDocs;
        assertEquals(all.size(), hits.length);
        for (int i = 0; i < hits.length; i++) {
            assertEquals(metric.score(all.get(i).raw()), hits[i].score, 0f);
        }
    }
}

package org.ivory.lucene;

import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/** What block scoring costs: calls of the kernel, and rows nobody looked at. */
public class LookAheadTests extends VectorTestCase {

    private static final int DIMENSION = 5;
    private static final int COUNT = 2000;

    private TestIndex index;
    private IndexSearcher searcher;
    private CountingOps counting;
    private float[] vector;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        counting = new CountingOps(ops);
        ops = counting;
        index = new TestIndex(random(), Metric.L2, DIMENSION);
        for (int id = 0; id < COUNT; id++) {
            index.put(id, TestVectors.random(random(), DIMENSION), null);
        }
        index.merge();
        DirectoryReader reader = index.reader();
        assertEquals(1, reader.leaves().size());
        searcher = new IndexSearcher(reader);
        vector = TestVectors.random(random(), DIMENSION);
    }

    @Override
    public void tearDown() throws Exception {
        index.close();
        super.tearDown();
    }

    private Query match(boolean exact, Float limit) {
        return query(spec(index, vector, 0, 0, null, limit, exact));
    }

    public void testFullScanCallsOnceABlock() throws IOException {
        for (boolean exact : new boolean[] {false, true}) {
            for (Float limit : new Float[] {null, 50f}) {
                counting.reset();
                searcher.search(match(exact, limit), 10);
                assertEquals(COUNT, counting.rows.get());
                int blocks = COUNT / RowScorer.MOST_ROWS + 1;
                assertTrue(counting.calls + " calls", counting.calls.get() <= blocks + 8);
            }
            counting.reset();
            searcher.search(query(spec(index, vector, 10, 0, null, null, exact)), 10);
            assertEquals(COUNT, counting.rows.get());
            assertTrue(
                    counting.calls + " calls",
                    counting.calls.get() <= COUNT / RowScorer.MOST_ROWS + 1);
        }
    }

    /** Every hundredth document: one row a document and no more than a few on top. */
    public void testConjunctionThatLeapsScoresLittleElse() throws IOException {
        List<Integer> ids = IntStream.range(0, COUNT / 100).mapToObj(i -> i * 100).toList();
        for (boolean exact : new boolean[] {false, true}) {
            counting.reset();
            Query both =
                    new BooleanQuery.Builder()
                            .add(match(exact, null), BooleanClause.Occur.MUST)
                            .add(TestIndex.ids(ids), BooleanClause.Occur.FILTER)
                            .build();
            assertEquals(ids.size(), searcher.search(both, 1000).scoreDocs.length);
            assertTrue(counting.rows + " rows", counting.rows.get() <= 2 * ids.size());
        }
    }

    /** A caller that always goes on where a block ends, but used only one row of it. */
    public void testBlocksThatAreNotUsedDoNotGrow() throws IOException {
        LeafReaderContext leaf = searcher.getIndexReader().leaves().get(0);
        Scorer scorer =
                searcher.createWeight(match(false, null), ScoreMode.COMPLETE, 1f).scorer(leaf);
        counting.reset();
        int asked = 0;
        for (int doc = 0, leap = 2; doc < COUNT; doc += leap, leap *= 2) {
            scorer.iterator().advance(doc);
            scorer.score();
            asked++;
        }
        assertTrue(counting.rows + " rows for " + asked, counting.rows.get() <= 2 * asked + 4);
    }

    /** A filter of the query's own is applied first, so that full blocks remain. */
    public void testFilterLeavesFullBlocks() throws IOException {
        List<Integer> ids = IntStream.range(0, COUNT / 4).mapToObj(i -> i * 4).toList();
        for (boolean exact : new boolean[] {false, true}) {
            counting.reset();
            Query filtered = query(spec(index, vector, 0, 0, TestIndex.ids(ids), null, exact));
            assertEquals(ids.size(), searcher.search(filtered, 1000).scoreDocs.length);
            assertEquals(ids.size(), counting.rows.get());
            assertTrue(
                    counting.calls + " calls",
                    counting.calls.get() <= ids.size() / RowScorer.MOST_ROWS + 9);
        }
    }

    public void testNothingIsComparedForCounting() throws IOException {
        counting.reset();
        assertEquals(COUNT, searcher.count(match(false, null)));
        assertEquals(COUNT, searcher.count(match(true, null)));
        Query both =
                new BooleanQuery.Builder()
                        .add(match(false, null), BooleanClause.Occur.FILTER)
                        .add(TestIndex.ids(List.of(1, 2, 3)), BooleanClause.Occur.FILTER)
                        .build();
        assertEquals(3, searcher.count(both));
        assertEquals(0, counting.rows.get());
    }

    /** Random leaps and runs give the same values as one call a document. */
    public void testValuesDoNotDependOnTheWayThere() throws IOException {
        LeafReaderContext leaf = searcher.getIndexReader().leaves().get(0);
        ScoreMode mode = ScoreMode.COMPLETE;
        for (int round = 0; round < 20; round++) {
            Scorer walking =
                    searcher.createWeight(match(round % 2 == 0, null), mode, 1f).scorer(leaf);
            int doc = -1;
            while (doc + 1 < COUNT) {
                if (random().nextInt(40) == 0) {
                    doc = walking.iterator().advance(doc + 1 + random().nextInt(COUNT - doc - 1));
                } else {
                    doc = walking.iterator().nextDoc();
                }
                if (random().nextInt(5) > 0) {
                    Scorer single = searcher.createWeight(match(true, null), mode, 1f).scorer(leaf);
                    assertEquals(doc, single.iterator().advance(doc));
                    assertEquals(single.score(), walking.score(), 0f);
                    assertEquals(single.score(), walking.score(), 0f);
                }
            }
        }
    }
}

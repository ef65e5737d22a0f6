package org.ivory.lucene;

import org.apache.lucene.tests.util.LuceneTestCase;
import org.ivory.nativelib.Metric;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Scores, the order of hits, and the heap that keeps the best. */
public class RawScoreTests extends LuceneTestCase {

    private static final float[] RAW = {
        Float.NaN,
        Float.NEGATIVE_INFINITY,
        -Float.MAX_VALUE,
        -1.0001f,
        -1f,
        -1e-30f,
        -0f,
        0f,
        Float.MIN_VALUE,
        0.5f,
        1f,
        1.0001f,
        1e30f,
        Float.MAX_VALUE,
        Float.POSITIVE_INFINITY
    };

    public void testScoresAreWhatLuceneTakes() {
        for (Metric metric : Metric.values()) {
            for (float raw : RAW) {
                float score = RawScore.score(metric, raw);
                String what = metric + " of " + raw + " is " + score;
                assertTrue(what, Float.isFinite(score) && score >= 0);
                assertTrue(what, score <= RawScore.max(metric));
                assertTrue(what, Float.isFinite(RawScore.boosted(score, 1e30f)));
                if (Math.abs(raw) <= 1f) {
                    assertEquals(what, metric.score(raw), score, 0f);
                }
            }
            assertEquals(0f, RawScore.score(metric, Float.NaN), 0f);
        }
    }

    public void testRanks() {
        for (Metric metric : Metric.values()) {
            for (float a : RAW) {
                for (int doc : new int[] {0, 1, 77, Integer.MAX_VALUE - 129}) {
                    long rank = RawScore.rank(metric, a, doc);
                    assertEquals(doc, RawScore.docOf(rank));
                    assertEquals(a + 0f, RawScore.rawOf(metric, rank) + 0f, 0f);
                    assertTrue(rank > Long.MIN_VALUE);
                    for (float b : RAW) {
                        long other = RawScore.rank(metric, b, 33);
                        int nearer = nearer(metric, a, b);
                        int expected = nearer != 0 ? nearer : Integer.compare(33, doc);
                        assertEquals(
                                metric + " " + a + "/" + doc + " against " + b,
                                expected,
                                Long.compare(rank, other));
                    }
                }
            }
        }
    }

    /** Above 0 if a is nearer than b. */
    private static int nearer(Metric metric, float a, float b) {
        if (Float.isNaN(a) || Float.isNaN(b)) {
            return Boolean.compare(Float.isNaN(b), Float.isNaN(a));
        }
        int byValue = a == b ? 0 : a < b ? -1 : 1;
        return metric == Metric.L2 ? -byValue : byValue;
    }

    public void testTopHitsKeepsTheBest() {
        for (int round = 0; round < 50; round++) {
            int k = 1 + random().nextInt(20);
            List<Long> ranks = new ArrayList<>();
            for (int doc = random().nextInt(60); doc > 0; doc--) {
                ranks.add(RawScore.rank(Metric.L2, random().nextInt(10), doc));
            }
            Collections.shuffle(ranks, random());
            AtomicLong floor = new AtomicLong(Long.MIN_VALUE);
            List<TopHits> heaps = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                heaps.add(new TopHits(k, 1 + random().nextInt(30), floor));
            }
            for (long rank : ranks) {
                TopHits heap = heaps.get(random().nextInt(3));
                heap.offer(rank);
                if (random().nextInt(4) == 0) {
                    heap.exchangeFloor();
                }
            }
            List<Long> kept = new ArrayList<>();
            heaps.forEach(heap -> {
                assertTrue(heap.ranks().length <= k);
                for (long rank : heap.ranks()) {
                    kept.add(rank);
                }
            });
            ranks.sort(Comparator.reverseOrder());
            kept.sort(Comparator.reverseOrder());
            int expected = Math.min(k, ranks.size());
            assertEquals(ranks.subList(0, expected), kept.subList(0, expected));
        }
    }

    public void testSortDescending() {
        for (int size = 0; size < 6; size++) {
            long[] ranks = random().longs(size).toArray();
            TopHits.sortDescending(ranks);
            for (int i = 1; i < size; i++) {
                assertTrue(ranks[i - 1] >= ranks[i]);
            }
        }
    }
}

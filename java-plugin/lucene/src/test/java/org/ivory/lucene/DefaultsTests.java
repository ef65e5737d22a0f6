package org.ivory.lucene;

import org.apache.lucene.tests.util.LuceneTestCase;
import org.ivory.nativelib.EncoderSpec;

import java.util.List;

/** What queries do that do not say how: rescoring and filters. */
public class DefaultsTests extends LuceneTestCase {

    private static final List<EncoderSpec> ENCODERS =
            List.of(
                    new EncoderSpec("pq", 2),
                    new EncoderSpec("pq", 4),
                    new EncoderSpec("sq", 4),
                    new EncoderSpec("sq", 8),
                    new EncoderSpec("rabitq", 1),
                    new EncoderSpec("rabitq", 2),
                    new EncoderSpec("rabitq", 4));

    public void testRescoringGrowsWithKButNotAsFast() {
        for (EncoderSpec encoder : ENCODERS) {
            double factor = Double.MAX_VALUE;
            for (int k : new int[] {1, 10, 100, 1000, 10_000}) {
                int candidates = RescoreDefault.candidates(encoder, 128, k, null, false);
                assertTrue(candidates > k);
                assertTrue((double) candidates / k < factor);
                factor = (double) candidates / k;
                assertTrue(RescoreDefault.candidates(encoder, 128, k, null, true) > candidates);
            }
        }
    }

    public void testFinerCodesWantFewer() {
        for (List<EncoderSpec> finer :
                List.of(
                        List.of(new EncoderSpec("pq", 2), new EncoderSpec("pq", 4)),
                        List.of(new EncoderSpec("sq", 8), new EncoderSpec("sq", 4)),
                        List.of(new EncoderSpec("rabitq", 4), new EncoderSpec("rabitq", 2)),
                        List.of(new EncoderSpec("rabitq", 2), new EncoderSpec("rabitq", 1)))) {
            assertTrue(
                    RescoreDefault.candidates(finer.get(0), 128, 10, null, false)
                            < RescoreDefault.candidates(finer.get(1), 128, 10, null, false));
        }
    }

    public void testAFactorThatIsAskedForIsTaken() {
        EncoderSpec encoder = new EncoderSpec("sq", 8);
        assertEquals(10, RescoreDefault.candidates(encoder, 128, 10, 1f, false));
        assertEquals(25, RescoreDefault.candidates(encoder, 128, 10, 2.5f, false));
        assertEquals(4, RescoreDefault.candidates(encoder, 128, 3, 1.1f, false));
        assertEquals(1000, RescoreDefault.candidates(encoder, 128, 10, 100f, false));
        assertEquals(
                RescoreDefault.MOST, RescoreDefault.candidates(encoder, 128, 10_000, 100f, false));
    }

    public void testFewSurvivorsAreComparedAndManyScanned() {
        FilterRule rule = new FilterRule(10, 12_000, true);
        assertTrue(rule.compareAll(10, 500_000));
        assertTrue(rule.compareAll(1_000, 500_000));
        assertFalse(rule.compareAll(50_000, 500_000));
        assertFalse(rule.compareAll(250_000, 500_000));
        assertTrue(new FilterRule(10, 1_600, true).compareAll(1_000, 10_000));
        assertFalse(new FilterRule(10, 1_600, true).compareAll(5_000, 10_000));
        boolean compared = true;
        for (long survivors = 1; survivors <= 500_000; survivors *= 2) {
            boolean compares = rule.compareAll(survivors, 500_000);
            assertTrue("once too many, always too many", compared || !compares);
            compared = compares;
            assertTrue(rule.wanted(survivors, 500_000) >= 10);
        }
    }

    public void testWithoutCodesComparingIsAllThatIsDone() {
        FilterRule rule = new FilterRule(10, 12_000, false);
        assertTrue(rule.compareAll(12_000, 500_000));
        assertFalse(rule.compareAll(12_001, 500_000));
    }
}

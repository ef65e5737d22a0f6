package org.ivory.opensearch.query;

import org.ivory.nativelib.Metric;
import org.opensearch.test.OpenSearchTestCase;

/** A document is within a limit if and only if the value that the user sees is. */
public class RawLimitsTests extends OpenSearchTestCase {

    private static float randomRaw(Metric metric) {
        return switch (metric) {
            case L2 -> (float) Math.pow(10, randomDoubleBetween(-8, 8, true));
            case COSINE -> (float) randomDoubleBetween(-1, 1, true);
            case INNER_PRODUCT ->
                    (float)
                            (Math.pow(10, randomDoubleBetween(-4, 6, true))
                                    * (randomBoolean() ? 1 : -1));
        };
    }

    private static boolean within(Metric metric, float raw, float limit) {
        return metric.largerIsNearer() ? raw >= limit : raw <= limit;
    }

    /** The next f32 that is farther. */
    private static float farther(Metric metric, float raw) {
        return metric.largerIsNearer() ? Math.nextDown(raw) : Math.nextUp(raw);
    }

    public void testMinScore() {
        for (Metric metric : Metric.values()) {
            for (int i = 0; i < 2_000; i++) {
                float score = metric.score(randomRaw(metric));
                if (score > 0) {
                    float limit = RawLimits.ofMinScore(metric, score);
                    assertTrue(metric + " " + score, metric.score(limit) >= score);
                    assertTrue(metric + " " + score, metric.score(farther(metric, limit)) < score);
                }
            }
        }
    }

    public void testMaxDistance() {
        for (Metric metric : Metric.values()) {
            for (int i = 0; i < 2_000; i++) {
                float distance = metric.distance(randomRaw(metric));
                float limit = RawLimits.ofMaxDistance(metric, distance);
                assertTrue(metric + " " + distance, metric.distance(limit) <= distance);
                assertTrue(
                        metric + " " + distance,
                        metric.distance(farther(metric, limit)) > distance);
            }
        }
    }

    /** A score taken from a response finds the document again. */
    public void testLimitOfADocumentIncludesIt() {
        for (Metric metric : Metric.values()) {
            for (int i = 0; i < 2_000; i++) {
                float raw = randomRaw(metric);
                if (metric.score(raw) > 0) {
                    float limit = RawLimits.ofMinScore(metric, metric.score(raw));
                    assertTrue(metric + " " + raw, within(metric, raw, limit));
                }
                float limit = RawLimits.ofMaxDistance(metric, metric.distance(raw));
                assertTrue(metric + " " + raw, within(metric, raw, limit));
            }
        }
    }

    public void testEnds() {
        assertEquals(0f, RawLimits.ofMaxDistance(Metric.L2, 0f), 0f);
        assertEquals(Float.MAX_VALUE, RawLimits.ofMaxDistance(Metric.L2, Float.MAX_VALUE), 0f);
        assertEquals(7f, RawLimits.ofMaxDistance(Metric.INNER_PRODUCT, -7f), 0f);
        assertEquals(-7f, RawLimits.ofMaxDistance(Metric.INNER_PRODUCT, 7f), 0f);
        assertEquals(9f, RawLimits.ofMinScore(Metric.INNER_PRODUCT, 10f), 1e-6f);
        assertEquals(0.5f, RawLimits.ofMinScore(Metric.COSINE, 0.75f), 1e-6f);
        assertEquals(3f, RawLimits.ofMinScore(Metric.L2, 0.25f), 1e-6f);
    }
}

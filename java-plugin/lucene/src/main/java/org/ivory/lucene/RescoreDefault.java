package org.ivory.lucene;

import org.ivory.nativelib.EncoderSpec;

/**
 * How many of the best estimates a query compares exactly if it does not say so itself. The one
 * place with these numbers.
 *
 * <p>An estimate's error does not depend on k, but the more hits are wanted, the farther apart the
 * distances about the last one: the surplus needed grows like √k.
 */
final class RescoreDefault {

    /** Most estimates that are rescored, unless more hits are wanted. */
    static final int MOST = 100_000;

    /** Nested documents are many to a hit. */
    private static final int NESTED = 4;

    /** Candidates beyond k are this many times √k. */
    private enum Surplus {
        PQ_2("pq", 2, 16),
        PQ_4("pq", 4, 48),
        SQ_4("sq", 4, 12),
        SQ_8("sq", 8, 3),
        RABITQ_1("rabitq", 1, 48),
        RABITQ_2("rabitq", 2, 20),
        RABITQ_4("rabitq", 4, 6);

        private final EncoderSpec encoder;
        private final double roots;

        Surplus(String name, int parameter, double roots) {
            this.encoder = new EncoderSpec(name, parameter);
            this.roots = roots;
        }

        static double roots(EncoderSpec encoder) {
            for (Surplus surplus : values()) {
                if (surplus.encoder.equals(encoder)) {
                    return surplus.roots;
                }
            }
            return RABITQ_1.roots; // the coarsest
        }
    }

    private RescoreDefault() {}

    /**
     * The number of best estimates to compare exactly.
     *
     * @param k hits wanted
     * @param oversample how many times k the query asks for; null if it does not say
     * @param nested whether several documents may count as one hit
     */
    static int candidates(EncoderSpec encoder, int k, Float oversample, boolean nested) {
        double wanted =
                oversample != null
                        ? Math.ceil((double) oversample * k)
                        : k + Math.ceil(Surplus.roots(encoder) * Math.sqrt(k));
        return (int) Math.clamp(nested ? NESTED * wanted : wanted, k, Math.max(k, MOST));
    }
}

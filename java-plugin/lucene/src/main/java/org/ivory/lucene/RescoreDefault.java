package org.ivory.lucene;

import org.ivory.nativelib.EncoderSpec;

/**
 * How many of the best estimates a query compares exactly if it does not say so itself. The one
 * place with these numbers.
 *
 * <p>Measured on SIFT (128), GloVe (100) and MiniLM (384) for k = 10: so many candidates that .99
 * to .999 of what the probed cells give exactly is found (docs/BENCHMARKS.md); for the defaults
 * more than for the others, since to compare a vector that lies in memory costs little more than to
 * scan another cell would. An estimate's error does not depend on k, but the more hits are wanted,
 * the farther apart the distances about the last one: the surplus needed grows like √k. And it gets
 * smaller as dimensions get more, over whose parts errors average out.
 */
final class RescoreDefault {

    /** Most estimates that are rescored, unless more hits are wanted. */
    static final int MOST = 100_000;

    /** Nested documents are many to a hit. */
    private static final int NESTED = 4;

    /** From this dimension on the smaller number is taken. */
    private static final int MANY_DIMENSIONS = 256;

    /** Candidates beyond k are so many times √k, for few dimensions and for many. */
    private enum Surplus {
        PQ_2("pq", 2, 30, 8),
        PQ_4("pq", 4, 80, 32),
        SQ_4("sq", 4, 4, 2),
        SQ_8("sq", 8, 2, 1.5),
        RABITQ_1("rabitq", 1, 60, 20),
        RABITQ_2("rabitq", 2, 10, 4),
        RABITQ_4("rabitq", 4, 3, 2);

        private final EncoderSpec encoder;
        private final double few;
        private final double many;

        Surplus(String name, int parameter, double few, double many) {
            this.encoder = new EncoderSpec(name, parameter);
            this.few = few;
            this.many = many;
        }

        static Surplus of(EncoderSpec encoder) {
            for (Surplus surplus : values()) {
                if (surplus.encoder.equals(encoder)) {
                    return surplus;
                }
            }
            return PQ_4; // the coarsest
        }

        double roots(int dimension) {
            return dimension < MANY_DIMENSIONS ? few : many;
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
    static int candidates(
            EncoderSpec encoder, int dimension, int k, Float oversample, boolean nested) {
        double wanted =
                oversample != null
                        ? Math.ceil((double) oversample * k)
                        : k + Math.ceil(Surplus.of(encoder).roots(dimension) * Math.sqrt(k));
        return (int) Math.clamp(nested ? NESTED * wanted : wanted, k, Math.max(k, MOST));
    }
}

package org.ivory.lucene;

import org.apache.lucene.search.Query;
import org.apache.lucene.search.join.BitSetProducer;
import org.ivory.nativelib.Metric;

import java.util.Arrays;
import java.util.Objects;

/**
 * What a vector query asks for; compared by value.
 *
 * @param field the Lucene field
 * @param dimension components of the field's vectors
 * @param metric of the field
 * @param vector the query vector as it was given (cosine: of any length but zero); not copied, so
 *     do not change it
 * @param k the number of nearest documents wanted on this shard; 0 for match mode, where every
 *     document of the probed cells matches
 * @param nprobe cells to visit per model; 0 chooses it automatically
 * @param filter documents must match it; null for none. It selects the documents that carry the
 *     vectors (nested: the children)
 * @param rawLimit the farthest raw value (see {@link Metric}) that matches, itself included; null
 *     for none
 * @param exact compare all documents instead of probing
 * @param parents with {@code k}: the parents of nested documents, of which each counts once, by its
 *     nearest child; null for none
 * @param oversample how many times k of the best estimates are compared exactly, at least 1; null
 *     chooses it automatically
 */
public record VectorQuerySpec(
        String field,
        int dimension,
        Metric metric,
        float[] vector,
        int k,
        int nprobe,
        Query filter,
        Float rawLimit,
        boolean exact,
        BitSetProducer parents,
        Float oversample) {

    /** Chooses the oversampling automatically. */
    public VectorQuerySpec(
            String field,
            int dimension,
            Metric metric,
            float[] vector,
            int k,
            int nprobe,
            Query filter,
            Float rawLimit,
            boolean exact,
            BitSetProducer parents) {
        this(field, dimension, metric, vector, k, nprobe, filter, rawLimit, exact, parents, null);
    }

    /**
     * @throws IllegalArgumentException naming the field and the value that makes no sense
     */
    public VectorQuerySpec {
        Objects.requireNonNull(field, "field");
        Objects.requireNonNull(metric, "metric");
        Objects.requireNonNull(vector, "vector");
        if (vector.length != dimension) {
            throw new IllegalArgumentException(
                    "query vector for field ["
                            + field
                            + "] has dimension ["
                            + vector.length
                            + "], expected ["
                            + dimension
                            + "]");
        }
        for (int i = 0; i < vector.length; i++) {
            check(Float.isFinite(vector[i]), field, "vector[" + i + "]", vector[i]);
        }
        check(k >= 0, field, "k", k);
        check(nprobe >= 0, field, "nprobe", nprobe);
        check(rawLimit == null || !Float.isNaN(rawLimit), field, "radius", rawLimit);
        check(oversample == null || oversample >= 1, field, "oversampling", oversample);
        if (metric == Metric.COSINE) {
            boolean zero = true;
            for (float component : vector) {
                zero &= component == 0;
            }
            check(!zero, field, "vector", "zero");
        }
    }

    private static void check(boolean good, String field, String name, Object value) {
        if (!good) {
            throw new IllegalArgumentException(
                    "query for field ["
                            + field
                            + "] has an invalid ["
                            + name
                            + "]: ["
                            + value
                            + "]");
        }
    }

    VectorQuerySpec withFilter(Query other) {
        return with(other, rawLimit, exact);
    }

    /** The same k nearest, as cells are probed for them, without a radius. */
    VectorQuerySpec probing() {
        return with(filter, null, false);
    }

    private VectorQuerySpec with(Query otherFilter, Float otherLimit, boolean otherExact) {
        return new VectorQuerySpec(
                field,
                dimension,
                metric,
                vector,
                k,
                nprobe,
                otherFilter,
                otherLimit,
                otherExact,
                parents,
                oversample);
    }

    /** Whether a raw value lies within the radius, if there is one; NaN never does. */
    boolean inRange(float raw) {
        if (rawLimit == null) {
            return true;
        }
        return metric.largerIsNearer() ? raw >= rawLimit : raw <= rawLimit;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VectorQuerySpec that
                && field.equals(that.field)
                && dimension == that.dimension
                && metric == that.metric
                && Arrays.equals(vector, that.vector)
                && k == that.k
                && nprobe == that.nprobe
                && Objects.equals(filter, that.filter)
                && Objects.equals(rawLimit, that.rawLimit)
                && exact == that.exact
                && Objects.equals(parents, that.parents)
                && Objects.equals(oversample, that.oversample);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                field,
                dimension,
                metric,
                Arrays.hashCode(vector),
                k,
                nprobe,
                filter,
                rawLimit,
                exact,
                parents,
                oversample);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("ivory(").append(field);
        text.append(k > 0 ? ", k=" + k : ", match");
        text.append(exact ? ", exact" : nprobe > 0 ? ", nprobe=" + nprobe : "");
        text.append(oversample != null ? ", oversample=" + oversample : "");
        if (rawLimit != null) {
            text.append(", raw").append(metric.largerIsNearer() ? ">=" : "<=").append(rawLimit);
        }
        if (filter != null) {
            text.append(", filter=").append(filter);
        }
        return text.append(parents != null ? ", nested)" : ")").toString();
    }
}

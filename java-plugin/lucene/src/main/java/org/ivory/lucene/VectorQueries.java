package org.ivory.lucene;

import org.apache.lucene.search.Query;

/** Where vector queries come from. */
public final class VectorQueries {

    private VectorQueries() {}

    /**
     * The Lucene query of a specification. With {@code k} it matches the nearest documents, found
     * when it is rewritten for a reader, which holds the whole search. Without it every document of
     * the probed cells matches (within the radius, if there is one) and is scored as it is visited.
     * Either way scores are exact.
     *
     * @param environment one per search, for its cancellation
     */
    public static Query create(VectorQuerySpec spec, SearchEnvironment environment) {
        return spec.k() > 0 ? new TopKQuery(spec, environment) : new MatchQuery(spec, environment);
    }
}

package org.ivory.lucene;

import org.apache.lucene.search.Query;

/** Where vector queries come from. */
public final class VectorQueries {

    private VectorQueries() {}

    /**
     * The Lucene query of a specification: with {@code k} the nearest documents, computed when the
     * query is rewritten for a reader; without it every document of the probed cells (and within
     * the radius, if there is one), scored exactly as they are visited.
     */
    public static Query create(VectorQuerySpec spec, SearchEnvironment environment) {
        return new ExactQuery(spec, environment);
    }
}

package org.ivory.lucene;

import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Weight;

import java.io.IOException;

/**
 * Matches the documents of the probed cells, those under no known model, or all where exact search
 * is asked for; within the radius and the filter, if there are such.
 */
final class MatchQuery extends Query {

    private final VectorQuerySpec spec;
    private final SearchEnvironment environment;

    MatchQuery(VectorQuerySpec spec, SearchEnvironment environment) {
        this.spec = spec;
        this.environment = environment;
    }

    @Override
    public Query rewrite(IndexSearcher searcher) throws IOException {
        if (spec.filter() == null) {
            return this;
        }
        Query filter = FilterBits.rewrite(spec.filter(), searcher);
        if (filter instanceof MatchNoDocsQuery) {
            return filter;
        }
        if (filter instanceof MatchAllDocsQuery) {
            return new MatchQuery(spec.withFilter(null), environment);
        }
        return filter == spec.filter()
                ? this
                : new MatchQuery(spec.withFilter(filter), environment);
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost)
            throws IOException {
        Weight filter =
                spec.filter() == null
                        ? null
                        : searcher.createWeight(spec.filter(), ScoreMode.COMPLETE_NO_SCORES, 1f);
        return new MatchWeight(this, spec, environment, searcher, filter, boost);
    }

    @Override
    public void visit(QueryVisitor visitor) {
        if (visitor.acceptField(spec.field())) {
            visitor.visitLeaf(this);
        }
    }

    @Override
    public boolean equals(Object other) {
        return sameClassAs(other) && spec.equals(((MatchQuery) other).spec);
    }

    @Override
    public int hashCode() {
        return 31 * classHash() + spec.hashCode();
    }

    @Override
    public String toString(String defaultField) {
        return spec.toString();
    }
}

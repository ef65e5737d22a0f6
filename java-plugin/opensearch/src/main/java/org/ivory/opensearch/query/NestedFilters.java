package org.ivory.opensearch.query;

import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.join.BitSetProducer;
import org.apache.lucene.search.join.ToChildBlockJoinQuery;
import org.opensearch.common.lucene.search.Queries;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.index.search.NestedHelper;

/**
 * Brings a filter to the documents that carry the vectors: where those are nested, a condition on
 * the root document selects its nested documents. In a {@code bool} each clause is brought down by
 * itself, so that conditions on both kinds of documents work together.
 */
final class NestedFilters {

    private final NestedHelper helper;
    private final BitSetProducer roots;

    private NestedFilters(QueryShardContext context) {
        this.helper = new NestedHelper(context.getMapperService());
        this.roots = context.bitsetFilter(Queries.newNonNestedFilter());
    }

    /** The filter for the documents of the scope that the query stands in. */
    static Query inScope(Query filter, QueryShardContext context) {
        return filter == null || context.nestedScope().getObjectMapper() == null
                ? filter
                : new NestedFilters(context).down(filter);
    }

    private Query down(Query filter) {
        return switch (filter) {
            case MatchNoDocsQuery none -> none;
            // Filters have no scores: what only changes them goes.
            case ConstantScoreQuery wrapped -> down(wrapped.getQuery());
            case BoostQuery wrapped -> down(wrapped.getQuery());
            case BooleanQuery bool -> {
                BooleanQuery.Builder builder = new BooleanQuery.Builder();
                builder.setMinimumNumberShouldMatch(bool.getMinimumNumberShouldMatch());
                for (BooleanClause clause : bool) {
                    builder.add(down(clause.query()), clause.occur());
                }
                yield builder.build();
            }
            default ->
                    helper.mightMatchNestedDocs(filter)
                            ? filter
                            : new ToChildBlockJoinQuery(filter, roots);
        };
    }
}

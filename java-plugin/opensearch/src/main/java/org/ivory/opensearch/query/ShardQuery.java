package org.ivory.opensearch.query;

import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.join.BitSetProducer;
import org.ivory.lucene.VectorQueries;
import org.ivory.lucene.VectorQuerySpec;
import org.ivory.nativelib.Metric;
import org.ivory.opensearch.mapper.IvoryVectorFieldMapper;
import org.ivory.opensearch.mapper.IvoryVectorFieldType;
import org.ivory.opensearch.mapper.VectorRange;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.index.query.QueryShardException;

import java.io.IOException;

/** Turns the query into Lucene's on one shard, checked against the field's mapping. */
final class ShardQuery {

    private ShardQuery() {}

    static Query create(IvoryQueryBuilder query, QueryShardContext context) throws IOException {
        MappedFieldType mapped = context.fieldMapper(query.field());
        if (mapped == null) {
            if (query.ignoreUnmapped()) {
                return new MatchNoDocsQuery("field [" + query.field() + "] is not mapped");
            }
            throw refused(query, context, "the field is not mapped");
        }
        if (!(mapped.unwrap() instanceof IvoryVectorFieldType type)) {
            throw refused(
                    query,
                    context,
                    "the field is of type ["
                            + mapped.typeName()
                            + "], not ["
                            + IvoryVectorFieldMapper.TYPE
                            + "]");
        }
        checkVector(query, type, context);
        Float limit = rawLimit(query, type.metric(), context);
        Query filter = query.filter() == null ? null : query.filter().toQuery(context);
        // The inner hits of a document found are all its children, by nearness: which of them were
        // among the k nearest of the shard says nothing about the document.
        boolean inner = context.isInnerHitQuery();
        boolean topK = query.k() != null && !inner;
        BitSetProducer parents = topK ? context.getParentFilter() : null;
        VectorQuerySpec spec =
                new VectorQuerySpec(
                        type.name(),
                        type.dimension(),
                        type.metric(),
                        query.vector(),
                        topK ? query.k() : 0,
                        query.nprobe() == null ? 0 : query.nprobe(),
                        NestedFilters.inScope(filter, context),
                        limit,
                        query.exact() || inner,
                        parents,
                        query.oversampleFactor());
        return VectorQueries.create(
                spec, type.environment(SearchCancellation.of(context.searcher())));
    }

    private static void checkVector(
            IvoryQueryBuilder query, IvoryVectorFieldType type, QueryShardContext context) {
        int dimension = query.vector().length;
        if (dimension != type.dimension()) {
            throw refused(
                    query,
                    context,
                    "[vector] has dimension ["
                            + dimension
                            + "], but the field takes ["
                            + type.dimension()
                            + "]");
        }
        try {
            VectorRange.check(
                    type.metric(), query.vector(), IvoryQueryBuilder.about(query.field()));
        } catch (IllegalArgumentException e) {
            throw new QueryShardException(context, "{}", e, e.getMessage());
        }
    }

    private static Float rawLimit(
            IvoryQueryBuilder query, Metric metric, QueryShardContext context) {
        if (query.maxDistance() != null) {
            if (metric != Metric.INNER_PRODUCT && query.maxDistance() < 0) {
                throw refused(
                        query,
                        context,
                        "[max_distance] is ["
                                + query.maxDistance()
                                + "], but distances of space_type ["
                                + metric.spaceType()
                                + "] are never negative");
            }
            return RawLimits.ofMaxDistance(metric, query.maxDistance());
        }
        if (query.minScore() != null) {
            if (metric != Metric.INNER_PRODUCT && query.minScore() > 1) {
                throw refused(
                        query,
                        context,
                        "[min_score] is ["
                                + query.minScore()
                                + "], but scores of space_type ["
                                + metric.spaceType()
                                + "] are at most 1");
            }
            return RawLimits.ofMinScore(metric, query.minScore());
        }
        return null;
    }

    private static QueryShardException refused(
            IvoryQueryBuilder query, QueryShardContext context, String why) {
        return new QueryShardException(
                context, "{}: {}", IvoryQueryBuilder.about(query.field()), why);
    }
}

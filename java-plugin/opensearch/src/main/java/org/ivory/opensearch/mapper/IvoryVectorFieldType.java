package org.ivory.opensearch.mapper;

import org.apache.lucene.search.Query;
import org.ivory.lucene.SearchEnvironment;
import org.ivory.nativelib.CentroidModel;
import org.ivory.nativelib.Metric;
import org.ivory.opensearch.NodeServices;
import org.opensearch.index.fielddata.IndexFieldData;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.mapper.TextSearchInfo;
import org.opensearch.index.mapper.ValueFetcher;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.index.query.QueryShardException;
import org.opensearch.search.DocValueFormat;
import org.opensearch.search.lookup.SearchLookup;

import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** What searches know of a vector field. */
public final class IvoryVectorFieldType extends MappedFieldType {

    private final int dimension;
    private final Metric metric;
    private final String modelId;
    private final NodeServices services;

    IvoryVectorFieldType(
            String name,
            int dimension,
            Metric metric,
            String modelId,
            Map<String, String> meta,
            NodeServices services) {
        super(name, true, false, true, TextSearchInfo.NONE, meta);
        this.dimension = dimension;
        this.metric = metric;
        this.modelId = modelId;
        this.services = services;
    }

    /** Components of each vector. */
    public int dimension() {
        return dimension;
    }

    /** How vectors are compared. */
    public Metric metric() {
        return metric;
    }

    /** Id of the model that assigns new documents to cells, or null. */
    public String modelId() {
        return modelId;
    }

    /** Whether a model fits this field. */
    public boolean accepts(CentroidModel model) {
        return model.dimension() == dimension && model.metric() == metric;
    }

    /** What a query on this field needs beside the index. */
    public SearchEnvironment environment(Runnable cancellation) {
        return new SearchEnvironment(
                services.ops(),
                services.models(),
                services.counters(),
                cancellation,
                services.memory());
    }

    @Override
    public String typeName() {
        return IvoryVectorFieldMapper.TYPE;
    }

    @Override
    public Query termQuery(Object value, QueryShardContext context) {
        throw unsupported("term", context);
    }

    @Override
    public Query termsQuery(List<?> values, QueryShardContext context) {
        throw unsupported("terms", context);
    }

    /** The host skips such fields in queries over all fields if it gets its own exception. */
    private RuntimeException unsupported(String query, QueryShardContext context) {
        String message =
                "field ["
                        + name()
                        + "] of type ["
                        + typeName()
                        + "] does not support ["
                        + query
                        + "] queries; use the [ivory] query, or [exists]";
        return context == null
                ? new IllegalArgumentException(message)
                : new QueryShardException(context, "{}", message);
    }

    @Override
    public ValueFetcher valueFetcher(
            QueryShardContext context, SearchLookup searchLookup, String format) {
        VectorFormat chosen = VectorFormat.of(name(), format);
        return new SourceVectorFetcher(context.sourcePath(name()), chosen);
    }

    @Override
    public DocValueFormat docValueFormat(String format, ZoneId timeZone) {
        if (timeZone != null) {
            throw new IllegalArgumentException(
                    "field [" + name() + "] of type [" + typeName() + "] has no time zone");
        }
        return VectorFormat.of(name(), format);
    }

    @Override
    public IndexFieldData.Builder fielddataBuilder(
            String fullyQualifiedIndexName, Supplier<SearchLookup> searchLookup) {
        return (cache, breakerService) -> new VectorFieldData(this);
    }

    /** Field data serves the retrieval of doc values only. */
    @Override
    public boolean isAggregatable() {
        return false;
    }
}

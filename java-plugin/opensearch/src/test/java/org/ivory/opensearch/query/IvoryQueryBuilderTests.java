package org.ivory.opensearch.query;

import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.instanceOf;

import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.ivory.lucene.VectorQueries;
import org.ivory.lucene.VectorQuerySpec;
import org.ivory.nativelib.Metric;
import org.ivory.opensearch.IvoryPlugin;
import org.ivory.opensearch.mapper.IvoryVectorFieldType;
import org.opensearch.common.compress.CompressedXContent;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.core.common.io.stream.NamedWriteableAwareStreamInput;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.MatchNoneQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.index.query.TermQueryBuilder;
import org.opensearch.index.query.WrapperQueryBuilder;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.AbstractQueryTestCase;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The host's contract for queries. */
public class IvoryQueryBuilderTests extends AbstractQueryTestCase<IvoryQueryBuilder> {

    private static final Map<String, Metric> FIELDS =
            Map.of("v_l2", Metric.L2, "v_cos", Metric.COSINE, "v_ip", Metric.INNER_PRODUCT);
    private static final int DIMENSION = 5;

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        List<Class<? extends Plugin>> plugins = new ArrayList<>(super.getPlugins());
        plugins.add(IvoryPlugin.class);
        return plugins;
    }

    @Override
    protected void initializeAdditionalMappings(MapperService mapperService) throws IOException {
        StringBuilder fields = new StringBuilder();
        FIELDS.forEach((field, metric) ->
                fields.append(
                        String.format(
                                java.util.Locale.ROOT,
                                "\"%s\":{\"type\":\"ivory_vector\",\"dimension\":%d,"
                                        + "\"space_type\":\"%s\"},",
                                field,
                                DIMENSION,
                                metric.spaceType())));
        fields.append("\"v_alias\":{\"type\":\"alias\",\"path\":\"v_l2\"}");
        mapperService.merge(
                "_doc",
                new CompressedXContent("{\"properties\":{" + fields + "}}"),
                MapperService.MergeReason.MAPPING_UPDATE);
    }

    private static float[] randomVector() {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random().nextGaussian();
        }
        return vector;
    }

    @Override
    protected IvoryQueryBuilder doCreateTestQueryBuilder() {
        String field = randomFrom("v_l2", "v_cos", "v_ip", "v_alias");
        IvoryQueryBuilder query = new IvoryQueryBuilder(field, randomVector());
        if (randomBoolean()) {
            query.k(randomIntBetween(1, IvoryQueryBuilder.MAX_K));
        }
        if (randomBoolean()) {
            query.nprobe(randomIntBetween(1, IvoryQueryBuilder.MAX_NPROBE));
        }
        if (randomBoolean()) {
            query.maxDistance(randomFloat() * 10);
        } else if (randomBoolean()) {
            query.minScore(Math.max(0.001f, randomFloat()));
        }
        query.exact(randomBoolean()).ignoreUnmapped(randomBoolean());
        if (randomBoolean()) {
            query.oversampleFactor(1 + randomFloat() * 99);
        }
        if (randomBoolean()) {
            List<QueryBuilder> filters =
                    List.of(
                            QueryBuilders.termQuery(KEYWORD_FIELD_NAME, randomAlphaOfLength(3)),
                            QueryBuilders.rangeQuery(INT_FIELD_NAME).gt(randomInt()),
                            QueryBuilders.boolQuery()
                                    .filter(QueryBuilders.existsQuery(INT_FIELD_NAME)));
            return query.filter(randomFrom(filters));
        }
        return query;
    }

    @Override
    protected Set<String> getObjectsHoldingArbitraryContent() {
        return Set.of();
    }

    @Override
    protected void doAssertLuceneQuery(
            IvoryQueryBuilder builder, Query query, QueryShardContext context) throws IOException {
        IvoryVectorFieldType type = (IvoryVectorFieldType) context.fieldMapper(builder.field());
        Float limit = null;
        if (builder.maxDistance() != null) {
            limit = RawLimits.ofMaxDistance(type.metric(), builder.maxDistance());
        } else if (builder.minScore() != null) {
            limit = RawLimits.ofMinScore(type.metric(), builder.minScore());
        }
        VectorQuerySpec spec =
                new VectorQuerySpec(
                        type.name(),
                        DIMENSION,
                        type.metric(),
                        builder.vector(),
                        builder.k() == null ? 0 : builder.k(),
                        builder.nprobe() == null ? 0 : builder.nprobe(),
                        builder.filter() == null ? null : builder.filter().toQuery(context),
                        limit,
                        builder.exact(),
                        null,
                        builder.oversampleFactor());
        assertEquals(VectorQueries.create(spec, type.environment(() -> {})), query);
    }

    /** Changes one thing at a time, so that none is left out of equals, hash and wire. */
    @Override
    public IvoryQueryBuilder mutateInstance(IvoryQueryBuilder query) throws IOException {
        IvoryQueryBuilder copy = copy(query);
        switch (between(0, 9)) {
            case 0 -> copy.k(query.k() == null || query.k() == 7 ? 8 : 7);
            case 1 -> copy.nprobe(query.nprobe() == null || query.nprobe() == 7 ? 8 : 7);
            case 2 -> copy.exact(!query.exact());
            case 3 -> copy.ignoreUnmapped(!query.ignoreUnmapped());
            case 4 -> copy = copy.filter(QueryBuilders.termQuery("a", "b"));
            case 5 -> copy.vector()[between(0, DIMENSION - 1)] += 1;
            case 6 -> {
                copy = new IvoryQueryBuilder(query.field() + "x", query.vector());
            }
            case 7 -> {
                if (query.minScore() == null) {
                    copy.maxDistance(query.maxDistance() == null ? 1 : query.maxDistance() + 1);
                } else {
                    copy.minScore(query.minScore() + 1);
                }
            }
            case 8 ->
                    copy.oversampleFactor(
                            query.oversampleFactor() == null || query.oversampleFactor() == 2
                                    ? 3
                                    : 2);
            default -> copy = changeNameOrBoost(copy);
        }
        return copy;
    }

    private IvoryQueryBuilder copy(IvoryQueryBuilder query) throws IOException {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            query.writeTo(out);
            try (StreamInput in =
                    new NamedWriteableAwareStreamInput(
                            out.bytes().streamInput(), namedWriteableRegistry())) {
                return new IvoryQueryBuilder(in);
            }
        }
    }

    /** The filter goes inside, where it is applied before the nearest are chosen. */
    @Override
    public void testFilter() throws IOException {
        IvoryQueryBuilder query = new IvoryQueryBuilder("v_l2", randomVector()).k(3);
        assertSame(query, query.filter(null));
        QueryBuilder first = QueryBuilders.termQuery("a", 1);
        QueryBuilder second = QueryBuilders.termQuery("b", 2);
        IvoryQueryBuilder one = query.filter(first);
        assertNull(query.filter());
        assertEquals(first, one.filter());
        assertThat(one.k(), equalTo(3));
        BoolQueryBuilder both = (BoolQueryBuilder) one.filter(second).filter();
        assertEquals(List.of(first), both.must());
        assertEquals(List.of(second), both.filter());
    }

    @Override
    public void testMustRewrite() throws IOException {
        QueryBuilder inner = QueryBuilders.termQuery(KEYWORD_FIELD_NAME, "x");
        IvoryQueryBuilder query =
                new IvoryQueryBuilder("v_l2", randomVector())
                        .k(3)
                        .boost(2)
                        .queryName("name")
                        .filter(new WrapperQueryBuilder(inner.toString()));
        IvoryQueryBuilder rewritten =
                (IvoryQueryBuilder) rewriteAndFetch(query, createShardContext());
        assertThat(rewritten.filter(), instanceOf(TermQueryBuilder.class));
        assertEquals(2f, rewritten.boost(), 0f);
        assertEquals("name", rewritten.queryName());
        assertThat(rewritten.k(), equalTo(3));
    }

    public void testAFilterThatMatchesNothing() throws IOException {
        IvoryQueryBuilder query =
                new IvoryQueryBuilder("v_l2", randomVector()).filter(new MatchNoneQueryBuilder());
        assertThat(
                rewriteAndFetch(query, createShardContext()),
                instanceOf(MatchNoneQueryBuilder.class));
    }

    public void testRescoreTakesWhatThePeerTakes() throws IOException {
        Map<String, Float> forms = new HashMap<>();
        forms.put("true", null);
        forms.put("false", 1f);
        forms.put("{}", null);
        forms.put("{\"oversample_factor\":2.5}", 2.5f);
        forms.put("{\"oversample_factor\":100}", 100f);
        for (Map.Entry<String, Float> form : forms.entrySet()) {
            String body =
                    "{\"ivory\":{\"v_l2\":{\"vector\":[1],\"rescore\":" + form.getKey() + "}}}";
            IvoryQueryBuilder query = (IvoryQueryBuilder) parseQuery(body);
            assertEquals(body, form.getValue(), query.oversampleFactor());
        }
    }

    public void testVectorAsBase64() throws IOException {
        IvoryQueryBuilder numbers =
                (IvoryQueryBuilder)
                        parseQuery("{\"ivory\":{\"v_l2\":{\"vector\":[1,-2.5],\"k\":3}}}");
        IvoryQueryBuilder bytes =
                (IvoryQueryBuilder)
                        parseQuery("{\"ivory\":{\"v_l2\":{\"vector\":\"AACAPwAAIMA=\",\"k\":3}}}");
        assertEquals(numbers, bytes);
        assertArrayEquals(new float[] {1f, -2.5f}, bytes.vector(), 0f);
    }

    public void testVisit() {
        List<QueryBuilder> visited = new ArrayList<>();
        QueryBuilder filter = QueryBuilders.termQuery("a", 1);
        IvoryQueryBuilder query = new IvoryQueryBuilder("v_l2", randomVector()).filter(filter);
        query.visit(createTestVisitor(visited));
        assertEquals(Arrays.asList(query, filter), visited);
    }

    public void testIgnoreUnmapped() throws IOException {
        IvoryQueryBuilder query =
                new IvoryQueryBuilder("nowhere", randomVector()).ignoreUnmapped(true);
        assertThat(query.toQuery(createShardContext()), instanceOf(MatchNoDocsQuery.class));
    }

    public void testAnotherWireVersionIsNamed() throws IOException {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            out.writeFloat(1);
            out.writeOptionalString(null);
            out.writeVInt(99);
            Exception e =
                    expectThrows(
                            IOException.class,
                            () -> new IvoryQueryBuilder(out.bytes().streamInput()));
            assertTrue(e.getMessage(), e.getMessage().contains("[99]"));
        }
    }
}

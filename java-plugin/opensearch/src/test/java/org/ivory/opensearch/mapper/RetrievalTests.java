package org.ivory.opensearch.mapper;

import static org.hamcrest.Matchers.containsString;

import org.ivory.opensearch.IvoryPlugin;
import org.ivory.opensearch.query.IvoryQueryBuilder;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.get.GetResponse;
import org.opensearch.action.search.SearchRequestBuilder;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.SearchHit;
import org.opensearch.search.aggregations.AggregationBuilder;
import org.opensearch.search.aggregations.AggregationBuilders;
import org.opensearch.test.OpenSearchSingleNodeTestCase;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What comes back of a vector, and what else is asked of the field in vain. */
public class RetrievalTests extends OpenSearchSingleNodeTestCase {

    private static final float[] VECTOR = {1.5f, -2, 3e-5f};
    private static final String BASE64 = (String) VectorFormat.BASE64.show(VECTOR);

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(IvoryPlugin.class);
    }

    private static final String FIELDS =
            "\"v\":{\"type\":\"ivory_vector\",\"dimension\":3},"
                    + "\"c\":{\"type\":\"ivory_vector\",\"dimension\":3,"
                    + "\"space_type\":\"cosinesimil\"},"
                    + "\"k\":{\"type\":\"keyword\"}";
    private static final String ALIAS = ",\"other\":{\"type\":\"alias\",\"path\":\"v\"}";

    private void create(Settings settings, String fields) {
        client().admin()
                .indices()
                .prepareCreate("i")
                .setSettings(settings)
                .setMapping("{\"properties\":{" + fields + "}}")
                .get();
    }

    private void put(String id, String source) {
        client().prepareIndex("i")
                .setId(id)
                .setSource(source, XContentType.JSON)
                .setRefreshPolicy(RefreshPolicy.IMMEDIATE)
                .get();
    }

    private SearchRequestBuilder search(String id) {
        return client().prepareSearch("i").setQuery(QueryBuilders.idsQuery().addIds(id));
    }

    private static SearchHit only(SearchRequestBuilder request) {
        SearchHit[] hits = request.get().getHits().getHits();
        assertEquals(1, hits.length);
        return hits[0];
    }

    public void testDocValuesAndFields() {
        create(Settings.EMPTY, FIELDS + ALIAS);
        String array = "[1.5,-2,3e-5]";
        put("array", "{\"v\":" + array + ",\"c\":" + array + "}");
        put("text", "{\"v\":\"" + BASE64 + "\",\"c\":\"" + BASE64 + "\"}");
        put("none", "{\"v\":null}");
        for (String id : List.of("array", "text")) {
            for (String field : List.of("v", "c", "other")) {
                SearchHit plain = only(search(id).addDocValueField(field).addFetchField(field));
                assertEquals(1, plain.field(field).getValues().size());
                assertArrayEquals(VECTOR, plain.field(field).getValue(), 1e-6f);
                SearchHit fetched = only(search(id).addFetchField(field));
                assertEquals(1, fetched.field(field).getValues().size());
                assertArrayEquals(VECTOR, fetched.field(field).getValue(), 0f);
                assertEquals(
                        BASE64,
                        only(search(id).addFetchField(field, "base64")).field(field).getValue());
            }
            assertEquals(
                    BASE64, only(search(id).addDocValueField("v", "base64")).field("v").getValue());
        }
        assertEquals(List.of(), only(search("none").addDocValueField("v")).field("v").getValues());
        assertNull(only(search("none").addFetchField("v")).field("v"));
        // What was sent is what comes back.
        assertEquals(Map.of("v", BASE64, "c", BASE64), only(search("text")).getSourceAsMap());
        assertEquals(List.of(1.5, -2, 3e-5), only(search("array")).getSourceAsMap().get("v"));
    }

    public void testFieldsOfNestedDocumentsAreAVectorEach() {
        client().admin()
                .indices()
                .prepareCreate("i")
                .setMapping(
                        "{\"properties\":{\"n\":{\"type\":\"nested\",\"properties\":{"
                                + "\"v\":{\"type\":\"ivory_vector\",\"dimension\":2}}}}}")
                .get();
        put("1", "{\"n\":[{\"v\":[1,2]},{\"v\":null},{\"v\":[3,4]}]}");
        List<Object> values = only(search("1").addFetchField("n.v")).field("n.v").getValues();
        assertEquals(2, values.size());
        assertArrayEquals(new float[] {1, 2}, (float[]) values.get(0), 0f);
        assertArrayEquals(new float[] {3, 4}, (float[]) values.get(1), 0f);
    }

    public void testDerivedSource() {
        // The host cannot derive aliases.
        create(Settings.builder().put("index.derived_source.enabled", true).build(), FIELDS);
        put("1", "{\"v\":[1.5,-2,3e-5],\"c\":\"" + BASE64 + "\",\"k\":\"x\"}");
        put("2", "{\"k\":\"y\"}");
        Map<String, Object> source = only(search("1")).getSourceAsMap();
        assertEquals("x", source.get("k"));
        assertEquals(List.of(1.5, -2.0, 3e-5), source.get("v"));
        List<?> cosine = (List<?>) source.get("c");
        assertEquals(3, cosine.size());
        assertEquals(1.5, ((Number) cosine.get(0)).doubleValue(), 1e-6);
        assertEquals(Map.of("k", "y"), only(search("2")).getSourceAsMap());
        client().admin().indices().prepareFlush("i").setForce(true).get();
        GetResponse got = client().prepareGet("i", "1").get();
        assertEquals(List.of(1.5, -2.0, 3e-5), got.getSourceAsMap().get("v"));
    }

    public void testExists() {
        create(Settings.EMPTY, FIELDS + ALIAS);
        put("1", "{\"v\":[1,2,3]}");
        put("2", "{\"v\":null}");
        put("3", "{}");
        SearchResponse response =
                client().prepareSearch("i").setQuery(QueryBuilders.existsQuery("v")).get();
        assertEquals(1, response.getHits().getTotalHits().value());
        assertEquals("1", response.getHits().getHits()[0].getId());
    }

    private void refused(SearchRequestBuilder request) {
        Exception e = expectThrows(Exception.class, request::get);
        assertEquals(e.toString(), RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
        assertThat(ExceptionsHelper.stackTrace(e), containsString("[v]"));
    }

    public void testSortingAndAggregatingAreRefused() {
        create(Settings.EMPTY, FIELDS + ALIAS);
        put("1", "{\"v\":[1,2,3]}");
        refused(
                client().prepareSearch("i")
                        .addSort("v", randomFrom(org.opensearch.search.sort.SortOrder.values())));
        List<AggregationBuilder> aggregations =
                List.of(
                        AggregationBuilders.terms("a").field("v"),
                        AggregationBuilders.cardinality("a").field("v"),
                        AggregationBuilders.missing("a").field("v"),
                        AggregationBuilders.avg("a").field("v"),
                        AggregationBuilders.histogram("a").field("v").interval(1));
        for (AggregationBuilder aggregation : aggregations) {
            refused(client().prepareSearch("i").addAggregation(aggregation));
        }
    }

    /** Queries over all fields leave this one out. */
    public void testQueriesOverAllFields() {
        create(Settings.EMPTY, FIELDS + ALIAS);
        put("1", "{\"v\":[1,2,3],\"k\":\"x\"}");
        for (String field : List.of("*", "k")) {
            assertEquals(
                    1,
                    client().prepareSearch("i")
                            .setQuery(QueryBuilders.multiMatchQuery("x", field))
                            .get()
                            .getHits()
                            .getTotalHits()
                            .value());
        }
    }

    /** One index of many lacks the field. */
    public void testIgnoreUnmappedOverIndices() {
        create(Settings.EMPTY, FIELDS + ALIAS);
        put("1", "{\"v\":[1,2,3]}");
        createIndex("empty");
        IvoryQueryBuilder query = new IvoryQueryBuilder("v", new float[] {1, 2, 3}).k(5);
        SearchResponse failing = client().prepareSearch("i", "empty").setQuery(query).get();
        assertEquals(1, failing.getFailedShards());
        assertEquals(RestStatus.BAD_REQUEST, failing.getShardFailures()[0].status());
        assertThat(failing.getShardFailures()[0].reason(), containsString("not mapped"));
        SearchResponse ignoring =
                client().prepareSearch("i", "empty").setQuery(query.ignoreUnmapped(true)).get();
        assertEquals(0, ignoring.getFailedShards());
        assertEquals(1, ignoring.getHits().getTotalHits().value());
    }
}

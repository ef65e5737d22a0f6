package org.ivory.opensearch.query;

import static org.opensearch.index.query.QueryBuilders.boolQuery;
import static org.opensearch.index.query.QueryBuilders.matchAllQuery;
import static org.opensearch.index.query.QueryBuilders.nestedQuery;
import static org.opensearch.index.query.QueryBuilders.rangeQuery;
import static org.opensearch.index.query.QueryBuilders.termQuery;

import org.apache.lucene.search.join.ScoreMode;
import org.ivory.opensearch.IvoryPlugin;
import org.junit.Before;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.WriteRequest.RefreshPolicy;
import org.opensearch.index.query.InnerHitBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.SearchHit;
import org.opensearch.test.OpenSearchSingleNodeTestCase;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/** Vectors of nested documents, compared with a model of what should be found. */
public class NestedQueryTests extends OpenSearchSingleNodeTestCase {

    private static final int DOCUMENTS = 60;

    private record Child(float x, float y, String color) {}

    private record Parent(String id, int price, List<Child> children) {}

    private final List<Parent> parents = new ArrayList<>();

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        return List.of(IvoryPlugin.class);
    }

    @Before
    public void index() {
        client().admin()
                .indices()
                .prepareCreate("i")
                .setMapping(
                        "{\"properties\":{\"price\":{\"type\":\"integer\"},"
                                + "\"n\":{\"type\":\"nested\",\"properties\":{"
                                + "\"color\":{\"type\":\"keyword\"},"
                                + "\"v\":{\"type\":\"ivory_vector\",\"dimension\":2},"
                                + "\"m\":{\"type\":\"nested\",\"properties\":{"
                                + "\"w\":{\"type\":\"ivory_vector\",\"dimension\":2}}}}}}}")
                .get();
        for (int i = 0; i < DOCUMENTS; i++) {
            List<Child> children = new ArrayList<>();
            for (int c = between(0, 4); c > 0; c--) {
                children.add(
                        new Child(
                                random().nextFloat(),
                                random().nextFloat(),
                                randomFrom("red", "green", "blue")));
            }
            Parent parent = new Parent("p" + i, between(0, 9), children);
            parents.add(parent);
            List<Map<String, Object>> nested = new ArrayList<>();
            for (Child child : children) {
                List<Float> vector = List.of(child.x, child.y);
                nested.add(
                        Map.of(
                                "v",
                                vector,
                                "color",
                                child.color,
                                "m",
                                List.of(Map.of("w", vector), Map.of("w", List.of(5f, 5f)))));
            }
            client().prepareIndex("i")
                    .setId(parent.id)
                    .setSource(Map.of("price", parent.price, "n", nested))
                    .setRefreshPolicy(rarely() ? RefreshPolicy.IMMEDIATE : RefreshPolicy.NONE)
                    .get();
        }
        client().admin().indices().prepareRefresh("i").get();
    }

    private static float score(Child child, float[] query) {
        float dx = child.x - query[0];
        float dy = child.y - query[1];
        return 1f / (1f + (dx * dx + dy * dy));
    }

    private static float[] randomQuery() {
        return new float[] {random().nextFloat(), random().nextFloat()};
    }

    /** All parents with a child that passes, the best by their best one first. */
    private List<Map.Entry<String, Float>> expected(
            float[] query, BiPredicate<Parent, Child> passes) {
        List<Map.Entry<String, Float>> best = new ArrayList<>();
        for (Parent parent : parents) {
            parent.children.stream()
                    .filter(child -> passes.test(parent, child))
                    .map(child -> score(child, query))
                    .max(Comparator.naturalOrder())
                    .ifPresent(score -> best.add(Map.entry(parent.id, score)));
        }
        best.sort(Map.Entry.<String, Float>comparingByValue().reversed());
        return best;
    }

    /** Parents whose scores differ by no more than rounding may change places. */
    private void assertFound(
            QueryBuilder query, List<Map.Entry<String, Float>> expected, int k, String what) {
        SearchHit[] hits =
                client().prepareSearch("i").setQuery(query).setSize(100).get().getHits().getHits();
        assertEquals(what, Math.min(k, expected.size()), hits.length);
        Map<String, Float> scores = new HashMap<>();
        expected.forEach(parent -> scores.put(parent.getKey(), parent.getValue()));
        for (int i = 0; i < hits.length; i++) {
            Float score = scores.remove(hits[i].getId());
            assertNotNull(what + ": twice, or does not pass: " + hits[i], score);
            assertEquals(what, expected.get(i).getValue(), score, 1e-6f);
            assertEquals(what, score, hits[i].getScore(), 1e-5f);
        }
    }

    private static QueryBuilder nested(IvoryQueryBuilder query) {
        return nestedQuery("n", query, ScoreMode.Max);
    }

    public void testTheBestChildCounts() {
        for (int k : new int[] {1, 5, 200}) {
            float[] query = randomQuery();
            assertFound(
                    nested(new IvoryQueryBuilder("n.v", query).k(k).exact(randomBoolean())),
                    expected(query, (parent, child) -> true),
                    k,
                    "k=" + k);
        }
    }

    public void testFilters() {
        record Case(QueryBuilder filter, BiPredicate<Parent, Child> passes) {}
        List<Case> cases =
                List.of(
                        new Case(matchAllQuery(), (p, c) -> true),
                        new Case(termQuery("n.color", "red"), (p, c) -> c.color.equals("red")),
                        new Case(rangeQuery("price").gte(5), (p, c) -> p.price >= 5),
                        new Case(termQuery("_id", "p3"), (p, c) -> p.id.equals("p3")),
                        new Case(
                                boolQuery()
                                        .filter(rangeQuery("price").gte(3))
                                        .filter(termQuery("n.color", "blue")),
                                (p, c) -> p.price >= 3 && c.color.equals("blue")),
                        new Case(
                                boolQuery()
                                        .filter(termQuery("n.color", "blue"))
                                        .mustNot(rangeQuery("price").gte(5)),
                                (p, c) -> p.price < 5 && c.color.equals("blue")),
                        new Case(
                                boolQuery().mustNot(rangeQuery("price").gte(5)),
                                (p, c) -> p.price < 5),
                        new Case(
                                boolQuery()
                                        .should(rangeQuery("price").gte(8))
                                        .should(termQuery("n.color", "green")),
                                (p, c) -> p.price >= 8 || c.color.equals("green")),
                        new Case(
                                boolQuery()
                                        .must(
                                                boolQuery()
                                                        .should(termQuery("price", 1))
                                                        .should(termQuery("price", 2)))
                                        .must(termQuery("n.color", "red")),
                                (p, c) -> (p.price == 1 || p.price == 2) && c.color.equals("red")),
                        new Case(termQuery("price", 77), (p, c) -> false));
        for (Case each : cases) {
            for (boolean exact : new boolean[] {true, false}) {
                float[] query = randomQuery();
                assertFound(
                        nested(
                                new IvoryQueryBuilder("n.v", query)
                                        .k(7)
                                        .exact(exact)
                                        .filter(each.filter)),
                        expected(query, each.passes),
                        7,
                        each.filter.toString());
                assertFound(
                        nested(
                                new IvoryQueryBuilder("n.v", query)
                                        .exact(exact)
                                        .filter(each.filter)),
                        expected(query, each.passes),
                        DOCUMENTS,
                        "match mode: " + each.filter);
            }
        }
    }

    public void testFilterOnTheRootOfTwoLevels() {
        float[] query = randomQuery();
        IvoryQueryBuilder inner =
                new IvoryQueryBuilder("n.m.w", query).k(5).filter(rangeQuery("price").gte(5));
        List<Map.Entry<String, Float>> expected =
                expected(query, (parent, child) -> parent.price >= 5);
        assertFound(nestedQuery("n.m", inner, ScoreMode.Max), expected, 5, "directly");
        // Parents are those of the level above here, so the k best are children of n.
        SearchHit[] hits =
                client().prepareSearch("i")
                        .setQuery(
                                nestedQuery(
                                        "n",
                                        nestedQuery("n.m", inner, ScoreMode.Max),
                                        ScoreMode.Max))
                        .get()
                        .getHits()
                        .getHits();
        assertEquals(expected.get(0).getKey(), hits[0].getId());
        assertEquals(expected.get(0).getValue(), hits[0].getScore(), 1e-5f);
    }

    /** Inner hits are the children of a hit, nearest first, and all that pass the filter. */
    public void testInnerHits() {
        float[] query = randomQuery();
        SearchResponse response =
                client().prepareSearch("i")
                        .setSize(10)
                        .setQuery(
                                nestedQuery(
                                                "n",
                                                new IvoryQueryBuilder("n.v", query)
                                                        .k(10)
                                                        .filter(termQuery("n.color", "red")),
                                                ScoreMode.Max)
                                        .innerHit(new InnerHitBuilder().setSize(10)))
                        .get();
        assertTrue(response.getHits().getHits().length > 0);
        for (SearchHit hit : response.getHits().getHits()) {
            Parent parent =
                    parents.stream().filter(p -> p.id.equals(hit.getId())).findFirst().get();
            float[] expected = new float[parent.children.size()];
            int count = 0;
            for (Child child : parent.children) {
                if (child.color.equals("red")) {
                    expected[count++] = score(child, query);
                }
            }
            Arrays.sort(expected, 0, count);
            SearchHit[] inner = hit.getInnerHits().get("n").getHits();
            assertEquals(count, inner.length);
            for (int i = 0; i < count; i++) {
                assertEquals(expected[count - 1 - i], inner[i].getScore(), 1e-5f);
            }
            assertEquals(hit.getScore(), inner[0].getScore(), 0f);
        }
    }
}

package org.ivory.opensearch.query;

import static org.hamcrest.Matchers.containsString;

import org.ivory.opensearch.IvoryPlugin;
import org.opensearch.ExceptionsHelper;
import org.opensearch.common.compress.CompressedXContent;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.plugins.Plugin;
import org.opensearch.test.AbstractBuilderTestCase;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** Queries that make no sense are refused with the field, the parameter and the value. */
public class BadQueryTests extends AbstractBuilderTestCase {

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        List<Class<? extends Plugin>> plugins = new ArrayList<>(super.getPlugins());
        plugins.add(IvoryPlugin.class);
        return plugins;
    }

    @Override
    protected void initializeAdditionalMappings(MapperService mapperService) throws IOException {
        mapperService.merge(
                "_doc",
                new CompressedXContent(
                        "{\"properties\":{"
                                + "\"l2\":{\"type\":\"ivory_vector\",\"dimension\":4},"
                                + "\"cos\":{\"type\":\"ivory_vector\",\"dimension\":4,"
                                + "\"space_type\":\"cosinesimil\"},"
                                + "\"ip\":{\"type\":\"ivory_vector\",\"dimension\":4,"
                                + "\"space_type\":\"innerproduct\"}}}"),
                MapperService.MergeReason.MAPPING_UPDATE);
    }

    private QueryBuilder parse(String body) throws IOException {
        try (XContentParser parser =
                createParser(JsonXContent.jsonXContent, "{\"ivory\":" + body + "}")) {
            return AbstractQueryBuilder.parseInnerQueryBuilder(parser);
        }
    }

    /** Refused when it is read, as the coordinating node does it. */
    private void unreadable(String body, String... mentioned) {
        check(body, expectThrows(Exception.class, body, () -> parse(body)), mentioned);
    }

    /** Read, but refused by the mapping on the shard. */
    private void unfit(String body, String... mentioned) throws IOException {
        QueryBuilder query = parse(body);
        check(
                body,
                expectThrows(Exception.class, body, () -> query.toQuery(createShardContext())),
                mentioned);
    }

    private static void check(String body, Exception e, String... mentioned) {
        assertEquals(body, RestStatus.BAD_REQUEST, ExceptionsHelper.status(e));
        for (String part : mentioned) {
            assertThat(body, e.getMessage(), containsString(part));
        }
    }

    private static String with(String parameters) {
        return "{\"l2\":{\"vector\":[1,2,3,4]," + parameters + "}}";
    }

    public void testK() {
        for (String k : List.of("0", "-1", "10001", "1000000000", "10000000000")) {
            unreadable(with("\"k\":" + k), "field [l2]", "[k]", "[" + k + "]", "10000");
        }
        for (String k : List.of("1.5", "1e3", "99999999999999999999", "true")) {
            unreadable(with("\"k\":" + k), "field [l2]", "[k]", "[" + k + "]");
        }
        unreadable(with("\"k\":\"10\""), "field [l2]", "[k]", "[10]");
        unreadable(with("\"k\":null"), "field [l2]", "[k]", "[null]");
        unreadable(with("\"k\":[1]"), "field [l2]", "[k]", "[START_ARRAY]");
        unreadable(with("\"k\":NaN"), "field [l2]", "[k]", "NaN");
    }

    public void testNprobe() {
        for (String nprobe : List.of("0", "-3", "65537", "1000000000")) {
            unreadable(
                    with("\"nprobe\":" + nprobe),
                    "field [l2]",
                    "[nprobe]",
                    "[" + nprobe + "]",
                    "65536");
        }
        unreadable(with("\"nprobe\":\"all\""), "field [l2]", "[nprobe]", "[all]");
    }

    public void testLimits() throws IOException {
        unreadable(
                with("\"max_distance\":1,\"min_score\":0.5"),
                "field [l2]",
                "[max_distance]",
                "[min_score]");
        for (String name : List.of("max_distance", "min_score")) {
            unreadable(with("\"" + name + "\":\"far\""), "field [l2]", "[" + name + "]", "[far]");
            unreadable(with("\"" + name + "\":1e39"), "field [l2]", "[" + name + "]", "[1e39]");
            unreadable(with("\"" + name + "\":NaN"), "field [l2]", "[" + name + "]", "NaN");
            unreadable(
                    with("\"" + name + "\":Infinity"), "field [l2]", "[" + name + "]", "Infinity");
        }
        for (String score : List.of("0", "-0.5", "-0.0")) {
            unreadable(with("\"min_score\":" + score), "field [l2]", "[min_score]", "0");
        }
        for (String field : List.of("l2", "cos")) {
            String vector = "{\"" + field + "\":{\"vector\":[1,2,3,4],";
            unfit(vector + "\"max_distance\":-1}}", "[" + field + "]", "[max_distance]", "[-1.0]");
            unfit(vector + "\"min_score\":1.5}}", "[" + field + "]", "[min_score]", "[1.5]");
        }
    }

    public void testLimitsOfInnerProductMayBeAnything() throws IOException {
        for (String limit : List.of("\"max_distance\":-100", "\"min_score\":100")) {
            assertNotNull(
                    parse("{\"ip\":{\"vector\":[1,2,3,4]," + limit + "}}")
                            .toQuery(createShardContext()));
        }
    }

    public void testOtherParameters() {
        unreadable(with("\"knn\":5"), "field [l2]", "[knn]");
        unreadable(with("\"method\":{\"ef\":3}"), "field [l2]", "[method]");
        unreadable(with("\"filter\":3"), "field [l2]", "[filter]", "[3]");
        unreadable(with("\"filter\":[{}]"), "field [l2]", "[filter]");
        unreadable(with("\"filter\":{\"nope\":{}}"), "[nope]");
        unreadable(with("\"filter\":{}"), "empty clause");
        unreadable(with("\"exact\":\"very\""), "field [l2]", "[exact]", "[very]");
        unreadable(with("\"ignore_unmapped\":1"), "field [l2]", "[ignore_unmapped]", "[1]");
        unreadable(with("\"boost\":-1"), "field [l2]", "[boost]", "[-1]");
        unreadable(with("\"boost\":\"high\""), "field [l2]", "[boost]", "[high]");
        unreadable(with("\"_name\":7"), "field [l2]", "[_name]", "[7]");
    }

    public void testRescore() {
        for (String factor : List.of("0", "0.99", "-3", "100.5")) {
            unreadable(
                    with("\"rescore\":{\"oversample_factor\":" + factor + "}"),
                    "field [l2]",
                    "[rescore.oversample_factor]",
                    "[" + Float.parseFloat(factor) + "]");
        }
        unreadable(
                with("\"rescore\":{\"oversample_factor\":\"many\"}"),
                "field [l2]",
                "[rescore.oversample_factor]",
                "[many]");
        unreadable(with("\"rescore\":{\"depth\":3}"), "field [l2]", "[rescore.depth]");
        unreadable(with("\"rescore\":7"), "field [l2]", "[rescore]", "[7]");
        unreadable(with("\"rescore\":\"yes\""), "field [l2]", "[rescore]", "[yes]");
        unreadable(with("\"rescore\":null"), "field [l2]", "[rescore]", "[null]");
    }

    public void testVector() throws IOException {
        String[][] bad = {
            {"[]", "empty"},
            {"[1,2,3,1e39]", "[3]", "[1e39]"},
            {"[1,NaN,3,4]", "NaN"},
            {"[1,2,-Infinity,4]", "-Infinity"},
            {"[1,\"b\",3,4]", "[1]", "[b]"},
            {"[[1,2,3,4]]", "[0]", "an array"},
            {"[1,null,3,4]", "[1]", "[null]"},
            {"[1,false,3,4]", "[1]", "[false]"},
            {"null", "[null]"},
            {"{}", "an object"},
            {"7", "[7]"},
            {"\"A*AA\"", "[A*AA]"},
            {"\"AAAA\"", "[3] bytes"},
            {"[" + "1,".repeat(16_000) + "1]", "[16001]", "[16000]"},
        };
        for (String[] each : bad) {
            String body = "{\"l2\":{\"k\":3,\"vector\":" + each[0] + "}}";
            unreadable(body, "[vector]", "field [l2]");
            unreadable(body, Arrays.copyOfRange(each, 1, each.length));
        }
    }

    public void testVectorAgainstTheField() throws IOException {
        unfit("{\"l2\":{\"vector\":[1,2,3]}}", "field [l2]", "[vector]", "[3]", "[4]");
        unfit("{\"l2\":{\"vector\":[1,2,3,4,5]}}", "field [l2]", "[vector]", "[5]", "[4]");
        unfit("{\"cos\":{\"vector\":[0,0,0,0]}}", "field [cos]", "zero vector", "cosinesimil");
        unfit("{\"ip\":{\"vector\":[3e38,3e38,0,0]}}", "field [ip]", "[4.243e+38]");
    }

    public void testField() throws IOException {
        String vector = "\":{\"vector\":[1,2,3,4]}}";
        unfit("{\"nowhere" + vector, "field [nowhere]", "not mapped");
        unfit("{\"" + TEXT_FIELD_NAME + vector, "[" + TEXT_FIELD_NAME + "]", "[text]");
        unfit("{\"_id" + vector, "[_id]", "[ivory_vector]");
        unreadable("{}", "[ivory]", "field");
        unreadable("3", "[ivory]");
        unreadable("{\"l2\":{\"k\":3}}", "field [l2]", "[vector]");
        unreadable("{\"l2\":{}}", "field [l2]", "[vector]");
        unreadable("{\"l2\":[1,2,3,4]}", "field [l2]", "[START_ARRAY]");
        unreadable("{\"l2" + vector.replace("]}}", "]},") + "\"cos" + vector, "[l2]", "[cos]");
        unreadable("{\"" + vector, "field");
        unreadable(with("\"vector\":[1,2,3,4]"), "[vector]", "field [l2]");
    }
}

package org.ivory.opensearch.mapper;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;

import org.ivory.opensearch.TestServices;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.mapper.DocumentMapper;
import org.opensearch.index.mapper.FieldMapper;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.MapperServiceTestCase;
import org.opensearch.index.mapper.ParseContext;
import org.opensearch.plugins.Plugin;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Documents whose vector is no good are refused with the field, the document and the value. */
public class BadVectorTests extends MapperServiceTestCase {

    private boolean ignoreMalformed;

    @Override
    protected Collection<? extends Plugin> getPlugins() {
        return List.of(new TestServices.MinimalPlugin());
    }

    @Override
    protected Settings getIndexSettings() {
        return Settings.builder()
                .put(super.getIndexSettings())
                .put(FieldMapper.IGNORE_MALFORMED_SETTING.getKey(), ignoreMalformed)
                .build();
    }

    private DocumentMapper mapper() throws IOException {
        return createDocumentMapper(
                mapping(b -> {
                    for (String space : List.of("l2", "cosinesimil", "innerproduct")) {
                        b.startObject(space).field("type", "ivory_vector");
                        b.field("dimension", 4).field("space_type", space).endObject();
                    }
                    b.startObject("o").startObject("properties").startObject("v");
                    b.field("type", "ivory_vector").field("dimension", 1);
                    b.endObject().endObject().endObject();
                    b.startObject("after").field("type", "keyword").endObject();
                }));
    }

    private static String base64(float... vector) {
        return "\"" + VectorFormat.BASE64.show(vector) + "\"";
    }

    /** A vector of the field, and what the refusal says beside the field and the document. */
    private record Bad(String field, String value, String... mentioned) {}

    private static List<Bad> all() {
        List<Bad> all = new ArrayList<>();
        for (String field : List.of("l2", "cosinesimil", "innerproduct")) {
            all.addAll(
                    List.of(
                            new Bad(field, "[1,2,3]", "[4]", "[3]"),
                            new Bad(field, "[1,2,3,4,5,6]", "[4]", "[6]"),
                            new Bad(field, "[]", "[4]", "empty"),
                            new Bad(field, "[1,2,3,1e39]", "[3]", "[1e39]"),
                            new Bad(field, "[1,-1e39,3,4]", "[1]", "[-1e39]"),
                            new Bad(field, "[1,2,3,1e400]", "[3]", "[1e400]"),
                            new Bad(field, "[1" + "0".repeat(39) + ",2,3,4]", "[0]", "[1000"),
                            new Bad(field, "[1,\"2\",3,4]", "[1]", "string [2]"),
                            new Bad(field, "[1,2,true,4]", "[2]", "[true]"),
                            new Bad(field, "[1,null,3,4]", "[1]", "[null]"),
                            new Bad(field, "[1,[2],3,4]", "[1]", "an array"),
                            new Bad(field, "[[1,2,3,4],[1,2,3,4]]", "[0]", "one vector"),
                            new Bad(field, "[1,{\"a\":[{}]},3,4]", "[1]", "an object"),
                            new Bad(field, "[" + base64(1, 2, 3, 4) + "]", "[0]", "string"),
                            new Bad(field, "\"AAAA*AAA\"", "[AAAA*AAA]", "base64"),
                            new Bad(field, "\"\"", "[4]", "empty"),
                            new Bad(field, base64(1, 2, 3), "[4]", "[3]"),
                            new Bad(field, base64(1, 2, 3, 4, 5), "[4]", "[5]"),
                            new Bad(field, "\"AACAPwAAAEA/\"", "[9] bytes", "[16]"),
                            new Bad(field, base64(1, Float.NaN, 3, 4), "[1]", "[NaN]"),
                            new Bad(
                                    field,
                                    base64(1, 2, 3, Float.NEGATIVE_INFINITY),
                                    "[3]",
                                    "[-Infinity]"),
                            new Bad(field, "1.5", "[1.5]"),
                            new Bad(field, "false", "[false]"),
                            new Bad(field, "{\"x\":[1,2,3,4]}", "an object"),
                            new Bad(field, "[1e19,0,0,0]", "length [1.000e+19]", "[9.223e+18]"),
                            new Bad(
                                    field,
                                    base64(0, -3e38f, 3e38f, 0),
                                    "length [4.243e+38]",
                                    "[9.223e+18]")));
        }
        all.add(new Bad("cosinesimil", "[0,0,0,-0.0]", "zero vector", "[0.000]", "cosinesimil"));
        all.add(new Bad("cosinesimil", "[0,0,1e-20,0]", "zero vector", "[1.000e-20]"));
        all.add(new Bad("o.v", "[[1],[2]]", "[0]", "an array"));
        return all;
    }

    private static String document(Bad bad) {
        String field = bad.field.equals("o.v") ? "{\"o\":{\"v\":" : "{\"" + bad.field + "\":";
        return field + bad.value + (bad.field.equals("o.v") ? "}" : "") + ",\"after\":\"x\"}";
    }

    public void testRefused() throws IOException {
        DocumentMapper mapper = mapper();
        for (Bad bad : all()) {
            MapperParsingException e =
                    expectThrows(
                            MapperParsingException.class,
                            document(bad),
                            () -> mapper.parse(source(document(bad))));
            assertThat(e.getMessage(), containsString("failed to parse field [" + bad.field + "]"));
            assertThat(e.getMessage(), containsString("document with id '1'"));
            assertThat(e.getCause(), instanceOf(IllegalArgumentException.class));
            // What reaches the first line of the response and what stands below it.
            for (String text : List.of(e.getMessage(), e.getCause().getMessage())) {
                assertThat(text, containsString("field [" + bad.field + "]"));
                for (String part : bad.mentioned) {
                    assertThat(document(bad), text, containsString(part));
                }
            }
        }
    }

    public void testNumbersThatAreNoJson() throws IOException {
        DocumentMapper mapper = mapper();
        for (String value : List.of("NaN", "Infinity", "-Infinity")) {
            MapperParsingException e =
                    expectThrows(
                            MapperParsingException.class,
                            () -> mapper.parse(source("{\"l2\":[1," + value + ",3,4]}")));
            assertThat(e.getMessage(), containsString("field [l2]"));
            assertThat(e.getMessage(), containsString(value));
        }
    }

    public void testTwoVectors() throws IOException {
        DocumentMapper mapper = mapper();
        MapperParsingException e =
                expectThrows(
                        MapperParsingException.class,
                        () -> mapper.parse(source("{\"o\":[{\"v\":[1]},{\"v\":[2]}]}")));
        assertThat(e.getMessage(), containsString("field [o.v] takes one vector a document"));
    }

    /** The setting lets the document pass without its vector, and all after it is read. */
    public void testIgnoreMalformed() throws IOException {
        ignoreMalformed = true;
        DocumentMapper mapper = mapper();
        for (Bad bad : all()) {
            ParseContext.Document document = mapper.parse(source(document(bad))).rootDoc();
            assertEquals(document(bad), 0, document.getFields(bad.field).length);
            assertEquals(document(bad), bad.field, document.getField("_ignored").stringValue());
            assertTrue(document(bad), document.getFields("after").length > 0);
        }
        ParseContext.Document second =
                mapper.parse(source("{\"o\":[{\"v\":[1]},{\"v\":[2]}],\"after\":\"x\"}")).rootDoc();
        assertEquals(1, second.getFields("o.v").length);
        assertTrue(second.getFields("after").length > 0);
    }

    /** The neighbours of what is refused are taken. */
    public void testLimits() throws IOException {
        DocumentMapper mapper = mapper();
        for (String good :
                List.of(
                        "{\"l2\":[9.2e18,0,0,0]}",
                        "{\"l2\":[0,0,0,0]}",
                        "{\"l2\":[1e-45,-0.0,1e-400,123456789012345678]}",
                        "{\"innerproduct\":[0,0,0,0]}",
                        "{\"cosinesimil\":[1.2e-19,0,0,0]}",
                        "{\"cosinesimil\":[0,0,0,9.2e18]}")) {
            assertEquals(good, 1, vectorFields(mapper.parse(source(good)).rootDoc()));
        }
    }

    private static long vectorFields(ParseContext.Document document) {
        return document.getFields().stream().filter(f -> !f.name().startsWith("_")).count();
    }
}

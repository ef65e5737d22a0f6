package org.ivory.opensearch.mapper;

import static org.hamcrest.Matchers.containsString;

import org.ivory.opensearch.TestServices;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.mapper.MapperServiceTestCase;
import org.opensearch.plugins.Plugin;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Mappings that make no sense are refused with the field, the parameter and the value. */
public class BadMappingTests extends MapperServiceTestCase {

    @Override
    protected Collection<? extends Plugin> getPlugins() {
        return List.of(new TestServices.MinimalPlugin());
    }

    private void refused(Map<String, ?> parameters, String... mentioned) {
        Exception e =
                expectThrows(
                        MapperParsingException.class,
                        () ->
                                createMapperService(
                                        fieldMapping(b -> {
                                            b.field("type", "ivory_vector");
                                            b.mapContents(parameters);
                                        })));
        assertThat(e.getMessage(), containsString("[field]"));
        for (String part : mentioned) {
            assertThat(e.getMessage(), containsString(part));
        }
    }

    public void testDimension() {
        refused(Map.of(), "[dimension]");
        for (Object value : List.of(0, -1, 16_001, 1L << 33, 1.5, "", "four", "1.5", true)) {
            refused(Map.of("dimension", value), "[dimension]", "[" + value + "]", "16000");
        }
        refused(Map.of("dimension", List.of(1, 2)), "[dimension]", "[[1, 2]]");
    }

    public void testLargestDimension() throws IOException {
        MapperService service =
                createMapperService(
                        fieldMapping(
                                b -> b.field("type", "ivory_vector").field("dimension", 16_000)));
        assertEquals(16_000, ((IvoryVectorFieldType) service.fieldType("field")).dimension());
    }

    public void testSpaceType() {
        for (Object value : List.of("l1", "L2", "", 2)) {
            refused(
                    Map.of("dimension", 4, "space_type", value),
                    "space_type",
                    "[" + value + "]",
                    "cosinesimil");
        }
    }

    public void testModel() {
        for (Object value : List.of("", " ", 3, true)) {
            refused(Map.of("dimension", 4, "model", value), "[model]", "[" + value + "]");
        }
    }

    public void testUnknownParameters() {
        refused(Map.of("dimension", 4, "nlist", 5), "[nlist]");
        for (String parameter : List.of("store", "index", "doc_values", "boost", "similarity")) {
            refused(Map.of("dimension", 4, parameter, true), "[" + parameter + "]");
        }
        refused(Map.of("dimension", 4, "copy_to", "other"), "[copy_to]");
        refused(Map.of("dimension", 4, "fields", Map.of()), "[fields]");
        refused(
                Map.of("dimension", 4, "fields", Map.of("raw", Map.of("type", "keyword"))),
                "[fields]");
    }

    public void testNoMultiField() {
        Exception e =
                expectThrows(
                        MapperParsingException.class,
                        () ->
                                createMapperService(
                                        fieldMapping(b ->
                                                b.field("type", "keyword")
                                                        .startObject("fields")
                                                        .startObject("vec")
                                                        .field("type", "ivory_vector")
                                                        .field("dimension", 4)
                                                        .endObject()
                                                        .endObject())));
        assertThat(e.getMessage(), containsString("field [vec]"));
        assertThat(e.getMessage(), containsString("multi-field"));
    }

    public void testNoTargetOfCopies() throws IOException {
        String source =
                "{\"_doc\":{\"properties\":{\"n\":{\"type\":\"float\",\"copy_to\":[\"o.v\"]}}}}";
        String target =
                "{\"_doc\":{\"properties\":{\"o\":{\"properties\":{"
                        + "\"v\":{\"type\":\"ivory_vector\",\"dimension\":1}}}}}}";
        for (List<String> order : List.of(List.of(source, target), List.of(target, source))) {
            MapperService service = createMapperService("_doc", order.get(0));
            Exception e =
                    expectThrows(
                            IllegalArgumentException.class,
                            () -> merge("_doc", service, order.get(1)));
            assertThat(e.getMessage(), containsString("field [n] has a [copy_to] to field [o.v]"));
        }
    }

    public void testTypeCannotChange() throws IOException {
        MapperService service =
                createMapperService(
                        fieldMapping(b -> b.field("type", "ivory_vector").field("dimension", 4)));
        Exception e =
                expectThrows(
                        IllegalArgumentException.class,
                        () -> merge(service, fieldMapping(b -> b.field("type", "keyword"))));
        assertThat(e.getMessage(), containsString("[field]"));
    }
}

package org.ivory.opensearch.mapper;

import static org.hamcrest.Matchers.containsString;

import org.apache.lucene.util.BytesRef;
import org.ivory.lucene.CellTerm;
import org.ivory.lucene.VectorEncoding;
import org.ivory.nativelib.Metric;
import org.ivory.opensearch.NodeServices;
import org.ivory.opensearch.TestServices;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.mapper.DocumentMapper;
import org.opensearch.index.mapper.FieldMapper;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.mapper.MapperTestCase;
import org.opensearch.index.mapper.ParseContext;
import org.opensearch.index.query.QueryShardException;
import org.opensearch.plugins.Plugin;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The host's contract for field types, and what documents become in Lucene. */
public class IvoryVectorFieldMapperTests extends MapperTestCase {

    private static final float[] SAMPLE = {1, -2.5f, 0, 1e-3f};

    private final NodeServices services = TestServices.create();

    @Override
    protected Collection<? extends Plugin> getPlugins() {
        return List.of(new TestServices.MinimalPlugin(services));
    }

    @Override
    protected void minimalMapping(XContentBuilder b) throws IOException {
        b.field("type", "ivory_vector").field("dimension", 4);
    }

    @Override
    protected void writeFieldValue(XContentBuilder builder) throws IOException {
        builder.value(SAMPLE);
    }

    /** The host lets old parameters pass with a warning; this type never knew them. */
    @Override
    public void testDeprecatedBoost() {
        Exception e =
                expectThrows(
                        MapperParsingException.class,
                        () ->
                                createMapperService(
                                        fieldMapping(b -> {
                                            minimalMapping(b);
                                            b.field("boost", 2.0);
                                        })));
        assertThat(e.getMessage(), containsString("[boost]"));
    }

    @Override
    protected void registerParameters(ParameterChecker checker) throws IOException {
        checker.registerConflictCheck(
                "dimension",
                fieldMapping(this::minimalMapping),
                fieldMapping(b -> b.field("type", "ivory_vector").field("dimension", 5)));
        checker.registerConflictCheck("space_type", b -> b.field("space_type", "cosinesimil"));
        checker.registerUpdateCheck(
                b -> b.field("model", "m1"), mapper -> assertEquals("m1", modelOf(mapper)));
        checker.registerUpdateCheck(
                b -> {
                    minimalMapping(b);
                    b.field("model", "m1");
                },
                b -> {
                    minimalMapping(b);
                    b.nullField("model");
                },
                mapper -> assertNull(modelOf(mapper)));
    }

    private static String modelOf(FieldMapper mapper) {
        return ((IvoryVectorFieldType) mapper.fieldType()).modelId();
    }

    private DocumentMapper mapper(Metric metric) throws IOException {
        return createDocumentMapper(
                fieldMapping(b -> {
                    minimalMapping(b);
                    b.field("space_type", metric.spaceType());
                }));
    }

    private ParseContext.Document parse(DocumentMapper mapper, String value) throws IOException {
        return mapper.parse(source("{\"field\":" + value + "}")).rootDoc();
    }

    /** The doc value; checks that there is one term, and which, and nothing else. */
    private static BytesRef indexed(ParseContext.Document document, long fingerprint, int cell)
            throws IOException {
        IndexedVector indexed = IndexedVector.of(document, "field");
        assertEquals(CellTerm.encode(fingerprint, cell), indexed.term());
        assertNull(indexed.code());
        return indexed.value();
    }

    public void testAVectorBecomesATermAndADocValue() throws IOException {
        for (Metric metric : Metric.values()) {
            ParseContext.Document document = parse(mapper(metric), "[1, -2.5, 0, 1e-3]");
            assertEquals(
                    VectorEncoding.encode(metric, SAMPLE),
                    indexed(document, CellTerm.UNASSIGNED, 0));
        }
    }

    public void testBase64IsTheSameAsAnArray() throws IOException {
        for (Metric metric : Metric.values()) {
            String text = (String) VectorFormat.BASE64.show(SAMPLE);
            assertEquals(
                    VectorEncoding.encode(metric, SAMPLE),
                    indexed(parse(mapper(metric), '"' + text + '"'), CellTerm.UNASSIGNED, 0));
        }
    }

    public void testNullAndAbsence() throws IOException {
        DocumentMapper mapper = mapper(Metric.COSINE);
        assertEquals(0, parse(mapper, "null").getFields("field").length);
        assertEquals(0, mapper.parse(source("{}")).rootDoc().getFields("field").length);
    }

    public void testSeveralFieldsOfOneDocument() throws IOException {
        DocumentMapper mapper =
                createDocumentMapper(
                        mapping(b -> {
                            for (String name : List.of("a", "b")) {
                                b.startObject(name);
                                minimalMapping(b);
                                b.endObject();
                            }
                            b.startObject("o").startObject("properties").startObject("c");
                            minimalMapping(b);
                            b.endObject().endObject().endObject();
                        }));
        ParseContext.Document document =
                mapper.parse(source("{\"b\":[1,2,3,4],\"o\":{\"c\":[5,6,7,8]},\"a\":[9,9,9,9]}"))
                        .rootDoc();
        for (String name : List.of("a", "b", "o.c")) {
            assertEquals(name, 1, document.getFields(name).length);
        }
    }

    public void testNestedDocumentsHaveAVectorEach() throws IOException {
        DocumentMapper mapper =
                createDocumentMapper(
                        mapping(b -> {
                            b.startObject("n").field("type", "nested");
                            b.startObject("properties").startObject("v");
                            minimalMapping(b);
                            b.endObject().endObject().endObject();
                        }));
        List<ParseContext.Document> documents =
                mapper.parse(source("{\"n\":[{\"v\":[1,2,3,4]},{\"v\":[5,6,7,8]}]}")).docs();
        assertEquals(3, documents.size());
        assertEquals(1, documents.get(0).getFields("n.v").length);
        assertEquals(1, documents.get(1).getFields("n.v").length);
        assertEquals(0, documents.get(2).getFields("n.v").length);
    }

    public void testDocValuesGiveTheVectorBack() throws IOException {
        MapperService mapperService = createMapperService(fieldMapping(this::minimalMapping));
        MappedFieldType type = mapperService.fieldType("field");
        List<?> arrays =
                fetchFromDocValues(mapperService, type, type.docValueFormat(null, null), SAMPLE);
        assertEquals(1, arrays.size());
        assertArrayEquals(SAMPLE, (float[]) arrays.get(0), 0f);
        assertEquals(
                List.of(VectorFormat.BASE64.show(SAMPLE)),
                fetchFromDocValues(
                        mapperService, type, type.docValueFormat("base64", null), SAMPLE));
    }

    public void testDocValuesGiveTheOriginalBackUnderCosine() throws IOException {
        MapperService mapperService =
                createMapperService(
                        fieldMapping(b -> {
                            minimalMapping(b);
                            b.field("space_type", "cosinesimil");
                        }));
        MappedFieldType type = mapperService.fieldType("field");
        List<?> arrays =
                fetchFromDocValues(mapperService, type, type.docValueFormat("array", null), SAMPLE);
        assertArrayEquals(SAMPLE, (float[]) arrays.get(0), 1e-6f);
    }

    public void testUnknownFormatIsRefused() throws IOException {
        MappedFieldType type =
                createMapperService(fieldMapping(this::minimalMapping)).fieldType("field");
        Exception e =
                expectThrows(
                        IllegalArgumentException.class, () -> type.docValueFormat("hex", null));
        assertThat(e.getMessage(), containsString("[field]"));
        assertThat(e.getMessage(), containsString("[hex]"));
    }

    public void testTermQueriesAreRefused() throws IOException {
        MapperService mapperService = createMapperService(fieldMapping(this::minimalMapping));
        MappedFieldType type = mapperService.fieldType("field");
        Exception e = expectThrows(IllegalArgumentException.class, () -> type.termQuery(1, null));
        assertThat(e.getMessage(), containsString("field [field] of type [ivory_vector]"));
        // This one tells queries over all fields to leave the field out.
        expectThrows(
                QueryShardException.class,
                () -> type.termQuery(1, createQueryShardContext(mapperService)));
    }

    public void testFieldCapabilities() throws IOException {
        MappedFieldType type =
                createMapperService(fieldMapping(this::minimalMapping)).fieldType("field");
        assertTrue(type.isSearchable());
        assertFalse(type.isAggregatable());
        assertEquals(Map.of(), type.meta());
    }
}

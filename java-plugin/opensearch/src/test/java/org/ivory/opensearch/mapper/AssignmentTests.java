package org.ivory.opensearch.mapper;

import org.apache.lucene.util.BytesRef;
import org.ivory.lucene.CellTerm;
import org.ivory.lucene.VectorEncoding;
import org.ivory.nativelib.CentroidModel;
import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Metric;
import org.ivory.nativelib.Trainer;
import org.ivory.nativelib.TrainingParameters;
import org.ivory.opensearch.NodeServices;
import org.ivory.opensearch.TestServices;
import org.ivory.opensearch.model.ModelProvider;
import org.junit.After;
import org.junit.Before;
import org.opensearch.index.mapper.DocumentMapper;
import org.opensearch.index.mapper.MapperServiceTestCase;
import org.opensearch.plugins.Plugin;

import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Documents of a field that names a model get the term of their cell. */
public class AssignmentTests extends MapperServiceTestCase {

    private static final int DIMENSION = 3;
    private static final int NLIST = 8;

    private final NodeServices services = TestServices.create();
    private final Map<String, CentroidModel> models = new HashMap<>();
    private final Set<String> wanted = new HashSet<>();

    @Override
    protected Collection<? extends Plugin> getPlugins() {
        return List.of(new TestServices.MinimalPlugin(services));
    }

    @Before
    public void provideModels() {
        assertTrue(services.library().reason(), services.library().loaded());
        services.models(
                new ModelProvider() {
                    @Override
                    public void want(String modelId) {
                        wanted.add(modelId);
                    }

                    @Override
                    public CentroidModel acquireForIndexing(String modelId) {
                        CentroidModel model = models.get(modelId);
                        if (model != null) {
                            assertTrue(model.tryAcquire());
                        }
                        return model;
                    }

                    @Override
                    public CentroidModel acquireReady(String modelId) {
                        throw new AssertionError("nothing is merged here");
                    }

                    @Override
                    public CentroidModel acquire(long fingerprint) {
                        throw new AssertionError("nothing is searched here");
                    }
                });
    }

    @After
    public void closeModels() {
        models.values().forEach(CentroidModel::close);
        // The mapper has given back every reference that it took.
        models.values().forEach(model -> assertFalse(model.tryAcquire()));
    }

    private static float[] randomVector(int dimension) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) random().nextGaussian() * 10;
        }
        return vector;
    }

    private void train(String id, Metric metric, int dimension) {
        train(id, metric, dimension, EncoderSpec.AUTO);
    }

    private void train(String id, Metric metric, int dimension, EncoderSpec encoder) {
        TrainingParameters parameters =
                new TrainingParameters(metric, dimension, NLIST, 7, 5, 500, 1, encoder);
        try (Trainer trainer = services.ops().train(parameters)) {
            for (int i = 0; i < 200; i++) {
                trainer.add(randomVector(dimension), 1);
            }
            models.put(id, trainer.run());
        }
    }

    private BytesRef term(Metric metric, String model, float[] vector) throws IOException {
        return indexed(metric, model, vector).term();
    }

    private IndexedVector indexed(Metric metric, String model, float[] vector) throws IOException {
        DocumentMapper mapper =
                createDocumentMapper(
                        fieldMapping(b ->
                                b.field("type", "ivory_vector")
                                        .field("dimension", DIMENSION)
                                        .field("space_type", metric.spaceType())
                                        .field("model", model)));
        return IndexedVector.of(
                mapper.parse(source(b -> b.array("field", vector))).rootDoc(), "field");
    }

    public void testTheNearestCell() throws IOException {
        for (Metric metric : Metric.values()) {
            train("m", metric, DIMENSION);
            Set<Integer> seen = new HashSet<>();
            for (int i = 0; i < 30; i++) {
                float[] vector = randomVector(DIMENSION);
                int[] cells = new int[NLIST];
                CentroidModel model = models.get("m");
                model.assign(VectorEncoding.normalised(metric, vector), 1, cells);
                assertEquals(
                        CellTerm.encode(model.fingerprint(), cells[0]), term(metric, "m", vector));
                seen.add(cells[0]);
            }
            assertTrue(seen.toString(), seen.size() > 1);
            models.remove("m").close();
        }
        assertEquals(Set.of("m"), wanted);
    }

    public void testTheCodeIsThePayload() throws IOException {
        for (Metric metric : Metric.values()) {
            for (String encoder : new String[] {"none", "pq", "sq", "rabitq"}) {
                train("m", metric, DIMENSION, EncoderSpec.of(encoder, null));
                CentroidModel model = models.get("m");
                for (int i = 0; i < 5; i++) {
                    float[] vector = randomVector(DIMENSION);
                    byte[] code = new byte[model.codeLength()];
                    float[] unit = VectorEncoding.normalised(metric, vector);
                    model.encode(unit, 1, new int[1], code);
                    BytesRef expected = encoder.equals("none") ? null : new BytesRef(code);
                    assertEquals(expected, indexed(metric, "m", vector).code());
                }
                models.remove("m").close();
            }
        }
    }

    public void testWithoutModel() throws IOException {
        BytesRef unassigned = CellTerm.encode(CellTerm.UNASSIGNED, 0);
        assertEquals(unassigned, term(Metric.L2, "unknown", randomVector(DIMENSION)));
        assertNull(indexed(Metric.L2, "unknown", randomVector(DIMENSION)).code());
        assertEquals(Set.of("unknown"), wanted);
    }

    /** The mapping should have been refused; if it was not, the document still is found. */
    public void testAModelOfAnotherKindIsNotUsed() throws IOException {
        BytesRef unassigned = CellTerm.encode(CellTerm.UNASSIGNED, 0);
        train("longer", Metric.L2, DIMENSION + 1);
        train("cosine", Metric.COSINE, DIMENSION);
        assertEquals(unassigned, term(Metric.L2, "longer", randomVector(DIMENSION)));
        assertEquals(unassigned, term(Metric.L2, "cosine", randomVector(DIMENSION)));
    }
}

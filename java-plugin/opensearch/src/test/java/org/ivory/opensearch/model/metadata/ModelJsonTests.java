package org.ivory.opensearch.model.metadata;

import static org.hamcrest.Matchers.containsString;

import org.ivory.nativelib.EncoderSpec;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.test.OpenSearchTestCase;

public class ModelJsonTests extends OpenSearchTestCase {
    public void testWhatIsWrittenIsRead() {
        for (int i = 0; i < 100; i++) {
            ModelMetadata model = RandomModels.any(randomAlphaOfLength(6));
            assertEquals(model, ModelJson.read(model.id(), ModelJson.write(model)));
        }
    }

    public void testFingerprintsOfEverySign() {
        for (long fingerprint : new long[] {1, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            ModelMetadata model =
                    RandomModels.created("m", "n")
                            .ready(
                                    new ModelFile(fingerprint, 10, 1),
                                    RandomModels.encoder(),
                                    RandomModels.report());
            ModelMetadata read = ModelJson.read("m", ModelJson.write(model));
            assertEquals(fingerprint, read.file().fingerprint());
            assertEquals(16, read.file().fingerprintText().length());
        }
    }

    public void testAnImportedModelHasNoTraining() {
        ModelMetadata imported = RandomModels.imported("m", "n");
        ModelMetadata ready = imported.ready(RandomModels.file(), imported.encoder(), null);
        for (ModelMetadata model : new ModelMetadata[] {imported, ready}) {
            String json = ModelJson.write(model);
            assertEquals(model, ModelJson.read("m", json));
            assertFalse(json, json.contains("training_index"));
            assertThat(json, containsString(model.origin().importedFrom()));
        }
    }

    public void testInfiniteInertiaSurvives() {
        TrainingReport report =
                new TrainingReport(
                        1, 1, 1, Double.POSITIVE_INFINITY, 0, 1, 1, 1, Double.NaN, 1, null);
        ModelMetadata model =
                RandomModels.created("m", "n")
                        .ready(RandomModels.file(), RandomModels.encoder(), report);
        assertEquals(model, ModelJson.read("m", ModelJson.write(model)));
        assertEquals(Double.MAX_VALUE, report.inertia(), 0);
    }

    public void testUnknownFieldsOfLaterVersionsAreIgnored() {
        ModelMetadata model = RandomModels.any("m");
        String json = ModelJson.write(model).replaceFirst("\\{", "{\"later\":{\"x\":[1]},");
        assertEquals(model, ModelJson.read("m", json));
    }

    public void testWhatIsMissingOrWrongIsNamed() {
        String json = ModelJson.write(RandomModels.created("m", "n"));
        unreadable(json.replace("\"generation\"", "\"other\""), "[generation] is missing");
        unreadable(
                json.replaceFirst("\"dimension\":\\d+", "\"dimension\":\"many\""), "[dimension]");
        unreadable(json.replace("\"created\"", "\"lost\""), "[lost]");
        unreadable("{", "model [m]");
    }

    public void testUsersDoNotSeeTheInternals() throws Exception {
        ModelMetadata model =
                RandomModels.created("m", "secret-process")
                        .ready(
                                RandomModels.file(),
                                new EncoderSpec("pq", 4),
                                RandomModels.report());
        try (XContentBuilder builder = XContentFactory.jsonBuilder()) {
            builder.startObject();
            ModelJson.show(builder, model);
            String shown = builder.endObject().toString();
            assertThat(shown, containsString(model.file().fingerprintText()));
            assertThat(
                    shown,
                    containsString("\"encoder\":{\"name\":\"pq\",\"parameters\":{\"dims\":4}}"));
            int size = model.encoder().codeLength(model.metric(), model.dimension());
            assertThat(shown, containsString("\"code_size_in_bytes\":" + size));
            assertFalse(shown, shown.contains("node_ephemeral_id"));
            assertFalse(shown, shown.contains(model.generation()));
        }
    }

    private static void unreadable(String json, String complaint) {
        IllegalArgumentException e =
                expectThrows(IllegalArgumentException.class, () -> ModelJson.read("m", json));
        assertThat(e.getMessage(), containsString(complaint));
        assertThat(e.getMessage(), containsString("model [m]"));
    }
}

package org.ivory.opensearch.action;

import static org.hamcrest.Matchers.containsString;

import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Metric;
import org.ivory.opensearch.action.model.TrainModelBody;
import org.ivory.opensearch.model.training.TrainingRequest;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.test.OpenSearchTestCase;

public class TrainModelBodyTests extends OpenSearchTestCase {
    private static final String NEEDED = "\"training_index\":\"i\",\"training_field\":\"f\"";

    public void testDefaults() {
        assertEquals(
                new TrainingRequest(
                        "m",
                        "i",
                        "f",
                        null,
                        null,
                        null,
                        TrainModelBody.DEFAULT_SEED,
                        EncoderSpec.AUTO,
                        null),
                parse(NEEDED));
        assertEquals(parse(NEEDED), parse(NEEDED + ",\"nlist\":null,\"seed\":null"));
    }

    public void testAllParameters() {
        assertEquals(
                new TrainingRequest(
                        "m", "i", "f", 7, Metric.COSINE, 70, -3, EncoderSpec.NONE, "what for"),
                parse(
                        NEEDED
                                + ",\"nlist\":7,\"space_type\":\"cosinesimil\",\"seed\":-3,"
                                + "\"max_training_vector_count\":70,\"description\":\"what for\""
                                + ",\"encoder\":{\"name\":\"none\"}"));
    }

    public void testEncoders() {
        assertEquals(EncoderSpec.AUTO, parse(NEEDED + ",\"encoder\":null").encoder());
        for (String name : new String[] {"pq dims 2 4", "sq bits 4 8", "rabitq bits 1 2 4"}) {
            String[] words = name.split(" ");
            assertEquals(
                    new EncoderSpec(words[0], Integer.parseInt(words[2])),
                    encoder("\"name\":\"" + words[0] + "\""));
            for (int i = 2; i < words.length; i++) {
                assertEquals(
                        new EncoderSpec(words[0], Integer.parseInt(words[i])),
                        encoder(
                                "\"name\":\""
                                        + words[0]
                                        + "\",\"parameters\":{\""
                                        + words[1]
                                        + "\":"
                                        + words[i]
                                        + "}"));
            }
        }
        assertEquals(EncoderSpec.NONE, encoder("\"name\":\"none\",\"parameters\":{}"));
    }

    private static EncoderSpec encoder(String fields) {
        return parse(NEEDED + ",\"encoder\":{" + fields + "}").encoder();
    }

    private static void refusedEncoder(String encoder, String... words) {
        refused(NEEDED + ",\"encoder\":" + encoder, words);
    }

    public void testWrongEncoders() {
        refusedEncoder("\"pq\"", "[encoder]", "object", "[pq]");
        refusedEncoder("[]", "[encoder]", "object");
        refusedEncoder("{}", "[encoder.name] is required");
        refusedEncoder("{\"name\":3}", "[encoder.name]", "[3]");
        refusedEncoder("{\"name\":\"pc\"}", "[encoder]", "[pc]", "rabitq");
        refusedEncoder("{\"name\":\"auto\"}", "[encoder]", "[auto]");
        refusedEncoder("{\"name\":\"pq\",\"dims\":2}", "[encoder.dims]", "[2]");
        refusedEncoder("{\"name\":\"pq\",\"parameters\":2}", "[encoder.parameters]", "[2]");
        for (String bad : new String[] {"0", "-2", "3", "5000000000"}) {
            refusedEncoder(
                    "{\"name\":\"pq\",\"parameters\":{\"dims\":" + bad + "}}",
                    "encoder",
                    "dims]",
                    "[" + bad + "]");
        }
        refusedEncoder(
                "{\"name\":\"sq\",\"parameters\":{\"bits\":\"4\"}}",
                "[encoder.parameters.bits]",
                "[4]");
        refusedEncoder(
                "{\"name\":\"sq\",\"parameters\":{\"dims\":4}}",
                "[encoder.parameters.dims]",
                "[4]",
                "bits");
        refusedEncoder(
                "{\"name\":\"none\",\"parameters\":{\"bits\":4}}",
                "[encoder.parameters.bits]",
                "[4]");
    }

    public void testComplaintsNameParameterAndValue() {
        refused("\"training_field\":\"f\"", "[training_index] is required");
        refused("\"training_index\":\"i\"", "[training_field] is required");
        refused("\"training_index\":3,\"training_field\":\"f\"", "[training_index]", "[3]");
        refused("\"training_index\":\" \",\"training_field\":\"f\"", "[training_index]", "[ ]");
        for (String bad : new String[] {"0", "-8", "65537", "1000000000", "99999999999999999999"}) {
            refused(NEEDED + ",\"nlist\":" + bad, "[nlist]", "[" + bad + "]");
        }
        for (String bad : new String[] {"\"8\"", "1.5", "true", "[8]", "{}"}) {
            refused(NEEDED + ",\"nlist\":" + bad, "[nlist] must be an integer");
        }
        refused(NEEDED + ",\"space_type\":\"l7\"", "space_type", "[l7]");
        refused(NEEDED + ",\"max_training_vector_count\":0", "[max_training_vector_count]", "[0]");
        refused(
                NEEDED + ",\"nlist\":8,\"max_training_vector_count\":7",
                "[max_training_vector_count] [7]",
                "[nlist] [8]");
        refused(NEEDED + ",\"seed\":\"lucky\"", "[seed]", "[lucky]");
        refused(NEEDED + ",\"seed\":9223372036854775808", "[seed]", "64 bits");
        refused(NEEDED + ",\"description\":\"" + "x".repeat(1001) + "\"", "[description]", "1001");
        refused(NEEDED + ",\"iterationz\":3", "[iterationz]", "[3]", "nlist");
    }

    private static TrainingRequest parse(String fields) {
        return TrainModelBody.parse(
                "m",
                XContentHelper.convertToMap(JsonXContent.jsonXContent, "{" + fields + "}", false));
    }

    private static void refused(String fields, String... words) {
        IllegalArgumentException e =
                expectThrows(IllegalArgumentException.class, () -> parse(fields));
        for (String word : words) {
            assertThat(e.getMessage(), containsString(word));
        }
    }
}

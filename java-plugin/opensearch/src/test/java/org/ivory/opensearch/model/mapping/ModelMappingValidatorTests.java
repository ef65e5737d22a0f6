package org.ivory.opensearch.model.mapping;

import static org.hamcrest.Matchers.containsString;

import org.ivory.nativelib.Metric;
import org.ivory.opensearch.model.lifecycle.ClusterStates;
import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.metadata.RandomModels;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.index.mapper.MappingTransformer.TransformContext;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Locale;
import java.util.Map;

public class ModelMappingValidatorTests extends OpenSearchTestCase {
    private static final String FIELD =
            "{\"type\":\"ivory_vector\",\"dimension\":4,\"model\":\"%s\"}";

    private final Map<String, ModelMetadata> models =
            Map.of(
                    "good", RandomModels.created("good", 4, Metric.L2),
                    "training", RandomModels.created("training", 4, Metric.L2).training(),
                    "failed", RandomModels.created("failed", 4, Metric.L2).failed("no luck"),
                    "long", RandomModels.created("long", 5, Metric.L2),
                    "round", RandomModels.created("round", 4, Metric.COSINE));
    private final ModelMappingValidator validator = new ModelMappingValidator(models::get);

    public void testAcceptsModelsThatFit() {
        validate(properties("\"v\":" + field("good")));
        validate(properties("\"v\":" + field("training")));
        validate(ClusterStates.mapping("round", 4, "cosinesimil"));
        validate("{\"properties\":{\"v\":{\"type\":\"ivory_vector\",\"dimension\":4}}}");
        validate("{\"properties\":{\"v\":{\"type\":\"keyword\",\"model\":\"unknown\"}}}");
        validate("{}");
    }

    public void testRefusesAtEveryDepth() {
        String bad = field("unknown");
        refused(properties("\"v\":" + bad), "[v]");
        refused("{\"_doc\":" + properties("\"v\":" + bad) + "}", "[v]");
        refused(properties("\"a.b\":" + bad), "[a.b]");
        refused(
                properties("\"o\":" + properties("\"p\":" + properties("\"v\":" + bad))),
                "[o.p.v]");
        refused(
                properties("\"n\":{\"type\":\"nested\",\"properties\":{\"v\":" + bad + "}}"),
                "[n.v]");
        refused(properties("\"k\":{\"type\":\"keyword\",\"fields\":{\"v\":" + bad + "}}"), "[k.v]");
        refused("{\"dynamic_templates\":[{\"t\":{\"mapping\":" + bad + "}}]}", "[<t>]");
    }

    public void testNamesWhatDoesNotFit() {
        refused(properties("\"v\":" + field("unknown")), "[v]", "[unknown]", "does not exist");
        refused(properties("\"v\":" + field("failed")), "[v]", "[failed]", "no luck");
        refused(properties("\"v\":" + field("long")), "[v]", "[long]", "[dimension] [4]", "[5]");
        refused(
                properties("\"v\":" + field("round")),
                "[v]",
                "[round]",
                "[space_type] [l2]",
                "[cosinesimil]");
    }

    public void testLeavesToTheMapperWhatIsItsOwn() {
        validate(
                "{\"properties\":{\"v\":{\"type\":\"ivory_vector\",\"dimension\":\"x\","
                        + "\"space_type\":7,\"model\":\"good\"}}}");
        validate("{\"dynamic_templates\":[{\"t\":{\"mapping\":" + field("{name}") + "}}]}");
    }

    private static String field(String model) {
        return String.format(Locale.ROOT, FIELD, model);
    }

    private static String properties(String inner) {
        return "{\"properties\":{" + inner + "}}";
    }

    private void validate(String mapping) {
        Map<String, Object> map =
                XContentHelper.convertToMap(JsonXContent.jsonXContent, mapping, false);
        PlainActionFuture<Void> future = PlainActionFuture.newFuture();
        validator.transform(map, new TransformContext(), future);
        future.actionGet();
    }

    private void refused(String mapping, String... words) {
        IllegalArgumentException e =
                expectThrows(IllegalArgumentException.class, () -> validate(mapping));
        for (String word : words) {
            assertThat(e.getMessage(), containsString(word));
        }
    }
}

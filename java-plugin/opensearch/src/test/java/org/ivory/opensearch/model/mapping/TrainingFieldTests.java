package org.ivory.opensearch.model.mapping;

import static org.hamcrest.Matchers.containsString;

import org.ivory.nativelib.Metric;
import org.ivory.opensearch.model.lifecycle.ClusterStates;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;

public class TrainingFieldTests extends OpenSearchTestCase {
    private static final String VECTOR = "{\"type\":\"ivory_vector\",\"dimension\":4}";
    private static final String MAPPING =
            "{\"properties\":{\"v\":"
                    + VECTOR
                    + ",\"t\":{\"type\":\"text\"},\"o\":{\"properties\":{\"v\":"
                    + VECTOR
                    + "}},\"n\":{\"type\":\"nested\",\"properties\":{\"p\":{\"properties\":{\"v\":"
                    + VECTOR
                    + "}}}}}}";

    private ClusterState state =
            ClusterStates.withIndex(
                    ClusterStates.withIndex(ClusterStates.of(), "a", MAPPING),
                    "b",
                    ClusterStates.mapping("m", 4, "cosinesimil"));

    public void testFindsFieldsOfEveryDepth() {
        assertEquals(new TrainingField("v", 4, Metric.L2), find("v", "a"));
        assertEquals(new TrainingField("o.v", 4, Metric.L2), find("o.v", "a"));
        assertEquals(new TrainingField("o.v", 4, Metric.COSINE), find("o.v", "b"));
        assertEquals(new TrainingField("o.v", 4, Metric.L2), find("o.v", "a", "a"));
    }

    public void testRefusesOthersByName() {
        refused("w", "[w] of index [a] does not exist", "a");
        refused("t", "[t] of index [a] is of type [text], expected [ivory_vector]", "a");
        refused("o", "is of type [object]", "a");
        refused("n.p.v", "below the nested object [n]", "a");
        refused("o.v", "differs between indices", "a", "b");
        refused("v", "[v] of index [b] does not exist", "a", "b");
    }

    private TrainingField find(String field, String... indices) {
        List<IndexMetadata> metadata =
                List.of(indices).stream().map(name -> state.metadata().index(name)).toList();
        return TrainingField.find(metadata, field);
    }

    private void refused(String field, String words, String... indices) {
        IllegalArgumentException e =
                expectThrows(IllegalArgumentException.class, () -> find(field, indices));
        assertThat(e.getMessage(), containsString(words));
    }
}

package org.ivory.opensearch.model.mapping;

import org.ivory.opensearch.model.lifecycle.ClusterStates;
import org.opensearch.cluster.metadata.ComponentTemplate;
import org.opensearch.cluster.metadata.ComposableIndexTemplate;
import org.opensearch.cluster.metadata.IndexTemplateMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.metadata.Template;
import org.opensearch.common.compress.CompressedXContent;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

public class ModelUsageTests extends OpenSearchTestCase {
    public void testFindsIndicesAndTemplatesOfEveryKind() throws Exception {
        String uses = ClusterStates.mapping("m", 4, "l2");
        String others = ClusterStates.mapping("mm", 4, "l2");
        Template template = new Template(null, new CompressedXContent(uses), null);
        Metadata indices =
                ClusterStates.withIndex(
                                ClusterStates.withIndex(ClusterStates.of(), "a", uses), "b", others)
                        .metadata();
        Metadata metadata =
                Metadata.builder(indices)
                        .put("c", new ComponentTemplate(template, null, null))
                        .put(
                                "d",
                                new ComposableIndexTemplate(
                                        List.of("x*"), template, null, null, null, null, null))
                        .put(
                                IndexTemplateMetadata.builder("e")
                                        .patterns(List.of("y*"))
                                        .putMapping("_doc", "{\"_doc\":" + uses + "}"))
                        .build();
        Set<String> found = new TreeSet<>();
        for (ModelUsage usage : ModelUsage.find(metadata, "m")) {
            found.add(usage.describe());
        }
        assertEquals(
                Set.of(
                        "field [o.v] of index [a]",
                        "field [o.v] of component template [c]",
                        "field [o.v] of index template [d]",
                        "field [o.v] of index template [e]"),
                found);
        assertEquals(1, ModelUsage.find(metadata, "mm").size());
        assertTrue(ModelUsage.find(metadata, "n").isEmpty());
    }
}

package org.ivory.opensearch.codec;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.PostingsFormat;
import org.ivory.lucene.codec.IvoryPostingsFormat;
import org.opensearch.cluster.ClusterName;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.ComposableIndexTemplate;
import org.opensearch.cluster.metadata.IndexTemplateMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.metadata.Template;
import org.opensearch.common.compress.CompressedXContent;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.codec.CodecAliases;
import org.opensearch.index.engine.EngineConfig;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.List;

/** Which index gets which codec. */
public class CodecChoiceTests extends OpenSearchTestCase {

    private static final String VECTOR = "{\"type\":\"ivory_vector\",\"dimension\":3}";

    public void testHasVectors() {
        for (String mapping :
                List.of(
                        "{\"properties\":{\"v\":" + VECTOR + "}}",
                        "{\"_doc\":{\"properties\":{\"v\":" + VECTOR + "}}}",
                        "{\"properties\":{\"a\":{\"type\":\"nested\",\"properties\":{\"v\":"
                                + VECTOR
                                + "}}}}",
                        "{\"dynamic_templates\":[{\"all\":{\"match\":\"*\",\"mapping\":"
                                + VECTOR
                                + "}}]}")) {
            assertTrue(mapping, CodecChoice.hasVectors(mapping));
        }
        for (String mapping :
                new String[] {
                    null,
                    "{}",
                    "not JSON, but ivory_vector",
                    "{\"properties\":{\"ivory_vector\":{\"type\":\"keyword\"}}}",
                    "{\"properties\":{\"v\":{\"type\":\"keyword\",\"null_value\":\"ivory_vector\"}}}"
                }) {
            assertFalse(mapping, CodecChoice.hasVectors(mapping));
        }
    }

    public void testWhoeverNamesACodecKeepsIt() {
        Settings named = Settings.builder().put("index.codec", "default").build();
        Settings cleared = Settings.builder().putNull("index.codec").build();
        Settings starTree = Settings.builder().put("index.composite_index", true).build();
        assertTrue(CodecChoice.isOurs(Settings.EMPTY, Settings.EMPTY));
        assertFalse(CodecChoice.isOurs(named, Settings.EMPTY));
        assertFalse(CodecChoice.isOurs(Settings.EMPTY, named));
        assertFalse(CodecChoice.isOurs(Settings.EMPTY, cleared));
        assertFalse(CodecChoice.isOurs(Settings.EMPTY, starTree));
        assertEquals("default", CodecChoice.codec(Settings.EMPTY, Settings.EMPTY));
        assertEquals("default", CodecChoice.codec(named, Settings.EMPTY));
    }

    public void testStoredFieldsAreMappedUnlessSomeoneHasChosen() {
        String key = "index.store.hybrid.nio.extensions";
        Settings fast = CodecChoice.fast(Settings.EMPTY, Settings.EMPTY);
        assertEquals("ivory", fast.get("index.codec"));
        List<String> copied = fast.getAsList(key);
        assertFalse(copied.toString(), copied.contains("fdt") || copied.contains("fdx"));
        assertTrue(copied.toString(), copied.containsAll(List.of("segments_N", "pos", "tvd")));
        Settings chosen = Settings.builder().putList(key, "fdt").build();
        Settings codec = Settings.builder().put("index.codec", "ivory").build();
        assertEquals(codec, CodecChoice.fast(chosen, Settings.EMPTY));
        assertEquals(codec, CodecChoice.fast(Settings.EMPTY, chosen));
    }

    private static CompressedXContent mapping() throws IOException {
        return new CompressedXContent("{\"properties\":{\"v\":" + VECTOR + "}}");
    }

    public void testTemplates() throws IOException {
        Settings settings = Settings.builder().put("index.codec", "zlib").build();
        ClusterState state =
                ClusterState.builder(ClusterName.DEFAULT)
                        .metadata(
                                Metadata.builder()
                                        .put(
                                                "composable",
                                                new ComposableIndexTemplate(
                                                        List.of("new-*"),
                                                        new Template(settings, mapping(), null),
                                                        null,
                                                        null,
                                                        null,
                                                        null))
                                        .put(
                                                IndexTemplateMetadata.builder("legacy")
                                                        .patterns(List.of("old-*"))
                                                        .settings(Settings.EMPTY)
                                                        .putMapping("_doc", mapping())
                                                        .build())
                                        .build())
                        .build();
        for (String index : List.of("new-1", ".ds-new-1-000007", "old-1")) {
            CodecChoice.Templates found = CodecChoice.Templates.of(state, index, Settings.EMPTY);
            assertTrue(index, found.haveVectors());
            boolean named = !index.startsWith("old");
            assertEquals(index, named ? "zlib" : null, found.settings().get("index.codec"));
        }
        CodecChoice.Templates none = CodecChoice.Templates.of(state, "other", Settings.EMPTY);
        assertFalse(none.haveVectors());
        assertEquals(Settings.EMPTY, none.settings());
    }

    /** What the host and Lucene look up by name is there. */
    public void testNames() {
        Codec codec = Codec.forName("IvoryCodecNames");
        for (String alias : ((CodecAliases) codec).aliases()) {
            Settings settings = Settings.builder().put("index.codec", alias).build();
            assertEquals(alias, EngineConfig.INDEX_CODEC_SETTING.get(settings));
            assertTrue(IvoryCodecNames.isFast(alias));
        }
        assertFalse(IvoryCodecNames.isFast("default"));
        assertTrue(PostingsFormat.forName("Ivory104") instanceof IvoryPostingsFormat);
    }
}

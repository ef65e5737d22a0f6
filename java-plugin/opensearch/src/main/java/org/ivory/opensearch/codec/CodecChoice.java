package org.ivory.opensearch.codec;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.ivory.opensearch.model.mapping.VectorMappings;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.IndexTemplateMetadata;
import org.opensearch.cluster.metadata.MetadataIndexTemplateService;
import org.opensearch.common.compress.CompressedXContent;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.index.IndexModule;
import org.opensearch.index.compositeindex.datacube.startree.StarTreeIndexSettings;
import org.opensearch.index.engine.EngineConfig;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;

/** Which codec an index in the making gets, and whether it could have a faster one. */
final class CodecChoice {

    /** Tells the user what an index lacks. */
    static final String WARNING =
            "index [{}] has a field of type ["
                    + VectorMappings.TYPE
                    + "] and index.codec [{}]: searches of it give the same hits, but slower than"
                    + " with ["
                    + IvoryCodecNames.FAST
                    + "] or ["
                    + IvoryCodecNames.COMPACT
                    + "]";

    private static final Logger LOG = LogManager.getLogger(CodecChoice.class);
    private static final String CODEC = EngineConfig.INDEX_CODEC_SETTING.getKey();

    /** Extensions of the files that a document's stored fields are found with and lie in. */
    private static final Set<String> STORED_FIELDS = Set.of("fdx", "fdt");

    private static final Pattern BACKING_INDEX = Pattern.compile("\\.ds-(.+)-\\d+");

    private CodecChoice() {}

    /** What the templates give to an index of some name. */
    record Templates(List<String> mappings, Settings settings) {

        private static final Templates NONE = new Templates(List.of(), Settings.EMPTY);

        /**
         * @param index its name, or that of a data stream's next index
         * @param settings of the request, if they are known
         */
        static Templates of(ClusterState state, String index, Settings settings) {
            try {
                return find(state, templateName(index), settings);
            } catch (Exception e) { // the host will tell what is wrong with its templates
                LOG.debug("no templates for index [{}]", index, e);
                return NONE;
            }
        }

        private static String templateName(String index) {
            var backing = BACKING_INDEX.matcher(index);
            return backing.matches() ? backing.group(1) : index;
        }

        private static Templates find(ClusterState state, String name, Settings settings)
                throws Exception {
            Boolean hidden = settings.getAsBoolean(IndexMetadata.SETTING_INDEX_HIDDEN, null);
            String composable =
                    MetadataIndexTemplateService.findV2Template(
                            state.metadata(), name, Boolean.TRUE.equals(hidden));
            if (composable != null) {
                return new Templates(
                        MetadataIndexTemplateService.collectMappings(state, composable, name)
                                .stream()
                                .map(CompressedXContent::string)
                                .toList(),
                        MetadataIndexTemplateService.resolveSettings(state.metadata(), composable));
            }
            List<IndexTemplateMetadata> legacy =
                    MetadataIndexTemplateService.findV1Templates(state.metadata(), name, hidden);
            return new Templates(
                    legacy.stream()
                            .map(IndexTemplateMetadata::mappings)
                            .filter(Objects::nonNull)
                            .map(CompressedXContent::string)
                            .toList(),
                    MetadataIndexTemplateService.resolveSettings(legacy));
        }

        boolean haveVectors() {
            return mappings.stream().anyMatch(CodecChoice::hasVectors);
        }
    }

    /** Whether a mapping, as JSON, has a field of vectors. */
    static boolean hasVectors(String mapping) {
        if (mapping == null || !mapping.contains(VectorMappings.TYPE)) {
            return false;
        }
        boolean[] found = new boolean[1];
        VectorMappings.Visitor visitor =
                (path, parameters, nested) ->
                        found[0] |= VectorMappings.TYPE.equals(parameters.get("type"));
        try {
            Map<String, Object> map =
                    XContentHelper.convertToMap(XContentType.JSON.xContent(), mapping, false);
            VectorMappings.forEachField(map, visitor);
            VectorMappings.forEachDynamicTemplate(map, visitor);
        } catch (RuntimeException e) { // not for us to report
            return false;
        }
        return found[0];
    }

    /**
     * Whether an index with a field of vectors gets {@link IvoryCodecNames#FAST}: where nobody has
     * named a codec, and none of the host's own kinds of indices needs another.
     *
     * @param node the node's settings, which can name a codec for all indices
     * @param index the settings of request and templates
     */
    static boolean isOurs(Settings node, Settings index) {
        return !node.hasValue(CODEC)
                && !index.keySet().contains(CODEC)
                && !StarTreeIndexSettings.IS_COMPOSITE_INDEX_SETTING.get(index);
    }

    /** The codec that an index with those settings has. */
    static String codec(Settings node, Settings index) {
        return index.get(CODEC, EngineConfig.INDEX_CODEC_SETTING.get(node));
    }

    /**
     * The settings that give an index the fast path: the codec and, unless someone has chosen for
     * himself, stored fields in mapped memory. The host reads these by a system call each; that of
     * ten hits costs a good part of what finding them does.
     *
     * @param node the node's settings
     * @param index the settings of request and templates
     */
    static Settings fast(Settings node, Settings index) {
        Settings.Builder fast = Settings.builder().put(CODEC, IvoryCodecNames.FAST);
        String key = IndexModule.INDEX_STORE_HYBRID_NIO_EXTENSIONS.getKey();
        if (!node.hasValue(key) && !index.keySet().contains(key)) {
            List<String> copied =
                    new ArrayList<>(
                            IndexModule.INDEX_STORE_HYBRID_NIO_EXTENSIONS.get(Settings.EMPTY));
            copied.removeAll(STORED_FIELDS);
            fast.putList(key, copied);
        }
        return fast.build();
    }
}

package org.ivory.opensearch.codec;

import org.opensearch.common.settings.Settings;
import org.opensearch.index.shard.IndexSettingProvider;

import java.util.function.Supplier;

/**
 * Gives {@code index.codec: ivory} to every new index whose templates have a field of vectors and
 * which names no codec, however it comes to be: by request, by its first document, as the next one
 * of a data stream. What a template or a request names goes before it.
 */
public final class CodecOfTemplates implements IndexSettingProvider {

    private final Supplier<CodecHost> host;

    /**
     * @param host gives null before the node has its components
     */
    public CodecOfTemplates(Supplier<CodecHost> host) {
        this.host = host;
    }

    @Override
    public Settings getAdditionalIndexSettings(
            String index, boolean isDataStreamIndex, Settings settings) {
        CodecHost current = host.get();
        if (current == null || !CodecChoice.isOurs(current.node(), settings)) {
            return Settings.EMPTY;
        }
        return CodecChoice.Templates.of(current.state(), index, settings).haveVectors()
                ? CodecChoice.fast(current.node(), settings)
                : Settings.EMPTY;
    }
}

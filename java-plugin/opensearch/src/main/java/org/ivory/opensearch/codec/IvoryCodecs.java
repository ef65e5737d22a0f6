package org.ivory.opensearch.codec;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.ivory.opensearch.NodeServices;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.codec.AdditionalCodecs;
import org.opensearch.index.mapper.MapperService;

import java.util.Map;
import java.util.function.Supplier;

/** Offers the codecs of {@link IvoryCodecNames} to whoever owns an index's codec service. */
public final class IvoryCodecs implements AdditionalCodecs {

    private static final Logger LOG = LogManager.getLogger(IvoryCodecs.class);

    private final NodeServices services;

    public IvoryCodecs(NodeServices services) {
        this.services = services;
    }

    @Override
    public Map<String, Codec> getCodecs(
            MapperService mapper, IndexSettings settings, Supplier<Codec> defaultCodec) {
        return Map.of(
                IvoryCodecNames.FAST,
                new SmallBlocksCodec(codec(mapper, Lucene104Codec.Mode.BEST_SPEED)),
                IvoryCodecNames.COMPACT,
                codec(mapper, Lucene104Codec.Mode.BEST_COMPRESSION));
    }

    private Codec codec(MapperService mapper, Lucene104Codec.Mode mode) {
        return mapper == null
                ? new Lucene104Codec(mode)
                : new IvoryIndexCodec(mode, mapper, services, LOG);
    }
}

package org.ivory.opensearch.codec;

import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.opensearch.index.codec.CodecAliases;

import java.util.Set;

/**
 * Makes the values of {@code index.codec} known to the host, which accepts only names and aliases
 * of codecs that Lucene finds. What they stand for comes from {@link IvoryCodecs}; no segment is
 * written under this codec's own name.
 */
public final class IvoryCodecNames extends FilterCodec implements CodecAliases {

    /** Vector fields in formats that can be scanned in place, the rest as by default. */
    public static final String FAST = "ivory";

    /** As {@link #FAST}, the rest as by {@code best_compression}. */
    public static final String COMPACT = "ivory_best_compression";

    /** Used by Lucene. */
    public IvoryCodecNames() {
        super("IvoryCodecNames", new Lucene104Codec());
    }

    @Override
    public Set<String> aliases() {
        return Set.of(FAST, COMPACT);
    }

    /** Whether an index with that codec has the fast path. */
    static boolean isFast(String codec) {
        return FAST.equals(codec) || COMPACT.equals(codec);
    }
}

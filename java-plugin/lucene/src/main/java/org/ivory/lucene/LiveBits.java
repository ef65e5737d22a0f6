package org.ivory.lucene;

import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The live documents of segments as words outside the heap, where native code tests them in place.
 * Kept as long as the reader that has just these deletions is open: a bit a document, made by the
 * first search after a refresh. Static because readers are, see {@link SegmentCache}.
 *
 * <p>The words are freed when no one refers to them any more, so that a search which outlives its
 * reader by a mistake reads stale bits at worst.
 */
final class LiveBits {

    private static final Map<IndexReader.CacheKey, LiveBits> READERS = new ConcurrentHashMap<>();

    private final Bits bits;
    private final MemorySegment words;
    private final MemoryAccount.Grant grant;

    private LiveBits(Bits bits, MemorySegment words, MemoryAccount.Grant grant) {
        this.bits = bits;
        this.words = words;
        this.grant = grant;
    }

    /**
     * The words of a segment's live documents.
     *
     * @param bits {@code reader.getLiveDocs()}, not null
     * @return null if they cannot be kept: no memory granted, or the reader is a wrapper that shows
     *     other documents than the segment's own reader
     */
    static MemorySegment words(LeafReader reader, Bits bits, MemoryAccount account) {
        IndexReader.CacheHelper helper = reader.getReaderCacheHelper();
        if (helper == null) {
            return null;
        }
        LiveBits kept = READERS.get(helper.getKey());
        if (kept == null) {
            kept = keep(helper, reader, bits, account);
        }
        return kept == null || kept.bits != bits ? null : kept.words;
    }

    private static LiveBits keep(
            IndexReader.CacheHelper helper, LeafReader reader, Bits bits, MemoryAccount account) {
        int words = FixedBitSet.bits2words(reader.maxDoc());
        MemoryAccount.Grant grant = account.request((long) words * Long.BYTES);
        if (grant == null) {
            return null;
        }
        LiveBits mine;
        try {
            mine = new LiveBits(bits, copy(bits, reader.maxDoc()), grant);
        } catch (OutOfMemoryError e) { // of direct memory; the search copies what it needs
            grant.close();
            return null;
        } catch (RuntimeException e) {
            grant.close();
            throw e;
        }
        LiveBits first = READERS.putIfAbsent(helper.getKey(), mine);
        if (first != null) {
            grant.close();
            return first;
        }
        try {
            helper.addClosedListener(LiveBits::forget);
        } catch (RuntimeException e) { // closed already: nobody would remove the entry
            forget(helper.getKey());
            throw e;
        }
        return mine;
    }

    private static MemorySegment copy(Bits bits, int maxDoc) {
        FixedBitSet live = new FixedBitSet(maxDoc);
        live.set(0, maxDoc);
        bits.applyMask(live, 0);
        int words = FixedBitSet.bits2words(maxDoc);
        MemorySegment copy = Arena.ofAuto().allocate((long) words * Long.BYTES, 64);
        MemorySegment.copy(live.getBits(), 0, copy, ValueLayout.JAVA_LONG, 0, words);
        return copy;
    }

    private static void forget(IndexReader.CacheKey key) {
        LiveBits kept = READERS.remove(key);
        if (kept != null) {
            kept.grant.close();
        }
    }

    /** Readers with an entry. */
    static int size() {
        return READERS.size();
    }
}

package org.ivory.lucene;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;
import org.ivory.nativelib.NativeMemoryException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * Which documents of a shard may be hits of one query, for native code: live, and passed by the
 * filter if there is one. For one thread; owns the copies that it made until it is closed.
 */
final class CandidateBits implements AutoCloseable {

    private final List<LeafReaderContext> leaves;
    private final List<FixedBitSet> passing;
    private final MemoryAccount account;

    /** By segment; null where it is not known yet or all may be hits. */
    private final MemorySegment[] words;

    private final boolean[] known;
    private Arena arena;

    /**
     * @param passing by segment: live documents that the filter passes, null where nothing is
     *     filtered
     */
    CandidateBits(
            List<LeafReaderContext> leaves, List<FixedBitSet> passing, MemoryAccount account) {
        this.leaves = leaves;
        this.passing = passing;
        this.account = account;
        this.words = new MemorySegment[leaves.size()];
        this.known = new boolean[leaves.size()];
    }

    /** The bits of a segment on the heap; null if all its documents may be hits. */
    Bits bits(int segment) {
        FixedBitSet filtered = passing.get(segment);
        return filtered != null ? filtered : leaves.get(segment).reader().getLiveDocs();
    }

    /** The words of a segment, good until this is closed; null if all documents may be hits. */
    MemorySegment words(int segment) {
        if (!known[segment]) {
            words[segment] = find(leaves.get(segment), passing.get(segment));
            known[segment] = true;
        }
        return words[segment];
    }

    private MemorySegment find(LeafReaderContext leaf, FixedBitSet filtered) {
        if (filtered != null) {
            return copy(filtered);
        }
        Bits live = leaf.reader().getLiveDocs();
        if (live == null) {
            return null;
        }
        MemorySegment kept = LiveBits.words(leaf.reader(), live, account);
        if (kept != null) {
            return kept;
        }
        FixedBitSet all = new FixedBitSet(leaf.reader().maxDoc());
        all.set(0, leaf.reader().maxDoc());
        live.applyMask(all, 0);
        return copy(all);
    }

    private MemorySegment copy(FixedBitSet bits) {
        long[] source = bits.getBits();
        int count = FixedBitSet.bits2words(bits.length());
        if (arena == null) {
            arena = Arena.ofConfined();
        }
        try {
            MemorySegment copy = arena.allocate((long) count * Long.BYTES, 64);
            MemorySegment.copy(source, 0, copy, ValueLayout.JAVA_LONG, 0, count);
            return copy;
        } catch (OutOfMemoryError e) {
            // An Error would end the node, though all that failed is one bounded allocation.
            throw new NativeMemoryException(
                    "no [" + (long) count * Long.BYTES + "] bytes for the filter of a search");
        }
    }

    @Override
    public void close() {
        if (arena != null) {
            arena.close();
        }
    }
}

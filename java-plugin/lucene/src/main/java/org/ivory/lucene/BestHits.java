package org.ivory.lucene;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.util.BitSet;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The k best hits of a shard so far, by {@link RawScore#rank}; of a parent's documents only the
 * best one. For one thread.
 */
final class BestHits {

    private final VectorQuerySpec spec;
    private final List<LeafReaderContext> leaves;
    private long[] ranks = {};

    BestHits(VectorQuerySpec spec, List<LeafReaderContext> leaves) {
        this.spec = spec;
        this.leaves = leaves;
    }

    /** The hits, best first, with ids of the whole reader; not to be changed. */
    long[] ranks() {
        return ranks;
    }

    int count() {
        return ranks.length;
    }

    /** The rank of the last hit if there are k, else one that is below all. */
    long floor() {
        return ranks.length == spec.k() ? ranks[ranks.length - 1] : Long.MIN_VALUE;
    }

    /** Takes over what else was found, in any order. */
    void merge(long[] found) throws IOException {
        if (found.length == 0) {
            return;
        }
        long[] both = Arrays.copyOf(ranks, ranks.length + found.length);
        System.arraycopy(found, 0, both, ranks.length, found.length);
        TopHits.sortDescending(both);
        int kept = 0;
        Set<Integer> parents = new HashSet<>();
        for (int i = 0; i < both.length && kept < spec.k(); i++) {
            if (spec.parents() == null || parents.add(parentOf(RawScore.docOf(both[i])))) {
                both[kept++] = both[i];
            }
        }
        ranks = Arrays.copyOf(both, kept);
    }

    private int parentOf(int doc) throws IOException {
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        BitSet parents = spec.parents().getBitSet(leaf);
        return parents == null ? doc : leaf.docBase + parents.nextSetBit(doc - leaf.docBase);
    }
}

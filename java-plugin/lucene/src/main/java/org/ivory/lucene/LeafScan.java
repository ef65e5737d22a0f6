package org.ivory.lucene;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BitSet;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Compares candidates of one segment and keeps the best of them; with parents, of each parent the
 * nearest child. For one thread.
 */
final class LeafScan {

    private static final int FIRST_CAPACITY = 1024;

    private final LeafReaderContext leaf;
    private final VectorQuerySpec spec;
    private final SearchEnvironment environment;
    private final float[] query;
    private final BitSet parents;
    private final TopHits hits;
    private long compared;

    /** The parent of the children that are being looked at, and the nearest of these so far. */
    private int parent = -1;

    private long bestChild = Long.MIN_VALUE;

    /**
     * @param query the query vector, for cosine of unit length
     * @param floor of the shard, see {@link TopHits}
     */
    LeafScan(
            LeafReaderContext leaf,
            VectorQuerySpec spec,
            SearchEnvironment environment,
            float[] query,
            AtomicLong floor)
            throws IOException {
        this.leaf = leaf;
        this.spec = spec;
        this.environment = environment;
        this.query = query;
        this.parents = spec.parents() == null ? null : spec.parents().getBitSet(leaf);
        this.hits = new TopHits(spec.k(), Math.min(spec.k(), FIRST_CAPACITY), floor);
    }

    /** Compares all of the candidates, in blocks. */
    void run(DocIdSetIterator candidates) throws IOException {
        int doc = candidates.nextDoc();
        if (doc == DocIdSetIterator.NO_MORE_DOCS) {
            return;
        }
        RowScorer rows = new RowScorer(leaf.reader(), spec, environment, query);
        int[] docs = new int[RowScorer.blockSize(spec.dimension())];
        float[] raw = new float[docs.length];
        while (doc != DocIdSetIterator.NO_MORE_DOCS) {
            int count = 0;
            while (count < docs.length && doc != DocIdSetIterator.NO_MORE_DOCS) {
                docs[count++] = doc;
                doc = candidates.nextDoc();
            }
            environment.cancellation().run();
            rows.score(docs, count, raw);
            compared += count;
            collect(docs, raw, count);
            hits.exchangeFloor();
        }
        hits.offer(bestChild);
    }

    /**
     * Compares candidates that were chosen by their codes.
     *
     * @param candidates ascending, the document in the lower half
     */
    void rescore(long[] candidates, int from, int to) throws IOException {
        RowScorer rows = RowScorer.rescoring(leaf.reader(), spec, environment, query);
        int[] docs = new int[Math.min(to - from, RowScorer.blockSize(spec.dimension()))];
        float[] raw = new float[docs.length];
        for (int at = from; at < to; ) {
            int count = Math.min(docs.length, to - at);
            for (int i = 0; i < count; i++) {
                docs[i] = (int) candidates[at + i];
            }
            rows.score(docs, count, raw);
            collect(docs, raw, count);
            at += count;
        }
        hits.offer(bestChild);
    }

    private void collect(int[] docs, float[] raw, int count) {
        for (int i = 0; i < count; i++) {
            if (!spec.inRange(raw[i])) {
                continue;
            }
            long rank = RawScore.rank(spec.metric(), raw[i], leaf.docBase + docs[i]);
            if (parents == null) {
                hits.offer(rank);
            } else if (docs[i] < parent) {
                bestChild = Math.max(bestChild, rank);
            } else {
                hits.offer(bestChild);
                bestChild = rank;
                parent = parents.nextSetBit(docs[i]);
            }
        }
    }

    /** Documents compared. */
    long compared() {
        return compared;
    }

    /** The best {@link RawScore#rank}s with ids of the whole reader, in no order. */
    long[] ranks() {
        return hits.ranks();
    }
}

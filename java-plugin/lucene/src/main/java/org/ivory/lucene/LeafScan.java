package org.ivory.lucene;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.Bits;
import org.ivory.lucene.codec.MappedVectors;
import org.ivory.nativelib.Metric;

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
        run(candidates, 0, DocIdSetIterator.NO_MORE_DOCS);
    }

    /** Compares the candidates {@code from} to {@code to}, that one left out. */
    void run(DocIdSetIterator candidates, int from, int to) throws IOException {
        int doc = from == 0 ? candidates.nextDoc() : candidates.advance(from);
        if (doc >= to) {
            return;
        }
        RowScorer rows = new RowScorer(leaf.reader(), spec, environment, query);
        int[] docs = new int[RowScorer.blockSize(spec.dimension())];
        float[] raw = new float[docs.length];
        while (doc < to) {
            int count = 0;
            while (count < docs.length && doc < to) {
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

    /**
     * Compares all live documents that have a vector and whose ids are in a range; where vectors
     * are mapped from the first to the last, deleted ones included, whose values are then dropped.
     *
     * @param from the range's first id
     * @param to its end; all of the segment where vectors are not mapped
     */
    void runAll(int from, int to) throws IOException {
        RowScorer rows = new RowScorer(leaf.reader(), spec, environment, query);
        MappedVectors mapped = rows.mapped();
        Bits live = leaf.reader().getLiveDocs();
        if (mapped == null) {
            assert from == 0 && to == leaf.reader().maxDoc();
            run(LiveIterator.of(RowScorer.vectors(leaf.reader(), spec.field()), live));
            return;
        }
        int[] docs = new int[rows.rangeSize()];
        float[] raw = new float[docs.length];
        int doc = mapped.advance(from);
        while (doc < to) {
            int row = mapped.row();
            int count = 0;
            if (mapped.isDense()) {
                count = Math.min(docs.length, to - doc);
                for (int i = 0; i < count; i++) {
                    docs[i] = doc + i;
                }
                doc = mapped.advance(doc + count);
            } else {
                while (count < docs.length && doc < to) {
                    docs[count++] = doc;
                    doc = mapped.nextDoc();
                }
            }
            environment.cancellation().run();
            rows.scoreRange(row, count, raw);
            count = live == null ? count : keepLive(docs, raw, count, live);
            environment.counters().countVectors(count);
            compared += count;
            collect(docs, raw, count);
            hits.exchangeFloor();
        }
        hits.offer(bestChild);
    }

    private static int keepLive(int[] docs, float[] raw, int count, Bits live) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            docs[kept] = docs[i];
            raw[kept] = raw[i];
            kept += live.get(docs[i]) ? 1 : 0;
        }
        return kept;
    }

    private void collect(int[] docs, float[] raw, int count) {
        if (parents == null) {
            collectAll(docs, raw, count);
        } else {
            collectChildren(docs, raw, count);
        }
    }

    private void collectAll(int[] docs, float[] raw, int count) {
        Metric metric = spec.metric();
        boolean larger = metric.largerIsNearer();
        // Not a number, which is neither above nor below, while nothing can be left out.
        float bar = RawScore.rawOf(metric, hits.floor());
        for (int i = 0; i < count; i++) {
            if (larger ? raw[i] < bar : raw[i] > bar) {
                continue;
            }
            if (spec.inRange(raw[i])) {
                hits.offer(RawScore.rank(metric, raw[i], leaf.docBase + docs[i]));
                bar = RawScore.rawOf(metric, hits.floor());
            }
        }
    }

    private void collectChildren(int[] docs, float[] raw, int count) {
        for (int i = 0; i < count; i++) {
            if (!spec.inRange(raw[i])) {
                continue;
            }
            long rank = RawScore.rank(spec.metric(), raw[i], leaf.docBase + docs[i]);
            if (docs[i] < parent) {
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

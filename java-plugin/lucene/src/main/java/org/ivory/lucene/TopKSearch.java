package org.ivory.lucene;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.FixedBitSet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The search for the k nearest documents of a shard. Documents under no known model are compared in
 * any case, then cells are probed:
 *
 * <ul>
 *   <li>If a filter leaves no more documents than the first probe would compare without it, these
 *       are compared, all of them.
 *   <li>Else probing goes on, in growing steps, until k documents were compared; with a filter,
 *       until half as many as the first probe would compare without it, so that a filter does not
 *       cost recall.
 * </ul>
 *
 * <p>So without a radius k hits are found if there are k documents. With parents, k of them.
 */
final class TopKSearch {

    /** Documents from which on it pays to hand segments to other threads. */
    static final int CONCURRENT_FROM = 10_000;

    private static final double LEAST_GROWTH = 1.25;
    private static final double MOST_GROWTH = 4;

    private final VectorQuerySpec spec;
    private final SearchEnvironment environment;
    private final IndexSearcher searcher;
    private final List<LeafReaderContext> leaves;
    private final float[] query;
    private final boolean concurrent;
    private final AtomicLong floor = new AtomicLong(Long.MIN_VALUE);

    private List<SegmentCells> segments;
    private List<FixedBitSet> passing;
    private FilterBits filter;

    /** The best so far, best first. */
    private long[] best = {};

    private long compared;

    /**
     * How a search went.
     *
     * @param ranks of the hits (see {@link RawScore#rank}) with ids of the whole reader, best first
     * @param path how they were found
     * @param cells visited, by fingerprint
     * @param compared documents compared with the query
     */
    record Result(long[] ranks, SearchCounters.Path path, Map<Long, int[]> cells, long compared) {}

    /**
     * @param concurrentFrom documents of the shard from which on the searcher's threads are used
     */
    TopKSearch(
            VectorQuerySpec spec,
            SearchEnvironment environment,
            IndexSearcher searcher,
            int concurrentFrom) {
        this.spec = spec;
        this.environment = environment;
        this.searcher = searcher;
        this.leaves = searcher.getIndexReader().leaves();
        this.query = VectorEncoding.normalised(spec.metric(), spec.vector());
        // A host may give an executor and yet ask for a single slice.
        this.concurrent =
                leaves.size() > 1
                        && searcher.getIndexReader().maxDoc() >= concurrentFrom
                        && searcher.getSlices().length > 1;
    }

    Result run() throws IOException {
        environment.cancellation().run();
        filter = FilterBits.of(spec.filter(), spec.field(), searcher);
        if (filter.matchesNone()) {
            return result(SearchCounters.Path.FILTERED_EXACT, Map.of());
        }
        segments = forEachLeaf(leaf -> SegmentCellsCache.get(leaf.reader(), spec.field()));
        passing = forEachLeaf(leaf -> segment(leaf) == null ? null : filter.passing(leaf));
        if (spec.exact()) {
            compareAll();
            return result(SearchCounters.Path.EXACT, Map.of());
        }
        try (ShardProbe probe = new ShardProbe(spec, environment, query, segments)) {
            ShardProbe.Visit visit = probe.first();
            long unfiltered = probe.documents(visit);
            if (filter.isFilter() && survivors() <= unfiltered) {
                compareAll();
                return result(SearchCounters.Path.FILTERED_EXACT, Map.of());
            }
            long wanted = Math.max(spec.k(), filter.isFilter() ? unfiltered / 2 : 0);
            visit(visit);
            while (!enough(wanted) && probe.hasMore()) {
                double documents = (double) wanted / Math.max(1, compared);
                double hits = (double) spec.k() / Math.max(1, best.length);
                double missing = Math.max(documents, hits);
                visit(probe.more(Math.clamp(missing, LEAST_GROWTH, MOST_GROWTH)));
            }
            environment.counters().countCells(probe.cellsVisited());
            return result(path(probe), probe.visitedCells());
        }
    }

    private SearchCounters.Path path(ShardProbe probe) {
        if (!probe.anyModel()) {
            return SearchCounters.Path.EXACT;
        }
        return spec.rawLimit() != null ? SearchCounters.Path.RANGE : SearchCounters.Path.TOP_K;
    }

    private Result result(SearchCounters.Path path, Map<Long, int[]> cells) {
        environment.counters().countQuery(path);
        return new Result(best, path, cells, compared);
    }

    private boolean enough(long wanted) {
        return compared >= wanted && (spec.rawLimit() != null || best.length == spec.k());
    }

    private long survivors() {
        long sum = 0;
        for (FixedBitSet bits : passing) {
            sum += bits == null ? 0 : bits.cardinality();
        }
        return sum;
    }

    private void compareAll() throws IOException {
        scan(leaf -> {
            FixedBitSet bits = passing.get(leaf.ord);
            return bits != null
                    ? new BitSetIterator(bits, 0)
                    : LiveIterator.of(
                            RowScorer.vectors(leaf.reader(), spec.field()),
                            leaf.reader().getLiveDocs());
        });
    }

    private void visit(ShardProbe.Visit visit) throws IOException {
        scan(leaf -> {
            SegmentCells segment = segment(leaf);
            if (visit.documents(segment) == 0) {
                return DocIdSetIterator.empty();
            }
            FixedBitSet candidates =
                    new CellPostings(leaf.reader(), segment, spec.field()).documents(visit);
            FixedBitSet bits = passing.get(leaf.ord);
            if (bits != null) {
                candidates.and(bits);
            } else {
                FilterBits.keepLive(candidates, leaf.reader().getLiveDocs());
            }
            return new BitSetIterator(candidates, 0);
        });
    }

    private SegmentCells segment(LeafReaderContext leaf) {
        return segments.get(leaf.ord);
    }

    /** Compares the candidates of all segments and merges what they give into the best. */
    private void scan(LeafFunction<DocIdSetIterator> candidates) throws IOException {
        List<LeafScan> scans =
                forEachLeaf(leaf -> {
                    if (segment(leaf) == null) {
                        return null;
                    }
                    environment.cancellation().run();
                    LeafScan scan = new LeafScan(leaf, spec, environment, query, floor);
                    scan.run(candidates.apply(leaf));
                    return scan;
                });
        for (LeafScan scan : scans) {
            if (scan != null) {
                compared += scan.compared();
                merge(scan.ranks());
            }
        }
        if (best.length == spec.k()) {
            floor.accumulateAndGet(best[best.length - 1], Math::max);
        }
    }

    /** Keeps the k best of two lists; a parent that both have counts by its better child. */
    private void merge(long[] ranks) throws IOException {
        if (ranks.length == 0) {
            return;
        }
        long[] both = Arrays.copyOf(best, best.length + ranks.length);
        System.arraycopy(ranks, 0, both, best.length, ranks.length);
        TopHits.sortDescending(both);
        int kept = 0;
        Set<Integer> parents = new HashSet<>();
        for (int i = 0; i < both.length && kept < spec.k(); i++) {
            if (spec.parents() == null || parents.add(parentOf(RawScore.docOf(both[i])))) {
                both[kept++] = both[i];
            }
        }
        best = Arrays.copyOf(both, kept);
    }

    private int parentOf(int doc) throws IOException {
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        BitSet parents = spec.parents().getBitSet(leaf);
        return parents == null ? doc : leaf.docBase + parents.nextSetBit(doc - leaf.docBase);
    }

    @FunctionalInterface
    private interface LeafFunction<T> {
        T apply(LeafReaderContext leaf) throws IOException;
    }

    /**
     * Applies a function to every segment, with the searcher's threads if it searches with many.
     */
    private <T> List<T> forEachLeaf(LeafFunction<T> function) throws IOException {
        if (concurrent) {
            List<Callable<T>> tasks = new ArrayList<>(leaves.size());
            for (LeafReaderContext leaf : leaves) {
                tasks.add(() -> function.apply(leaf));
            }
            return searcher.getTaskExecutor().invokeAll(tasks);
        }
        List<T> results = new ArrayList<>(leaves.size());
        for (LeafReaderContext leaf : leaves) {
            results.add(function.apply(leaf));
        }
        return results;
    }
}

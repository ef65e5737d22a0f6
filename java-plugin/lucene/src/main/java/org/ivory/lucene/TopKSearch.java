package org.ivory.lucene;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.FixedBitSet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The search for the k nearest documents of a shard. Documents under no known model are compared in
 * any case, then cells are probed: their codes are scanned and the best estimates compared exactly,
 * or, where there are no codes or a radius is to be kept, all their documents are.
 *
 * <ul>
 *   <li>If a filter leaves so few documents that this costs less (see {@link FilterRule}), these
 *       are compared, all of them.
 *   <li>Else probing goes on, in growing steps, until k documents were seen; with a filter, until
 *       as many as {@link FilterRule} says, so that a filter does not cost recall.
 * </ul>
 *
 * <p>So without a radius k hits are found if there are k documents. With parents, k of them.
 */
final class TopKSearch {

    /** Documents from which on it pays to hand segments to other threads, and to know bounds. */
    static final int CONCURRENT_FROM = 10_000;

    /**
     * So many times as many candidates as hits there must be: in few dimensions the last hit's own
     * distance reaches less far than the cells that neighbours lie in.
     */
    private static final int CANDIDATES_A_HIT = 8;

    /** The share of the first cells after which is decided which of the others are visited. */
    private static final int LOOKING_AFTER = 4;

    private static final double LEAST_GROWTH = 1.25;
    private static final double MOST_GROWTH = 4;

    private final VectorQuerySpec spec;
    private final SearchEnvironment environment;
    private final IndexSearcher searcher;
    private final List<LeafReaderContext> leaves;
    private final float[] query;
    private final int concurrentFrom;
    private final AtomicLong floor = new AtomicLong(Long.MIN_VALUE);

    private FieldSegment[] segments;
    private List<FixedBitSet> passing;
    private FilterBits filter;
    private List<CodeSearch> coded = List.of();

    /** The best so far; those found by codes only at the end. */
    private BestHits best;

    /** Documents compared and codes scanned, of documents that may be hits. */
    private long seen;

    private long seenByCode;
    private int rescored;
    private long skipped;

    /**
     * How a search went.
     *
     * @param ranks of the hits (see {@link RawScore#rank}) with ids of the whole reader, best first
     * @param path how they were found
     * @param cells visited, by fingerprint
     * @param seen documents compared with the query, by their codes or exactly
     * @param rescored documents compared exactly after their codes
     * @param mapped segments whose codes were scanned in place
     * @param copied segments whose codes were copied from payloads
     * @param skipped vectors that were not compared in an exact search, see {@link CodeBounds}
     */
    record Result(
            long[] ranks,
            SearchCounters.Path path,
            Map<Long, int[]> cells,
            long seen,
            int rescored,
            int mapped,
            int copied,
            long skipped) {}

    /**
     * @param concurrentFrom documents of the shard from which on the searcher's threads are used,
     *     and of a segment from which on {@link CodeBounds} are
     */
    TopKSearch(
            VectorQuerySpec spec,
            SearchEnvironment environment,
            IndexSearcher searcher,
            int concurrentFrom) {
        this.spec = spec;
        this.environment = environment;
        this.searcher = searcher;
        this.concurrentFrom = concurrentFrom;
        this.leaves = searcher.getIndexReader().leaves();
        this.best = new BestHits(spec, leaves);
        this.query = VectorEncoding.normalised(spec.metric(), spec.vector());
    }

    /** The same search without a radius by probing cells, of which nothing is counted. */
    private TopKSearch(TopKSearch exact) {
        this(
                exact.spec.probing(),
                exact.environment.uncounted(),
                exact.searcher,
                exact.concurrentFrom);
        filter = exact.filter;
        segments = exact.segments;
        passing = exact.passing;
    }

    Result run() throws IOException {
        environment.cancellation().run();
        filter = FilterBits.of(spec.filter(), spec.field(), searcher);
        if (filter.matchesNone()) {
            return result(SearchCounters.Path.FILTERED_EXACT, Map.of());
        }
        segments = new FieldSegment[leaves.size()];
        for (LeafReaderContext leaf : leaves) {
            segments[leaf.ord] = SegmentCache.get(leaf.reader(), spec.field());
        }
        passing =
                filter.isFilter()
                        ? forEachLeaf(leaf -> segment(leaf) == null ? null : filter.passing(leaf))
                        : Collections.nCopies(leaves.size(), null);
        if (spec.exact()) {
            compareExactly();
            return result(SearchCounters.Path.EXACT, Map.of());
        }
        return probe();
    }

    private Result probe() throws IOException {
        Result result = probe(spec.rawLimit() == null);
        if (result == null) {
            best = new BestHits(spec, leaves);
            seen = 0;
            seenByCode = 0;
            result = probe(false);
        }
        return result;
    }

    /**
     * Probes.
     *
     * @param codes whether codes may be scanned
     * @return null if by codes too few hits were found for what was seen: parents have many
     *     children
     */
    private Result probe(boolean codes) throws IOException {
        try (ShardProbe probe = new ShardProbe(spec, environment, query, cells(), codes);
                CandidateBits bits = new CandidateBits(leaves, passing, environment.memory())) {
            coded = new ArrayList<>(probe.coded().size());
            for (CodeProbe each : probe.coded()) {
                coded.add(new CodeSearch(each, spec.field(), environment, leaves, segments, bits));
            }
            ShardProbe.Visit visit = probe.first();
            long unfiltered = probe.documents(visit);
            FilterRule rule = new FilterRule(spec.k(), unfiltered, !coded.isEmpty());
            if (filter.isFilter() && rule.compareAll(survivors(), documents())) {
                coded = List.of();
                compareAll();
                return result(SearchCounters.Path.FILTERED_EXACT, Map.of());
            }
            long wanted = filter.isFilter() ? rule.wanted(survivors(), documents()) : spec.k();
            visit(visit);
            while (!enough(wanted) && probe.hasMore()) {
                double documents = (double) wanted / Math.max(1, seen);
                double hits = (double) spec.k() / Math.max(1, hits());
                double missing = Math.max(documents, hits);
                visit(probe.more(Math.clamp(missing, LEAST_GROWTH, MOST_GROWTH)));
            }
            for (CodeSearch search : coded) {
                rescore(search);
            }
            if (!coded.isEmpty() && spec.parents() != null && best.count() < spec.k()) {
                return null;
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
        int mapped = 0;
        int copied = 0;
        for (CodeSearch search : coded) {
            mapped += search.mapped();
            copied += search.copied();
        }
        SearchCounters counters = environment.counters();
        counters.countQuery(path);
        counters.countCodes(seenByCode, rescored, mapped, copied);
        counters.countSkipped(skipped);
        return new Result(best.ranks(), path, cells, seen, rescored, mapped, copied, skipped);
    }

    private boolean enough(long wanted) {
        return seen >= wanted && (spec.rawLimit() != null || hits() >= spec.k());
    }

    /** Hits that are sure. Of documents seen by their codes the best become hits, at the end. */
    private long hits() {
        return coded.isEmpty() ? best.count() : seen;
    }

    private List<SegmentCells> cells() {
        List<SegmentCells> cells = new ArrayList<>(segments.length);
        for (FieldSegment segment : segments) {
            cells.add(segment == null ? null : segment.cells());
        }
        return cells;
    }

    /** Documents with the field, deleted ones included. */
    private long documents() {
        long sum = 0;
        for (FieldSegment segment : segments) {
            sum += segment == null ? 0 : segment.cells().documents();
        }
        return sum;
    }

    private long survivors() {
        long sum = 0;
        for (FixedBitSet bits : passing) {
            sum += bits == null ? 0 : bits.cardinality();
        }
        return sum;
    }

    /** Compares all documents, but for those that are known to be too far. */
    private void compareExactly() throws IOException {
        try (CodeBounds bounds =
                new CodeBounds(
                        spec, environment, query, leaves, segments, passing, concurrentFrom)) {
            float bar = bounds.areKnown() ? bar() : Float.NaN;
            if (!Float.isNaN(bar)) {
                List<CodeBounds.Part> parts = bounds.parts();
                forEach(
                        parts,
                        parts.size() > 1,
                        part -> {
                            part.scan(bar);
                            return part;
                        });
                bounds.take(passing);
                skipped = bounds.skipped();
            }
            compareAll(bounds);
        }
    }

    /** A raw value that no hit is farther than; not a number if there is none. */
    private float bar() throws IOException {
        long[] ranks = new TopKSearch(this).probe().ranks();
        boolean full = ranks.length == spec.k();
        float last = full ? RawScore.rawOf(spec.metric(), ranks[spec.k() - 1]) : Float.NaN;
        return spec.rawLimit() != null && !spec.inRange(last) ? spec.rawLimit() : last;
    }

    private void compareAll() throws IOException {
        compareAll(null);
    }

    /**
     * @param bounds where documents may be left out, and more is to be measured; null for none
     */
    private void compareAll(CodeBounds bounds) throws IOException {
        List<Task> tasks = new ArrayList<>();
        List<ScanPart> inPlace = new ArrayList<>();
        if (bounds != null) {
            for (CodeBounds.Measuring measuring : bounds.measurings()) {
                tasks.add(() -> {
                    measuring.run();
                    return null;
                });
            }
        }
        for (LeafReaderContext leaf : leaves) {
            if (segment(leaf) == null) {
                continue;
            }
            List<ScanPart> parts = bounds == null ? null : bounds.near(leaf);
            if (parts == null && filter.isFilter()) {
                parts = ScanPart.of(leaf, passing.get(leaf.ord), 1);
            } else if (parts == null) {
                parts = ScanPart.of(List.of(leaf), spec, environment, ScanPart.BYTES);
                inPlace.addAll(parts);
            }
            parts.forEach(part -> tasks.add(() -> compare(part)));
        }
        boolean concurrent = skipped > 0 || ScanPart.areMany(inPlace) || isConcurrent();
        collect(forEach(tasks, concurrent && tasks.size() > 1, Task::run));
    }

    /** A part of the work, and what was compared in it; null for nothing. */
    @FunctionalInterface
    private interface Task {
        LeafScan run() throws IOException;
    }

    private LeafScan compare(ScanPart part) throws IOException {
        environment.cancellation().run();
        LeafScan scan = new LeafScan(part.leaf(), spec, environment, query, floor);
        part.compare(scan);
        return scan;
    }

    private void visit(ShardProbe.Visit visit) throws IOException {
        for (ShardProbe.Range range : visit.ranges()) {
            for (CodeSearch search : coded) {
                if (search.probe() == range.probe()) {
                    long vectors = scan(search, range);
                    seen += vectors;
                    seenByCode += vectors;
                }
            }
        }
        if (!visit.comparesExactly()) {
            return;
        }
        scan(leaf -> {
            SegmentCells segment = segment(leaf).cells();
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

    /**
     * Scans cells. Of the first ones that a query without a filter visits, only a part is scanned
     * at once: it tells how far the others may be.
     *
     * @return vectors in the cells visited
     */
    private long scan(CodeSearch search, ShardProbe.Range range) throws IOException {
        int to = range.to();
        int part = Math.ceilDiv(to, LOOKING_AFTER);
        long vectors = 0;
        int from = range.from();
        boolean looks = part > 1 && !filter.isFilter() && spec.parents() == null;
        int candidates = range.probe().scan().candidates();
        if (from == 0 && looks && candidates >= CANDIDATES_A_HIT * spec.k()) {
            vectors = search.scan(0, part);
            from = part;
            to = Math.max(part, range.probe().scan().worth(to));
        }
        if (from < to) {
            vectors += search.scan(from, to);
        }
        range.probe().visit(to);
        return vectors;
    }

    private FieldSegment segment(LeafReaderContext leaf) {
        return segments[leaf.ord];
    }

    /** Compares the best estimates exactly, and what has no code. */
    private void rescore(CodeSearch search) throws IOException {
        long[] candidates = search.candidates();
        for (int from = 0, to; from < candidates.length; from = to) {
            int number = (int) (candidates[from] >> Integer.SIZE);
            to = from + 1;
            while (to < candidates.length && candidates[to] >> Integer.SIZE == number) {
                to++;
            }
            LeafScan scan = new LeafScan(leaves.get(number), spec, environment, query, floor);
            scan.rescore(candidates, from, to);
            best.merge(scan.ranks());
        }
        rescored += candidates.length;
        for (LeafReaderContext leaf : leaves) {
            FixedBitSet without = search.without(leaf.ord);
            if (without != null) {
                LeafScan scan = new LeafScan(leaf, spec, environment, query, floor);
                scan.run(new BitSetIterator(without, 0));
                best.merge(scan.ranks());
                seenByCode -= scan.compared();
            }
        }
    }

    /** Compares the candidates of all segments and merges what they give into the best. */
    private void scan(Function<LeafReaderContext, DocIdSetIterator> candidates) throws IOException {
        collect(
                forEachLeaf(leaf -> {
                    if (segment(leaf) == null) {
                        return null;
                    }
                    environment.cancellation().run();
                    LeafScan scan = new LeafScan(leaf, spec, environment, query, floor);
                    scan.run(candidates.apply(leaf));
                    return scan;
                }));
    }

    /** Merges what some scans found into the best. */
    private void collect(List<LeafScan> scans) throws IOException {
        for (LeafScan scan : scans) {
            if (scan != null) {
                seen += scan.compared();
                best.merge(scan.ranks());
            }
        }
        floor.accumulateAndGet(best.floor(), Math::max);
    }

    @FunctionalInterface
    private interface Function<A, B> {
        B apply(A argument) throws IOException;
    }

    /** Applies a function to every segment. */
    private <T> List<T> forEachLeaf(Function<LeafReaderContext, T> function) throws IOException {
        return forEach(leaves, isConcurrent(), function);
    }

    /** Whether the searcher searches many segments with many threads. */
    private boolean isConcurrent() {
        // A host may give an executor and yet ask for a single slice.
        return leaves.size() > 1
                && searcher.getIndexReader().maxDoc() >= concurrentFrom
                && searcher.getSlices().length > 1;
    }

    private <A, B> List<B> forEach(List<A> arguments, boolean concurrent, Function<A, B> function)
            throws IOException {
        if (concurrent) {
            List<Callable<B>> tasks = new ArrayList<>(arguments.size());
            for (A argument : arguments) {
                tasks.add(() -> function.apply(argument));
            }
            return searcher.getTaskExecutor().invokeAll(tasks);
        }
        List<B> results = new ArrayList<>(arguments.size());
        for (A argument : arguments) {
            results.add(function.apply(argument));
        }
        return results;
    }
}

package org.ivory.lucene;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Running totals of the searches of a node. Safe for concurrent use. */
public final class SearchCounters {

    /** How a query was answered on one shard; each query counts once, under the first that fits. */
    public enum Path {
        /** Every document with the field was compared: asked for, or no model could be used. */
        EXACT("exact"),
        /** The filter left so few documents that all of them were compared. */
        FILTERED_EXACT("filtered_exact"),
        /** Cells were probed for the documents within a radius. */
        RANGE("range"),
        /** Cells were probed for the k nearest. */
        TOP_K("top_k"),
        /** Cells were probed and each of their documents matched. */
        MATCH("match");

        private final String label;

        Path(String label) {
            this.label = label;
        }

        /** The name in statistics. */
        public String label() {
            return label;
        }
    }

    /**
     * The totals at one moment.
     *
     * @param queries shard queries by path; every path is present
     * @param vectorsScanned vectors compared with a query, by their codes or exactly
     * @param vectorsRescored vectors compared exactly after their codes
     * @param cellsProbed cells visited, counted once a shard query
     * @param segmentsMapped segments whose codes a query scanned in place
     * @param segmentsCopied segments whose codes a query copied from payloads
     * @param vectorsSkipped vectors that an exact search did not compare, since by their codes they
     *     are too far to be hits
     */
    public record Snapshot(
            Map<Path, Long> queries,
            long vectorsScanned,
            long vectorsRescored,
            long cellsProbed,
            long segmentsMapped,
            long segmentsCopied,
            long vectorsSkipped) {

        /** Shard queries over all paths. */
        public long totalQueries() {
            return queries.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private final Map<Path, LongAdder> queries = new EnumMap<>(Path.class);
    private final LongAdder vectorsScanned = new LongAdder();
    private final LongAdder vectorsRescored = new LongAdder();
    private final LongAdder cellsProbed = new LongAdder();
    private final LongAdder segmentsMapped = new LongAdder();
    private final LongAdder segmentsCopied = new LongAdder();
    private final LongAdder vectorsSkipped = new LongAdder();

    public SearchCounters() {
        for (Path path : Path.values()) {
            queries.put(path, new LongAdder());
        }
    }

    void countQuery(Path path) {
        queries.get(path).increment();
    }

    void countVectors(long vectors) {
        vectorsScanned.add(vectors);
    }

    void countCodes(long scanned, long rescored, long mapped, long copied) {
        vectorsScanned.add(scanned);
        vectorsRescored.add(rescored);
        segmentsMapped.add(mapped);
        segmentsCopied.add(copied);
    }

    void countSkipped(long vectors) {
        vectorsSkipped.add(vectors);
    }

    void countCells(long cells) {
        cellsProbed.add(cells);
    }

    /** The totals now. */
    public Snapshot snapshot() {
        Map<Path, Long> sums = new EnumMap<>(Path.class);
        queries.forEach((path, count) -> sums.put(path, count.sum()));
        return new Snapshot(
                Map.copyOf(sums),
                vectorsScanned.sum(),
                vectorsRescored.sum(),
                cellsProbed.sum(),
                segmentsMapped.sum(),
                segmentsCopied.sum(),
                vectorsSkipped.sum());
    }
}

package org.ivory.nativelib;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A scan on the heap: of rows only. */
final class JavaCodeScan implements CodeScan {
    private record Candidate(float estimate, int segment, int doc) {
        private static final Comparator<Candidate> ORDER =
                Comparator.comparingDouble(Candidate::estimate)
                        .thenComparingInt(Candidate::segment)
                        .thenComparingInt(Candidate::doc);
    }

    /** Of the last candidate's distance: how much farther than the nearest a cell may be. */
    private static final double REACH = 0.7;

    private final JavaCentroidModel model;
    private final JavaCoder coder;
    private final float[] centroids;
    private final float[] query;
    private final JavaCodeQuery codes;
    private final int candidates;
    private final PriorityQueue<Candidate> found = new PriorityQueue<>(Candidate.ORDER.reversed());
    private int[] cells = {};
    private float[] bases = {};
    private boolean closed;

    /** Takes over a reference to the model. */
    JavaCodeScan(
            JavaCentroidModel model,
            JavaCoder coder,
            float[] centroids,
            float[] query,
            int candidates) {
        this.model = model;
        this.coder = coder;
        this.centroids = centroids;
        this.query = query.clone();
        this.candidates = candidates;
        codes = new JavaCodeQuery(model.metric(), coder, query);
    }

    @Override
    public int candidates() {
        return candidates;
    }

    @Override
    public synchronized int probe(int nprobe) {
        ensureOpen();
        Checks.argument(nprobe >= 1, "nprobe must be at least 1, got " + nprobe);
        int count = Math.min(nprobe, model.nlist());
        if (count > cells.length) {
            int known = cells.length;
            // Of the same order as before: nothing else than their number tells the calls apart.
            cells = new int[count];
            model.probe(query, count, cells, null);
            bases = Arrays.copyOf(bases, count);
            for (int rank = known; rank < count; rank++) {
                bases[rank] = codes.base(centroids, cells[rank]);
            }
        }
        return cells.length;
    }

    @Override
    public synchronized void cells(int from, int count, int[] out) {
        Checks.cells(from, count, out);
        ensureOpen();
        Checks.argument(
                (long) from + count <= cells.length,
                "from "
                        + from
                        + " and count "
                        + count
                        + " are beyond the "
                        + cells.length
                        + " cells chosen");
        System.arraycopy(cells, from, out, 0, count);
    }

    @Override
    public boolean readsMemory() {
        return false;
    }

    @Override
    public long region(
            int segment, long address, long length, int from, int to, long live, long liveWords) {
        throw new UnsupportedOperationException("plain Java reads no memory by its address");
    }

    @Override
    public synchronized int worth(int to) {
        ensureOpen();
        Checks.argument(
                to >= 0 && to <= cells.length,
                "to " + to + " is beyond the " + cells.length + " cells chosen");
        if (found.size() < candidates || model.metric() == Metric.INNER_PRODUCT || to == 0) {
            return to;
        }
        double near = codes.distance(bases[0]);
        double reach = REACH * codes.distance(found.peek().estimate());
        int worth = 0;
        while (worth < to && !(codes.distance(bases[worth]) - near > reach)) {
            worth++;
        }
        return worth;
    }

    @Override
    public synchronized void rows(int segment, int rank, byte[] rows, int[] docs, int count) {
        Checks.rows(segment, rank, rows, docs, count, coder.codeLength());
        ensureOpen();
        Checks.argument(
                rank < cells.length,
                "rank " + rank + " is beyond the " + cells.length + " cells chosen");
        float base = bases[rank];
        for (int i = 0; i < count; i++) {
            float estimate = codes.estimate(base, rows, i * coder.codeLength());
            if (found.size() < candidates) {
                if (!Float.isNaN(estimate)) {
                    // Both zeros are the same.
                    found.add(new Candidate(estimate + 0f, segment, docs[i]));
                }
            } else if (estimate <= found.peek().estimate()) {
                found.add(new Candidate(estimate + 0f, segment, docs[i]));
                found.poll();
            }
        }
    }

    @Override
    public synchronized int take(int[] segments, int[] docs, float[] estimates) {
        Checks.take(segments, docs, estimates, candidates);
        ensureOpen();
        int count = found.size();
        for (int i = count - 1; i >= 0; i--) {
            Candidate worst = found.poll();
            segments[i] = worst.segment();
            docs[i] = worst.doc();
            estimates[i] = codes.outside(worst.estimate());
        }
        return count;
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("the scan is closed");
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            model.close();
        }
    }
}

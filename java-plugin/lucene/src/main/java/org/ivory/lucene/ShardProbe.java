package org.ivory.lucene;

import org.ivory.nativelib.CentroidModel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a query visits of a shard: of each model that this node has, the nearest cells, by their
 * codes if the query allows that; of all other fingerprints, everything. One per shard query; for
 * one thread. Owns references to the models until it is closed.
 */
final class ShardProbe implements AutoCloseable {

    private final VectorQuerySpec spec;
    private final List<SegmentCells> segments;
    private final boolean codes;
    private final Map<Long, ModelProbe> probes = new LinkedHashMap<>();
    private final List<CodeProbe> coded = new ArrayList<>(1);
    private final Set<Long> exact = new HashSet<>();
    private final Visit first;

    /**
     * Visits the first cells of each model.
     *
     * @param query the query vector, for cosine of unit length
     * @param segments of the shard; null elements have no document with the field
     * @param codes whether codes may be used where there are some
     */
    ShardProbe(
            VectorQuerySpec spec,
            SearchEnvironment environment,
            float[] query,
            List<SegmentCells> segments,
            boolean codes) {
        this.spec = spec;
        this.codes = codes;
        this.segments = segments.stream().filter(segment -> segment != null).toList();
        Map<Long, Long> documents = new LinkedHashMap<>();
        for (SegmentCells segment : this.segments) {
            for (long fingerprint : segment.fingerprints()) {
                documents.merge(fingerprint, segment.documents(fingerprint), Long::sum);
            }
        }
        try {
            for (Map.Entry<Long, Long> group : documents.entrySet()) {
                open(group.getKey(), environment, query);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
        first = visit(documents);
    }

    /**
     * Cells of which the codes are to be scanned.
     *
     * @param from rank of the first cell
     * @param to rank after the last cell
     */
    record Range(CodeProbe probe, int from, int to) {}

    /**
     * Cells and documents to visit next.
     *
     * @param cells whose documents are compared exactly, by fingerprint, ascending
     * @param all fingerprints of which every document is compared exactly
     * @param ranges cells whose codes are scanned
     */
    record Visit(Map<Long, int[]> cells, Set<Long> all, List<Range> ranges) {

        /** Whether there is anything to compare exactly. */
        boolean comparesExactly() {
            return !cells.isEmpty() || !all.isEmpty();
        }

        /** Documents of a segment to compare exactly, deleted ones included. */
        long documents(SegmentCells segment) {
            long sum = 0;
            for (Map.Entry<Long, int[]> entry : cells.entrySet()) {
                sum += segment.documents(entry.getKey(), entry.getValue());
            }
            for (long fingerprint : all) {
                sum += segment.documents(fingerprint);
            }
            return sum;
        }
    }

    private void open(long fingerprint, SearchEnvironment environment, float[] query) {
        CentroidModel model =
                fingerprint == CellTerm.UNASSIGNED
                        ? null
                        : environment.models().acquire(fingerprint);
        if (model == null) {
            exact.add(fingerprint);
        } else if (model.dimension() != spec.dimension() || model.metric() != spec.metric()) {
            model.close();
            exact.add(fingerprint);
        } else if (codes && model.codeLength() > 0) {
            openCoded(model, fingerprint, query);
        } else {
            probes.put(fingerprint, new ModelProbe(model, fingerprint, query));
        }
    }

    private void openCoded(CentroidModel model, long fingerprint, float[] query) {
        int candidates =
                RescoreDefault.candidates(
                        model.encoder(),
                        model.dimension(),
                        spec.k(),
                        spec.oversample(),
                        spec.parents() != null);
        try {
            coded.add(new CodeProbe(model, fingerprint, query, candidates));
        } catch (IllegalStateException e) { // closed meanwhile
            model.close();
            exact.add(fingerprint);
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private int firstCells(int nlist, long documents) {
        return spec.nprobe() > 0 ? spec.nprobe() : NprobeDefault.cells(nlist, spec.k(), documents);
    }

    private Visit visit(Map<Long, Long> documents) {
        Map<Long, int[]> cells = new HashMap<>();
        for (ModelProbe probe : List.copyOf(probes.values())) {
            int nprobe = firstCells(probe.nlist(), documents.get(probe.fingerprint()));
            try {
                cells.put(probe.fingerprint(), probe.visitUpTo(nprobe));
            } catch (IllegalStateException e) { // closed meanwhile
                probes.remove(probe.fingerprint()).close();
                exact.add(probe.fingerprint());
            }
        }
        List<Range> ranges = new ArrayList<>(coded.size());
        for (CodeProbe probe : coded) {
            probe.choose(firstCells(probe.nlist(), documents.get(probe.fingerprint())));
            ranges.add(new Range(probe, 0, probe.chosen()));
        }
        return new Visit(cells, Set.copyOf(exact), ranges);
    }

    /** What to visit at first. */
    Visit first() {
        return first;
    }

    /** Whether some cells have not been visited. */
    boolean hasMore() {
        for (CodeProbe probe : coded) {
            if (probe.visited() < probe.nlist()) {
                return true;
            }
        }
        return probes.values().stream().anyMatch(probe -> probe.visited() < probe.nlist());
    }

    /**
     * Goes on with the next nearest cells.
     *
     * @param growth of the number of cells visited, above 1
     */
    Visit more(double growth) {
        Map<Long, int[]> cells = new HashMap<>();
        for (ModelProbe probe : List.copyOf(probes.values())) {
            int next = (int) Math.min(probe.nlist(), Math.ceil(probe.visited() * growth));
            cells.put(probe.fingerprint(), probe.visitUpTo(Math.max(next, probe.visited() + 1)));
        }
        List<Range> ranges = new ArrayList<>(coded.size());
        for (CodeProbe probe : coded) {
            int from = probe.visited();
            probe.choose(Math.max(from + 1, (int) Math.ceil(from * growth)));
            ranges.add(new Range(probe, from, probe.chosen()));
        }
        return new Visit(cells, Set.of(), ranges);
    }

    /** Cells visited so far, over all models. */
    long cellsVisited() {
        return probes.values().stream().mapToLong(ModelProbe::visited).sum()
                + coded.stream().mapToLong(CodeProbe::visited).sum();
    }

    /** Whether there is any model to probe. */
    boolean anyModel() {
        return !probes.isEmpty() || !coded.isEmpty();
    }

    /** The models whose codes are scanned. */
    List<CodeProbe> coded() {
        return coded;
    }

    /**
     * Documents that a visit finds in the shard, deleted ones included; where codes are scanned
     * only about so many.
     */
    long documents(Visit visit) {
        long sum = 0;
        for (SegmentCells segment : segments) {
            sum += visit.documents(segment);
            for (Range range : visit.ranges()) {
                long documents = segment.documents(range.probe().fingerprint());
                sum += documents * (range.to() - range.from()) / range.probe().nlist();
            }
        }
        return sum;
    }

    /** The cells visited so far, nearest first, by fingerprint. */
    Map<Long, int[]> visitedCells() {
        Map<Long, int[]> cells = new HashMap<>();
        probes.forEach((fingerprint, probe) -> cells.put(fingerprint, probe.visitedCells()));
        coded.forEach(probe ->
                cells.put(probe.fingerprint(), Arrays.copyOf(probe.cells(), probe.visited())));
        return cells;
    }

    @Override
    public void close() {
        probes.values().forEach(ModelProbe::close);
        coded.forEach(CodeProbe::close);
    }
}

package org.ivory.lucene;

import org.ivory.nativelib.CentroidModel;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a query visits of a shard: of each model that this node has, the nearest cells; of all other
 * fingerprints, everything. One per shard query; for one thread. Owns references to the models
 * until it is closed.
 */
final class ShardProbe implements AutoCloseable {

    private final VectorQuerySpec spec;
    private final List<SegmentCells> segments;
    private final Map<Long, ModelProbe> probes = new LinkedHashMap<>();
    private final Set<Long> exact = new HashSet<>();
    private final Visit first;

    /**
     * Visits the first cells of each model.
     *
     * @param query the query vector, for cosine of unit length
     * @param segments of the shard; null elements have no document with the field
     */
    ShardProbe(
            VectorQuerySpec spec,
            SearchEnvironment environment,
            float[] query,
            List<SegmentCells> segments) {
        this.spec = spec;
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
     * Cells and documents to visit next.
     *
     * @param cells by fingerprint, ascending
     * @param all fingerprints of which every document is visited
     */
    record Visit(Map<Long, int[]> cells, Set<Long> all) {

        /** Documents of a segment to visit, deleted ones included. */
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
        } else {
            probes.put(fingerprint, new ModelProbe(model, fingerprint, query));
        }
    }

    private Visit visit(Map<Long, Long> documents) {
        Map<Long, int[]> cells = new HashMap<>();
        for (ModelProbe probe : List.copyOf(probes.values())) {
            int nprobe =
                    spec.nprobe() > 0
                            ? spec.nprobe()
                            : NprobeDefault.cells(
                                    probe.nlist(), spec.k(), documents.get(probe.fingerprint()));
            try {
                cells.put(probe.fingerprint(), probe.visitUpTo(nprobe));
            } catch (IllegalStateException e) { // closed meanwhile
                probes.remove(probe.fingerprint()).close();
                exact.add(probe.fingerprint());
            }
        }
        return new Visit(cells, Set.copyOf(exact));
    }

    /** What to visit at first. */
    Visit first() {
        return first;
    }

    /** Whether some cells have not been visited. */
    boolean hasMore() {
        return probes.values().stream().anyMatch(probe -> probe.visited() < probe.nlist());
    }

    /**
     * Goes on with the next nearest cells.
     *
     * @param growth of the number of cells visited, above 1
     */
    Visit more(double growth) {
        Map<Long, int[]> cells = new HashMap<>();
        Set<Long> all = new HashSet<>();
        for (ModelProbe probe : List.copyOf(probes.values())) {
            int next = (int) Math.min(probe.nlist(), Math.ceil(probe.visited() * growth));
            cells.put(probe.fingerprint(), probe.visitUpTo(Math.max(next, probe.visited() + 1)));
        }
        return new Visit(cells, all);
    }

    /** Cells visited so far, over all models. */
    long cellsVisited() {
        return probes.values().stream().mapToLong(ModelProbe::visited).sum();
    }

    /** Whether there is any model to probe. */
    boolean anyModel() {
        return !probes.isEmpty();
    }

    /** Documents that a visit finds in the shard, deleted ones included. */
    long documents(Visit visit) {
        long sum = 0;
        for (SegmentCells segment : segments) {
            sum += visit.documents(segment);
        }
        return sum;
    }

    /** The cells visited so far, nearest first, by fingerprint. */
    Map<Long, int[]> visitedCells() {
        Map<Long, int[]> cells = new HashMap<>();
        probes.forEach((fingerprint, probe) -> cells.put(fingerprint, probe.visitedCells()));
        return cells;
    }

    @Override
    public void close() {
        probes.values().forEach(ModelProbe::close);
    }
}

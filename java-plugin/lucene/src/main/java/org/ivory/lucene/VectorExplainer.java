package org.ivory.lucene;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Explanation;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Says why a document has the score that it has, or none.
 *
 * @param query the query vector, for cosine of unit length
 * @param cells that were visited, by fingerprint
 * @param everything whether all documents were compared, whatever their cells
 */
record VectorExplainer(
        VectorQuerySpec spec,
        SearchEnvironment environment,
        float[] query,
        Map<Long, int[]> cells,
        boolean everything) {

    /** Where a document stands in the index. */
    private record Place(long fingerprint, int cell) {}

    /** Explains a document without regard to filters. */
    Explanation explain(LeafReaderContext leaf, int doc, float boost) throws IOException {
        Place place = place(leaf, doc);
        if (place == null) {
            return Explanation.noMatch("no vector in field [" + spec.field() + "]");
        }
        String where = where(place);
        if (!visited(place)) {
            return Explanation.noMatch(where + ", which was not probed");
        }
        float[] raw = new float[1];
        new RowScorer(leaf.reader(), spec, environment, query).score(new int[] {doc}, 1, raw);
        if (!spec.inRange(raw[0])) {
            return Explanation.noMatch(
                    "raw value " + raw[0] + " is beyond the radius " + spec.rawLimit());
        }
        Metric metric = spec.metric();
        float score = RawScore.boosted(RawScore.score(metric, raw[0]), boost);
        List<Explanation> details = new ArrayList<>();
        // NaN is nothing that can be read back from a response.
        float shown = Float.isNaN(raw[0]) ? 0f : raw[0];
        details.add(
                Explanation.match(
                        shown,
                        "raw value, "
                                + (metric == Metric.L2 ? "squared distance" : "inner product")
                                + (Float.isNaN(raw[0]) ? ": not a number, beyond f32" : "")));
        details.add(Explanation.match(metric.distance(shown), "distance"));
        details.add(Explanation.match(boost, "boost"));
        details.add(Explanation.match(place.cell, where + how(place)));
        return Explanation.match(
                score,
                "score of ["
                        + spec.field()
                        + "], computed as boost times "
                        + formula(metric)
                        + " from:",
                details);
    }

    private static String formula(Metric metric) {
        return switch (metric) {
            case L2 -> "1 / (1 + raw)";
            case COSINE -> "(1 + raw) / 2";
            case INNER_PRODUCT -> "(raw >= 0 ? 1 + raw : 1 / (1 - raw))";
        };
    }

    private boolean visited(Place place) {
        int[] visited = cells.get(place.fingerprint);
        return everything
                || visited == null
                || Arrays.stream(visited).anyMatch(cell -> cell == place.cell);
    }

    private static String where(Place place) {
        if (place.fingerprint == CellTerm.UNASSIGNED) {
            return "indexed without a model";
        }
        return String.format(Locale.ROOT, "cell %d of model %016x", place.cell, place.fingerprint);
    }

    private String how(Place place) {
        int[] visited = cells.get(place.fingerprint);
        if (everything) {
            return ": searched exactly, like all documents";
        }
        if (place.fingerprint == CellTerm.UNASSIGNED) {
            return ": searched exactly";
        }
        if (visited == null) {
            return ", which this node does not have: searched exactly";
        }
        return ", one of " + visited.length + " cells probed";
    }

    private Place place(LeafReaderContext leaf, int doc) throws IOException {
        SegmentCells segment = SegmentCache.cells(leaf.reader(), spec.field());
        if (segment == null) {
            return null;
        }
        CellPostings postings = new CellPostings(leaf.reader(), segment, spec.field());
        for (long fingerprint : segment.fingerprints()) {
            int cell = postings.cellOf(doc, fingerprint);
            if (cell >= 0) {
                return new Place(fingerprint, cell);
            }
        }
        return null;
    }
}

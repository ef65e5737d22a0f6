package org.ivory.lucene;

import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ConjunctionUtils;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.FixedBitSet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A {@link MatchQuery} on one shard: the cells are probed once, here. Immutable. Not cacheable: a
 * model that arrives later changes what matches.
 */
final class MatchWeight extends Weight {

    private final VectorQuerySpec spec;
    private final SearchEnvironment environment;
    private final float[] query;
    private final Weight filter;
    private final float boost;
    private final ShardProbe.Visit visit;
    private final VectorExplainer explainer;

    /**
     * @param filter null for none
     */
    MatchWeight(
            MatchQuery parent,
            VectorQuerySpec spec,
            SearchEnvironment environment,
            IndexSearcher searcher,
            Weight filter,
            float boost)
            throws IOException {
        super(parent);
        this.spec = spec;
        this.environment = environment;
        this.query = VectorEncoding.normalised(spec.metric(), spec.vector());
        this.filter = filter;
        this.boost = boost;
        environment.cancellation().run();
        if (spec.exact()) {
            visit = null;
            environment.counters().countQuery(SearchCounters.Path.EXACT);
            explainer = new VectorExplainer(spec, environment, query, Map.of(), true);
            return;
        }
        List<SegmentCells> segments = new ArrayList<>();
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            segments.add(SegmentCache.cells(leaf.reader(), spec.field()));
        }
        try (ShardProbe probe = new ShardProbe(spec, environment, query, segments, false)) {
            visit = probe.first();
            environment.counters().countCells(probe.cellsVisited());
            environment.counters().countQuery(path(probe));
            explainer = new VectorExplainer(spec, environment, query, probe.visitedCells(), false);
        }
    }

    private SearchCounters.Path path(ShardProbe probe) {
        if (!probe.anyModel()) {
            return SearchCounters.Path.EXACT;
        }
        return spec.rawLimit() != null ? SearchCounters.Path.RANGE : SearchCounters.Path.MATCH;
    }

    @Override
    public ScorerSupplier scorerSupplier(LeafReaderContext leaf) throws IOException {
        SegmentCells segment = SegmentCache.cells(leaf.reader(), spec.field());
        long documents = documents(segment);
        ScorerSupplier filtered =
                documents == 0 || filter == null ? null : filter.scorerSupplier(leaf);
        if (documents == 0 || (filter != null && filtered == null)) {
            return null;
        }
        long cost = filtered == null ? documents : Math.min(documents, filtered.cost());
        return new ScorerSupplier() {
            @Override
            public Scorer get(long leadCost) throws IOException {
                return scorer(leaf, segment, filtered, leadCost, cost);
            }

            @Override
            public long cost() {
                return cost;
            }
        };
    }

    /** Documents of a segment to visit, deleted ones included. */
    private long documents(SegmentCells segment) {
        if (segment == null) {
            return 0;
        }
        return visit == null ? segment.documents() : visit.documents(segment);
    }

    private Scorer scorer(
            LeafReaderContext leaf,
            SegmentCells segment,
            ScorerSupplier filtered,
            long leadCost,
            long cost)
            throws IOException {
        environment.cancellation().run();
        LeafReader reader = leaf.reader();
        RowScorer rows = new RowScorer(reader, spec, environment, query);
        if (visit == null && filtered == null) {
            return new MatchScorer(
                    spec, environment, rows, boost, allDocuments(reader), allDocuments(reader));
        }
        FixedBitSet bits;
        if (visit == null) {
            bits = intersect(allDocuments(reader), filtered.get(leadCost), reader.maxDoc());
        } else {
            bits = new CellPostings(reader, segment, spec.field()).documents(visit);
            FilterBits.keepLive(bits, reader.getLiveDocs());
            if (filtered != null) {
                bits =
                        intersect(
                                new BitSetIterator(bits, cost),
                                filtered.get(leadCost),
                                reader.maxDoc());
            }
        }
        return new MatchScorer(
                spec,
                environment,
                rows,
                boost,
                new BitSetIterator(bits, cost),
                new BitSetIterator(bits, cost));
    }

    private DocIdSetIterator allDocuments(LeafReader reader) throws IOException {
        return LiveIterator.of(RowScorer.vectors(reader, spec.field()), reader.getLiveDocs());
    }

    private static FixedBitSet intersect(DocIdSetIterator documents, Scorer filter, int maxDoc)
            throws IOException {
        FixedBitSet bits = new FixedBitSet(maxDoc);
        DocIdSetIterator both =
                ConjunctionUtils.intersectIterators(List.of(documents, filter.iterator()));
        if (both.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
            both.intoBitSet(DocIdSetIterator.NO_MORE_DOCS, bits, 0);
        }
        return bits;
    }

    @Override
    public int count(LeafReaderContext leaf) throws IOException {
        if (filter != null || spec.rawLimit() != null || leaf.reader().hasDeletions()) {
            return -1;
        }
        return Math.toIntExact(documents(SegmentCache.cells(leaf.reader(), spec.field())));
    }

    @Override
    public Explanation explain(LeafReaderContext leaf, int doc) throws IOException {
        if (filter != null && !filter.explain(leaf, doc).isMatch()) {
            return Explanation.noMatch("does not match the filter " + spec.filter());
        }
        return explainer.explain(leaf, doc, boost);
    }

    @Override
    public boolean isCacheable(LeafReaderContext leaf) {
        return false;
    }
}

package org.ivory.lucene;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/** Compares every document with the field. */
final class ExactQuery extends Query {

    private record Hit(long rank, int parent) {}

    private final VectorQuerySpec spec;
    private final SearchEnvironment environment;

    ExactQuery(VectorQuerySpec spec, SearchEnvironment environment) {
        this.spec = spec;
        this.environment = environment;
    }

    @Override
    public Query rewrite(IndexSearcher searcher) throws IOException {
        List<Hit> hits = new ArrayList<>();
        Weight filter =
                spec.filter() == null
                        ? null
                        : searcher.rewrite(spec.filter())
                                .createWeight(searcher, ScoreMode.COMPLETE_NO_SCORES, 1f);
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            environment.cancellation().run();
            collect(leaf, filter, hits);
        }
        environment.counters().countQuery(SearchCounters.Path.EXACT);
        hits.sort(Comparator.comparingLong(Hit::rank).reversed());
        int most = spec.k() == 0 ? hits.size() : spec.k();
        Set<Integer> seen = new HashSet<>();
        long[] kept =
                hits.stream()
                        .filter(hit -> seen.add(hit.parent))
                        .limit(most)
                        .sorted(Comparator.comparingInt(hit -> RawScore.docOf(hit.rank)))
                        .mapToLong(Hit::rank)
                        .toArray();
        if (kept.length == 0) {
            return new MatchNoDocsQuery("no hits for " + spec);
        }
        float[] scores = new float[kept.length];
        for (int i = 0; i < kept.length; i++) {
            scores[i] = RawScore.score(spec.metric(), RawScore.rawOf(spec.metric(), kept[i]));
        }
        return new HitsQuery(
                spec.field(),
                Arrays.stream(kept).mapToInt(RawScore::docOf).toArray(),
                scores,
                searcher,
                spec.toString(),
                (leaf, doc, score, boost) -> Explanation.match(score, "exact"));
    }


    private void collect(LeafReaderContext leaf, Weight filter, List<Hit> hits) throws IOException {
        BinaryDocValues values = leaf.reader().getBinaryDocValues(spec.field());
        Bits live = leaf.reader().getLiveDocs();
        Scorer scorer = filter == null ? null : filter.scorer(leaf);
        if (values == null || (filter != null && scorer == null)) {
            return;
        }
        DocIdSetIterator docs =
                filter == null ? DocIdSetIterator.all(leaf.reader().maxDoc()) : scorer.iterator();
        BitSet parents = spec.parents() == null ? null : spec.parents().getBitSet(leaf);
        float[] query = VectorEncoding.normalised(spec.metric(), spec.vector());
        int length = VectorEncoding.rowLength(spec.dimension());
        ByteBuffer row = ByteBuffer.allocateDirect(length);
        float[] raw = new float[1];
        for (int doc = docs.nextDoc(); doc != DocIdSetIterator.NO_MORE_DOCS; doc = docs.nextDoc()) {
            if ((live == null || live.get(doc)) && values.advanceExact(doc)) {
                BytesRef value = values.binaryValue();
                row.put(0, value.bytes, value.offset, length);
                environment.ops().score(spec.metric(), query, row, 1, raw);
                if (spec.inRange(raw[0])) {
                    int owner = parents == null ? doc : parents.nextSetBit(doc);
                    hits.add(
                            new Hit(
                                    RawScore.rank(spec.metric(), raw[0], leaf.docBase + doc),
                                    leaf.docBase + owner));
                }
            }
        }
    }

    @Override
    public void visit(QueryVisitor visitor) {
        if (visitor.acceptField(spec.field())) {
            visitor.visitLeaf(this);
        }
    }

    @Override
    public boolean equals(Object other) {
        return sameClassAs(other) && spec.equals(((ExactQuery) other).spec);
    }

    @Override
    public int hashCode() {
        return classHash() * 31 + spec.hashCode();
    }

    @Override
    public String toString(String defaultField) {
        return spec.toString();
    }
}

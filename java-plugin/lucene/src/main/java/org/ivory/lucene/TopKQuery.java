package org.ivory.lucene;

import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Weight;

import java.io.IOException;
import java.util.Arrays;

/**
 * The k nearest documents. The search happens when a weight is made, not when the query is
 * rewritten: a host rewrites in phases that need no hits, and arms its time limit only thereafter.
 */
final class TopKQuery extends Query {

    private final VectorQuerySpec spec;
    private final SearchEnvironment environment;
    private final int concurrentFrom;

    /** Of the last search; explanations and inner hits make a weight again for the same reader. */
    private volatile HitsQuery last;

    TopKQuery(VectorQuerySpec spec, SearchEnvironment environment) {
        this(spec, environment, TopKSearch.CONCURRENT_FROM);
    }

    /**
     * @param concurrentFrom documents of the shard from which on the searcher's threads are used
     */
    TopKQuery(VectorQuerySpec spec, SearchEnvironment environment, int concurrentFrom) {
        this.spec = spec;
        this.environment = environment;
        this.concurrentFrom = concurrentFrom;
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost)
            throws IOException {
        return hits(searcher).createWeight(searcher, scoreMode, boost);
    }

    /** Searches, unless the same reader was searched last. */
    HitsQuery hits(IndexSearcher searcher) throws IOException {
        HitsQuery hits = last;
        if (hits == null || hits.belongsTo(searcher) == false) {
            hits = search(searcher);
            last = hits;
        }
        return hits;
    }

    private HitsQuery search(IndexSearcher searcher) throws IOException {
        TopKSearch.Result result =
                new TopKSearch(spec, environment, searcher, concurrentFrom).run();
        long[] ranks = result.ranks();
        VectorExplainer explainer =
                new VectorExplainer(
                        spec,
                        environment,
                        VectorEncoding.normalised(spec.metric(), spec.vector()),
                        result.cells(),
                        result.path() == SearchCounters.Path.EXACT
                                || result.path() == SearchCounters.Path.FILTERED_EXACT);
        long[] byDocument = new long[ranks.length];
        for (int i = 0; i < ranks.length; i++) {
            byDocument[i] = (long) RawScore.docOf(ranks[i]) << Integer.SIZE | i;
        }
        Arrays.sort(byDocument);
        int[] docs = new int[ranks.length];
        float[] scores = new float[ranks.length];
        for (int i = 0; i < docs.length; i++) {
            long rank = ranks[(int) byDocument[i]];
            docs[i] = RawScore.docOf(rank);
            scores[i] = RawScore.score(spec.metric(), RawScore.rawOf(spec.metric(), rank));
        }
        return new HitsQuery(
                spec.field(),
                docs,
                scores,
                searcher,
                () -> spec + describe(result),
                (leaf, doc, score, boost) -> explainer.explain(leaf, doc, boost));
    }

    private static String describe(TopKSearch.Result result) {
        long cells = result.cells().values().stream().mapToLong(visited -> visited.length).sum();
        return "[path="
                + result.path().label()
                + ", cells_probed="
                + cells
                + ", vectors_scanned="
                + result.seen()
                + ", rescored="
                + result.rescored()
                + ", segments_mapped="
                + result.mapped()
                + ", segments_copied="
                + result.copied()
                + ", vectors_skipped="
                + result.skipped()
                + "]";
    }

    @Override
    public void visit(QueryVisitor visitor) {
        if (visitor.acceptField(spec.field())) {
            visitor.visitLeaf(this);
        }
    }

    @Override
    public boolean equals(Object other) {
        return sameClassAs(other) && spec.equals(((TopKQuery) other).spec);
    }

    @Override
    public int hashCode() {
        return 31 * classHash() + spec.hashCode();
    }

    /** After a search it tells how that went: a host's profile describes queries at the end. */
    @Override
    public String toString(String defaultField) {
        HitsQuery hits = last;
        return hits == null ? spec.toString() : hits.toString(defaultField);
    }
}

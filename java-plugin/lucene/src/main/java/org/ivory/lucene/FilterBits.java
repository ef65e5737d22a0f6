package org.ivory.lucene;

import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;

import java.io.IOException;

/** The documents that a filter lets pass, of those that are live and have a vector. */
final class FilterBits {

    private final Weight weight;
    private final boolean none;

    private FilterBits(Weight weight, boolean none) {
        this.weight = weight;
        this.none = none;
    }

    /**
     * Prepares a filter; null lets everything pass. Goes through the searcher, so that its query
     * cache serves.
     */
    static FilterBits of(Query filter, String field, IndexSearcher searcher) throws IOException {
        Query rewritten = filter == null ? MatchAllDocsQuery.INSTANCE : rewrite(filter, searcher);
        if (rewritten instanceof MatchAllDocsQuery || rewritten instanceof MatchNoDocsQuery) {
            return new FilterBits(null, rewritten instanceof MatchNoDocsQuery);
        }
        Query both =
                new BooleanQuery.Builder()
                        .add(rewritten, BooleanClause.Occur.FILTER)
                        .add(new FieldExistsQuery(field), BooleanClause.Occur.FILTER)
                        .build();
        rewritten = rewrite(both, searcher);
        if (rewritten instanceof MatchNoDocsQuery) {
            return new FilterBits(null, true);
        }
        return new FilterBits(
                searcher.createWeight(rewritten, ScoreMode.COMPLETE_NO_SCORES, 1f), false);
    }

    /**
     * Rewrites to the end, as the searcher does. Its own method is not called, because a host may
     * do more there than rewrite: take the time for a profile, which cannot be done within another
     * rewrite, or put in place of a query an approximation that is good for the whole search only,
     * but would lose documents as a filter.
     */
    static Query rewrite(Query query, IndexSearcher searcher) throws IOException {
        Query last = query;
        for (Query next = last.rewrite(searcher); next != last; next = last.rewrite(searcher)) {
            last = next;
        }
        return last;
    }

    /** Whether documents are filtered at all. */
    boolean isFilter() {
        return weight != null || none;
    }

    /** Whether no document passes. */
    boolean matchesNone() {
        return none;
    }

    /** Those that pass in a segment, live ones only; null where nothing is filtered. */
    FixedBitSet passing(LeafReaderContext leaf) throws IOException {
        LeafReader reader = leaf.reader();
        if (weight == null) {
            return null;
        }
        FixedBitSet passing = new FixedBitSet(reader.maxDoc());
        Scorer scorer = weight.scorer(leaf);
        if (scorer != null) {
            DocIdSetIterator documents = scorer.iterator();
            if (documents.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                documents.intoBitSet(DocIdSetIterator.NO_MORE_DOCS, passing, 0);
            }
            keepLive(passing, reader.getLiveDocs());
        }
        return passing;
    }

    /** Clears the bits of deleted documents. */
    static void keepLive(FixedBitSet documents, Bits live) {
        if (live != null) {
            live.applyMask(documents, 0);
        }
    }
}

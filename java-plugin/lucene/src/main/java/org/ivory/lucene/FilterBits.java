package org.ivory.lucene;

import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
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
    private final String field;
    private final boolean none;

    private FilterBits(Weight weight, String field, boolean none) {
        this.weight = weight;
        this.field = field;
        this.none = none;
    }

    /**
     * Prepares a filter; null lets everything pass. Goes through the searcher, so that its query
     * cache serves.
     */
    static FilterBits of(Query filter, String field, IndexSearcher searcher) throws IOException {
        Query rewritten = filter == null ? MatchAllDocsQuery.INSTANCE : rewrite(filter, searcher);
        if (rewritten instanceof MatchAllDocsQuery || rewritten instanceof MatchNoDocsQuery) {
            return new FilterBits(null, field, rewritten instanceof MatchNoDocsQuery);
        }
        return new FilterBits(
                searcher.createWeight(rewritten, ScoreMode.COMPLETE_NO_SCORES, 1f), field, false);
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

    /**
     * Those that pass in a segment, live ones only; null where nothing is filtered.
     *
     * @param leaf a segment that has the field
     */
    FixedBitSet passing(LeafReaderContext leaf) throws IOException {
        LeafReader reader = leaf.reader();
        if (weight == null) {
            return null;
        }
        FixedBitSet passing = new FixedBitSet(reader.maxDoc());
        Scorer scorer = weight.scorer(leaf);
        if (scorer != null) {
            DocIdSetIterator documents = scorer.iterator();
            addAll(documents, passing);
            keepLive(passing, reader.getLiveDocs());
            keepVectors(passing, reader);
        }
        return passing;
    }

    private static void addAll(DocIdSetIterator documents, FixedBitSet bits) throws IOException {
        if (documents.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
            documents.intoBitSet(DocIdSetIterator.NO_MORE_DOCS, bits, 0);
        }
    }

    private void keepVectors(FixedBitSet documents, LeafReader reader) throws IOException {
        if (reader.terms(field).getDocCount() == reader.maxDoc()) {
            return; // every document has one
        }
        FixedBitSet vectors = new FixedBitSet(reader.maxDoc());
        addAll(RowScorer.vectors(reader, field), vectors);
        documents.and(vectors);
    }

    /** Clears the bits of deleted documents. */
    static void keepLive(FixedBitSet documents, Bits live) {
        if (live != null) {
            live.applyMask(documents, 0);
        }
    }
}

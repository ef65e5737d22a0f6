package org.ivory.lucene;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Explanation;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/** The outcome of a search: documents and scores, good for the one reader it was made from. */
final class HitsQuery extends Query {

    /** Says where a document's score comes from; asked for hits only. */
    @FunctionalInterface
    interface Explainer {
        /**
         * @param doc id within the leaf
         * @param score the document's score, boost included
         */
        Explanation explain(LeafReaderContext leaf, int doc, float score, float boost)
                throws IOException;
    }

    private final String field;
    private final int[] docs;
    private final float[] scores;
    private final int[] starts;
    private final Object readerId;
    private final Supplier<String> description;
    private final Explainer explainer;

    /**
     * @param docs of the whole reader, ascending
     * @param scores of these documents, without boost
     * @param searcher whose reader was searched
     * @param description what was searched and how, for profiles
     */
    HitsQuery(
            String field,
            int[] docs,
            float[] scores,
            IndexSearcher searcher,
            Supplier<String> description,
            Explainer explainer) {
        this.field = field;
        this.docs = docs;
        this.scores = scores;
        this.starts = starts(searcher.getIndexReader().leaves(), docs);
        this.readerId = searcher.getTopReaderContext().id();
        this.description = description;
        this.explainer = explainer;
    }

    private static int[] starts(List<LeafReaderContext> leaves, int[] docs) {
        int[] starts = new int[leaves.size() + 1];
        int next = 0;
        for (int leaf = 0; leaf < leaves.size(); leaf++) {
            int base = leaves.get(leaf).docBase;
            while (next < docs.length && docs[next] < base) {
                next++;
            }
            starts[leaf] = next;
        }
        starts[leaves.size()] = docs.length;
        return starts;
    }

    /** Whether these are hits of the searcher's reader. */
    boolean belongsTo(IndexSearcher searcher) {
        return searcher.getTopReaderContext().id() == readerId;
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) {
        if (belongsTo(searcher) == false) {
            throw new IllegalStateException(
                    "the hits for field [" + field + "] belong to another reader");
        }
        return new HitsWeight(boost);
    }

    @Override
    public void visit(QueryVisitor visitor) {
        if (visitor.acceptField(field)) {
            visitor.visitLeaf(this);
        }
    }

    @Override
    public boolean equals(Object other) {
        return sameClassAs(other)
                && readerId == ((HitsQuery) other).readerId
                && field.equals(((HitsQuery) other).field)
                && Arrays.equals(docs, ((HitsQuery) other).docs)
                && Arrays.equals(scores, ((HitsQuery) other).scores);
    }

    @Override
    public int hashCode() {
        return Objects.hash(
                classHash(), readerId, field, Arrays.hashCode(docs), Arrays.hashCode(scores));
    }

    @Override
    public String toString(String defaultField) {
        return description.get();
    }

    private final class HitsWeight extends Weight {

        private final float boost;

        HitsWeight(float boost) {
            super(HitsQuery.this);
            this.boost = boost;
        }

        @Override
        public Explanation explain(LeafReaderContext leaf, int doc) throws IOException {
            int hit = Arrays.binarySearch(docs, leaf.docBase + doc);
            if (hit < 0) {
                return Explanation.noMatch("not among the hits of " + description.get());
            }
            float score = RawScore.boosted(scores[hit], boost);
            return explainer.explain(leaf, doc, score, boost);
        }

        @Override
        public int count(LeafReaderContext leaf) {
            return starts[leaf.ord + 1] - starts[leaf.ord]; // hits are live: the reader is the same
        }

        @Override
        public ScorerSupplier scorerSupplier(LeafReaderContext leaf) {
            if (count(leaf) == 0) {
                return null;
            }
            return new DefaultScorerSupplier(
                    new HitsScorer(starts[leaf.ord], starts[leaf.ord + 1], leaf.docBase, boost));
        }

        @Override
        public boolean isCacheable(LeafReaderContext leaf) {
            return false;
        }
    }

    private final class HitsScorer extends Scorer {

        private final int from;
        private final int to;
        private final int docBase;
        private final float boost;
        private final float maxScore;
        private int at;

        HitsScorer(int from, int to, int docBase, float boost) {
            this.from = from;
            this.to = to;
            this.docBase = docBase;
            this.boost = boost;
            this.at = from - 1;
            float max = 0f;
            for (int hit = from; hit < to; hit++) {
                max = Math.max(max, scores[hit]);
            }
            this.maxScore = RawScore.boosted(max, boost);
        }

        @Override
        public int docID() {
            if (at < from) {
                return -1;
            }
            return at < to ? docs[at] - docBase : DocIdSetIterator.NO_MORE_DOCS;
        }

        @Override
        public float score() {
            return RawScore.boosted(scores[at], boost);
        }

        @Override
        public float getMaxScore(int upTo) {
            return maxScore;
        }

        @Override
        public DocIdSetIterator iterator() {
            return new DocIdSetIterator() {
                @Override
                public int docID() {
                    return HitsScorer.this.docID();
                }

                @Override
                public int nextDoc() {
                    at++;
                    return docID();
                }

                @Override
                public int advance(int target) {
                    int next = at + 1;
                    if (target == NO_MORE_DOCS) {
                        at = to;
                    } else if (next < to) {
                        int found = Arrays.binarySearch(docs, next, to, docBase + target);
                        at = found >= 0 ? found : -1 - found;
                    } else {
                        at = to;
                    }
                    return docID();
                }

                @Override
                public long cost() {
                    return to - from;
                }
            };
        }
    }
}

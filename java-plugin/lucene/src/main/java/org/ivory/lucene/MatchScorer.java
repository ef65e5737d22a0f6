package org.ivory.lucene;

import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TwoPhaseIterator;

import java.io.IOException;

/** Scores a segment's candidates when they are asked for; with a radius, confirms them by it. */
final class MatchScorer extends Scorer {

    private final VectorQuerySpec spec;
    private final float boost;
    private final DocIdSetIterator candidates;
    private final DocIdSetIterator iterator;
    private final TwoPhaseIterator confirmation;
    private final LookAhead rows;

    /**
     * @param candidates what may match, ascending and live
     * @param ahead another iterator of the same documents
     */
    MatchScorer(
            VectorQuerySpec spec,
            SearchEnvironment environment,
            RowScorer rows,
            float boost,
            DocIdSetIterator candidates,
            DocIdSetIterator ahead) {
        this.spec = spec;
        this.boost = boost;
        this.candidates = candidates;
        this.rows = new LookAhead(rows, ahead, spec.dimension(), environment.cancellation());
        this.confirmation = spec.rawLimit() == null ? null : new WithinRadius();
        this.iterator =
                confirmation == null
                        ? candidates
                        : TwoPhaseIterator.asDocIdSetIterator(confirmation);
    }

    @Override
    public int docID() {
        return candidates.docID();
    }

    @Override
    public float score() throws IOException {
        float raw = rows.raw(candidates.docID());
        return RawScore.boosted(RawScore.score(spec.metric(), raw), boost);
    }

    @Override
    public DocIdSetIterator iterator() {
        return iterator;
    }

    @Override
    public TwoPhaseIterator twoPhaseIterator() {
        return confirmation;
    }

    @Override
    public float getMaxScore(int upTo) {
        return RawScore.boosted(RawScore.max(spec.metric()), boost);
    }

    private final class WithinRadius extends TwoPhaseIterator {

        WithinRadius() {
            super(candidates);
        }

        @Override
        public boolean matches() throws IOException {
            return spec.inRange(rows.raw(candidates.docID()));
        }

        @Override
        public float matchCost() {
            return spec.dimension();
        }
    }
}

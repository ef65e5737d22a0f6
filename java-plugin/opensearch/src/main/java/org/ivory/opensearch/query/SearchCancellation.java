package org.ivory.opensearch.query;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Terms;
import org.apache.lucene.search.IndexSearcher;
import org.opensearch.index.mapper.IdFieldMapper;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.TimeUnit;

/**
 * Ends a search that was cancelled or ran out of time. The host tells only its own code which one
 * it is, but the readers that it searches with look after themselves whenever an enumeration of
 * terms begins; so this begins one.
 */
final class SearchCancellation implements Runnable {

    /** Looking costs about a microsecond; this often it costs nothing. */
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final IndexSearcher searcher;
    private volatile long last = System.nanoTime();

    private SearchCancellation(IndexSearcher searcher) {
        this.searcher = searcher;
    }

    /**
     * The check for one search.
     *
     * @param searcher the host's searcher, or null where there is no search (a stored query)
     */
    static Runnable of(IndexSearcher searcher) {
        return searcher == null ? () -> {} : new SearchCancellation(searcher);
    }

    @Override
    public void run() {
        long now = System.nanoTime();
        if (now - last < INTERVAL_NANOS) {
            return;
        }
        last = now;
        try {
            for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
                Terms terms = leaf.reader().terms(IdFieldMapper.NAME);
                if (terms != null) {
                    terms.iterator();
                    return;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

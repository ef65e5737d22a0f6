package org.ivory.lucene;

import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.ivory.lucene.codec.CellTerms;
import org.ivory.lucene.codec.MappedRegion;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What searches know of one field in one segment; good as long as the segment's core is open, which
 * a search sees to by holding its reader. Safe for concurrent use.
 *
 * @param cells its terms
 * @param terms in the format whose codes can be scanned in place; null in any other
 * @param errors of the codes, by fingerprint; null where what is learned would be lost
 */
record FieldSegment(SegmentCells cells, CellTerms terms, Map<Long, CellErrors> errors) {

    /**
     * Reads the terms dictionary and looks where the codes lie.
     *
     * @param reader a segment that has the field
     * @param kept whether this is kept for other searches
     */
    static FieldSegment read(LeafReader reader, String field, boolean kept) throws IOException {
        LeafReader own = FilterLeafReader.unwrap(reader);
        LeafReader source = sameSegment(reader, own) ? own : reader;
        return new FieldSegment(
                SegmentCells.read(source, field),
                source.terms(field) instanceof CellTerms terms ? terms : null,
                kept ? new ConcurrentHashMap<>() : null);
    }

    /** Whether a wrapper shows the segment's own terms: then it passes its core's key on. */
    private static boolean sameSegment(LeafReader wrapper, LeafReader own) throws IOException {
        IndexReader.CacheHelper shown = wrapper.getCoreCacheHelper();
        IndexReader.CacheHelper inner = own.getCoreCacheHelper();
        return shown != null
                && inner != null
                && shown.getKey() == inner.getKey()
                && wrapper.maxDoc() == own.maxDoc();
    }

    /** The errors of a model's codes, to be measured or known; null where they cannot be kept. */
    CellErrors errors(long fingerprint) {
        return errors == null
                ? null
                : errors.computeIfAbsent(fingerprint, key -> new CellErrors(cells, key));
    }

    /** The codes of a model in memory; null if they are not mapped in one piece. */
    MappedRegion region(long fingerprint) {
        return terms == null ? null : terms.region(fingerprint);
    }
}

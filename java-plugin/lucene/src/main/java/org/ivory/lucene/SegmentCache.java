package org.ivory.lucene;

import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the {@link FieldSegment}s of open segments. Terms and vectors never change in a segment, so
 * an entry belongs to the segment's core, which readers share across deletes and refreshes, and
 * goes when the core is closed. Static because cores are: their listeners outlive any index or
 * plugin object.
 */
final class SegmentCache {

    private static final Map<IndexReader.CacheKey, Map<String, FieldSegment>> CORES =
            new ConcurrentHashMap<>();

    private SegmentCache() {}

    /** A field in a segment, or null if the segment has no document with it. */
    static FieldSegment get(LeafReader reader, String field) throws IOException {
        if (reader.terms(field) == null) { // also where a wrapper hides the field
            return null;
        }
        IndexReader.CacheHelper core = reader.getCoreCacheHelper();
        if (core == null) {
            return FieldSegment.read(reader, field, false);
        }
        Map<String, FieldSegment> fields = CORES.get(core.getKey());
        if (fields == null) {
            fields = register(core);
        }
        FieldSegment segment = fields.get(field);
        if (segment == null) {
            segment = FieldSegment.read(reader, field, true); // twice in a race, which does no harm
            FieldSegment first = fields.putIfAbsent(field, segment);
            return first == null ? segment : first;
        }
        return segment;
    }

    /** The cells of a field in a segment, or null if the segment has no document with it. */
    static SegmentCells cells(LeafReader reader, String field) throws IOException {
        FieldSegment segment = get(reader, field);
        return segment == null ? null : segment.cells();
    }

    private static Map<String, FieldSegment> register(IndexReader.CacheHelper core) {
        Map<String, FieldSegment> mine = new ConcurrentHashMap<>();
        Map<String, FieldSegment> first = CORES.putIfAbsent(core.getKey(), mine);
        if (first != null) {
            return first;
        }
        try {
            core.addClosedListener(CORES::remove);
        } catch (RuntimeException e) { // closed already: nobody would remove the entry
            CORES.remove(core.getKey());
            throw e;
        }
        return mine;
    }

    /** Segments with an entry. */
    static int size() {
        return CORES.size();
    }
}

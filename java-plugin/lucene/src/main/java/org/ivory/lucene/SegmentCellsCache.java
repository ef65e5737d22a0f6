package org.ivory.lucene;

import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the {@link SegmentCells} of open segments. Terms never change in a segment, so an entry
 * belongs to the segment's core, which readers share across deletes and refreshes, and goes when
 * the core is closed. Static because cores are: their listeners outlive any index or plugin object.
 */
final class SegmentCellsCache {

    private static final Map<IndexReader.CacheKey, Map<String, SegmentCells>> CORES =
            new ConcurrentHashMap<>();

    private SegmentCellsCache() {}

    /** The cells of a segment, or null if it has no document with the field. */
    static SegmentCells get(LeafReader reader, String field) throws IOException {
        if (reader.terms(field) == null) { // also where a wrapper hides the field
            return null;
        }
        IndexReader.CacheHelper core = reader.getCoreCacheHelper();
        if (core == null) {
            return SegmentCells.read(reader, field);
        }
        Map<String, SegmentCells> fields = CORES.get(core.getKey());
        if (fields == null) {
            fields = register(core);
        }
        SegmentCells cells = fields.get(field);
        if (cells == null) {
            cells = SegmentCells.read(reader, field); // twice in a race, which does no harm
            fields.put(field, cells);
        }
        return cells;
    }

    private static Map<String, SegmentCells> register(IndexReader.CacheHelper core) {
        Map<String, SegmentCells> mine = new ConcurrentHashMap<>();
        Map<String, SegmentCells> first = CORES.putIfAbsent(core.getKey(), mine);
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

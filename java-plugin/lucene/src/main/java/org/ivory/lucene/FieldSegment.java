package org.ivory.lucene;

import org.apache.lucene.index.LeafReader;

import java.io.IOException;

/**
 * What searches know of one field in one segment. Immutable; good as long as the segment's core is
 * open, which a search sees to by holding its reader.
 *
 * @param cells its terms
 */
record FieldSegment(SegmentCells cells) {

    /** The codes of a model in memory; null if they are not mapped in one piece. */
    MappedRegion region(long fingerprint) {
        return null;
    }

    /**
     * Reads the terms dictionary and finds what is mapped.
     *
     * @param reader a segment that has the field
     */
    static FieldSegment read(LeafReader reader, String field) throws IOException {
        return new FieldSegment(SegmentCells.read(reader, field));
    }
}

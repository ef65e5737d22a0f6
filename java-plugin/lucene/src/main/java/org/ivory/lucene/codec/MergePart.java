package org.ivory.lucene.codec;

import org.apache.lucene.index.MergeState;
import org.apache.lucene.index.Terms;

import java.io.IOException;

/**
 * The documents of one fingerprint in one segment of a merge.
 *
 * @param segment number in the merge
 * @param codeLength bytes of each code
 * @param region where they lie; null for those in {@code terms}
 * @param terms of any other format
 */
record MergePart(int segment, long fingerprint, int codeLength, Region region, Terms terms) {

    static MergePart of(int segment, Region region) {
        RegionHeader header = region.header();
        return new MergePart(segment, header.fingerprint(), header.codeLength(), region, null);
    }

    /** Opens the part with its documents called as {@code map} says. */
    CellPart open(MergeState.DocMap map) throws IOException {
        return region != null
                ? new RegionPart(region, map)
                : new PostingsPart(terms, fingerprint, map);
    }
}

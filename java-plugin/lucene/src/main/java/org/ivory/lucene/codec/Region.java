package org.ivory.lucene.codec;

import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.MemorySegmentAccessInput;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Where a region lies. Holds its header and nothing else of it.
 *
 * @param header as it was read and checked
 * @param data the file
 * @param offset of the region in the file
 * @param maxDoc documents in the segment
 */
record Region(RegionHeader header, IndexInput data, long offset, int maxDoc) {

    /** The region in memory, or null if it is not mapped in one piece. */
    MappedRegion map() throws IOException {
        if (data instanceof MemorySegmentAccessInput mapped) {
            MemorySegment segment = mapped.segmentSliceOrNull(offset, header.length());
            if (segment != null && segment.isNative()) {
                return new MappedRegion(
                        segment.address(),
                        header.length(),
                        header.codeLength(),
                        header.factors(),
                        header.documents(),
                        data);
            }
        }
        return null;
    }

    CorruptIndexException corrupt(String what) {
        return new CorruptIndexException("region at [" + offset + "]: " + what, data.toString());
    }
}

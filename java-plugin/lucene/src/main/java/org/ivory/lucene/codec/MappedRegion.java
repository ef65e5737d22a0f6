package org.ivory.lucene.codec;

import org.apache.lucene.store.IndexInput;
import org.ivory.nativelib.CentroidModel;

/**
 * A region (docs/FORMAT.md) that lies in memory in one piece. Readable as long as the segment's
 * reader is held.
 *
 * @param address of its first byte
 * @param length in bytes
 * @param codeLength bytes of a code with its factors; 0: there are none
 * @param factors of a code. Where it is not what the model says, the segment was written by a node
 *     that did not have the model: the region cannot be scanned, its payloads can be read
 * @param documents in the region, deleted ones included
 * @param owner what keeps the memory mapped
 */
public record MappedRegion(
        long address, long length, int codeLength, int factors, int documents, IndexInput owner) {

    /** Whether the codes are such as a model makes. */
    public boolean fits(CentroidModel model) {
        return codeLength == model.codeLength() && factors == model.factors();
    }
}

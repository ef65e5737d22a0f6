package org.ivory.lucene.codec;

import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.IndexFileNames;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.util.IOUtils;

import java.io.IOException;

/** A file of a segment that is about to be written. */
final class SegmentFile {
    private SegmentFile() {}

    /** Opens a file and writes its header; the caller closes it. */
    static IndexOutput create(SegmentWriteState state, String extension, String codec, int version)
            throws IOException {
        String name =
                IndexFileNames.segmentFileName(
                        state.segmentInfo.name, state.segmentSuffix, extension);
        IndexOutput out = state.directory.createOutput(name, state.context);
        boolean success = false;
        try {
            CodecUtil.writeIndexHeader(
                    out, codec, version, state.segmentInfo.getId(), state.segmentSuffix);
            success = true;
            return out;
        } finally {
            if (!success) {
                IOUtils.closeWhileHandlingException(out);
            }
        }
    }
}

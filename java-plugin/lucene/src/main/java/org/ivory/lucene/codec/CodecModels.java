package org.ivory.lucene.codec;

import org.ivory.lucene.ModelSource;
import org.ivory.nativelib.CentroidModel;

/** What the postings format asks about models while it writes. Safe for concurrent use. */
public interface CodecModels extends ModelSource {

    /** Knows no model: segments are readable, but codes with factors cannot be scanned in place. */
    CodecModels NONE =
            new CodecModels() {
                @Override
                public CentroidModel acquire(long fingerprint) {
                    return null;
                }

                @Override
                public CentroidModel current(String field) {
                    return null;
                }
            };

    /**
     * The model that a field's new documents are assigned by: a merge assigns documents of other
     * models anew. Does not wait. The caller closes what it gets.
     *
     * @return null if the field has none or this node has it not (yet): documents stay as they are
     */
    CentroidModel current(String field);
}

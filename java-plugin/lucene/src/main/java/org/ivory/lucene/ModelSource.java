package org.ivory.lucene;

import org.ivory.nativelib.CentroidModel;

/** Where a search finds the models that an index's terms name. */
@FunctionalInterface
public interface ModelSource {

    /**
     * The model with that fingerprint, or null if this node has it not (yet): documents indexed
     * under it are then searched exactly. Does not wait. The caller closes what it gets.
     */
    CentroidModel acquire(long fingerprint);
}

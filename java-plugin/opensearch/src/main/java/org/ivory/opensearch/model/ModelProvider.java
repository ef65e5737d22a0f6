package org.ivory.opensearch.model;

import org.ivory.lucene.ModelSource;
import org.ivory.nativelib.CentroidModel;

/** The models that this node holds in memory. Safe for concurrent use. */
public interface ModelProvider extends ModelSource {

    /** Holds no model: every document is indexed without one, and every search is exact. */
    ModelProvider NONE =
            new ModelProvider() {
                @Override
                public void want(String modelId) {}

                @Override
                public CentroidModel acquireForIndexing(String modelId) {
                    return null;
                }

                @Override
                public CentroidModel acquireReady(String modelId) {
                    return null;
                }

                @Override
                public CentroidModel acquire(long fingerprint) {
                    return null;
                }
            };

    /**
     * Says that a mapping on this node names the model: it is loaded in the background once it is
     * ready. Does not wait, and may be called again and again.
     */
    void want(String modelId);

    /**
     * The model for a document that is being indexed. Waits a bounded time if the model is ready
     * but not loaded yet. The caller closes what it gets.
     *
     * @return null if there is no such model (yet): the document is indexed as unassigned
     */
    CentroidModel acquireForIndexing(String modelId);

    /**
     * The model as it is held now: does not wait. The caller closes what it gets.
     *
     * @return null if there is no such model (yet)
     */
    CentroidModel acquireReady(String modelId);
}

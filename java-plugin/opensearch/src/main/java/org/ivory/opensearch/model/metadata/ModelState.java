package org.ivory.opensearch.model.metadata;

import java.util.Locale;

/** Where a model stands in its life. */
public enum ModelState {
    /** Its training was accepted and waits for its turn, or its imported file is being stored. */
    CREATED,
    /** Vectors are collected and clustered, or the result is being stored. */
    TRAINING,
    /** Stored completely; final. */
    READY,
    /** Its training ended without a model; it may be made again. */
    FAILED;

    /** The name that users see and that is stored. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a job is (or should be) at work on the model. */
    public boolean inProgress() {
        return this == CREATED || this == TRAINING;
    }

    /**
     * The state with that {@link #label}.
     *
     * @throws IllegalArgumentException if there is none
     */
    static ModelState ofLabel(String label) {
        for (ModelState state : values()) {
            if (state.label().equals(label)) {
                return state;
            }
        }
        throw new IllegalArgumentException("unknown model state [" + label + "]");
    }
}

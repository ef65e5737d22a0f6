package org.ivory.opensearch.model.training;

import org.ivory.nativelib.TrainingProgress;

import java.util.Locale;

/** What a training job is doing. */
public enum TrainingPhase {
    /** Another job has its turn. */
    WAITING,
    COLLECTING,
    SEEDING,
    ITERATING,
    STORING;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static TrainingPhase of(TrainingProgress.Phase phase) {
        return switch (phase) {
            case COLLECTING -> COLLECTING;
            case SEEDING -> SEEDING;
            case ITERATING, DONE -> ITERATING;
        };
    }
}

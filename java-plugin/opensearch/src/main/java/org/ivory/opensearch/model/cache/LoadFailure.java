package org.ivory.opensearch.model.cache;

import org.ivory.nativelib.ModelFormatException;

/**
 * Why a model could not be loaded.
 *
 * @param message for people
 * @param damaged whether trying again soon is pointless: the stored bytes are wrong
 */
record LoadFailure(String message, boolean damaged) {

    static LoadFailure of(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause instanceof ModelFormatException == false) {
            cause = cause.getCause();
        }
        if (cause instanceof ModelFormatException) {
            return new LoadFailure(cause.getMessage(), true);
        }
        return new LoadFailure(e.getClass().getSimpleName() + ": " + e.getMessage(), false);
    }

    /** Nanoseconds until the next attempt, after {@code failures} in a row. */
    long pauseNanos(int failures) {
        long seconds = damaged ? 600 : Math.min(60, 1L << Math.min(failures - 1, 6));
        return seconds * 1_000_000_000L;
    }
}

package org.ivory.opensearch.model.cache;

import org.ivory.nativelib.ModelFormatException;
import org.opensearch.ExceptionsHelper;
import org.opensearch.OpenSearchTimeoutException;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.transport.ConnectTransportException;

/**
 * Why a model could not be loaded.
 *
 * @param message for people
 * @param damaged whether trying again soon is pointless: the stored bytes are wrong
 * @param passing whether it is likely to pass soon: the system index is not there yet
 */
record LoadFailure(String message, boolean damaged, boolean passing) {

    static LoadFailure of(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause instanceof ModelFormatException == false) {
            cause = cause.getCause();
        }
        if (cause instanceof ModelFormatException) {
            return new LoadFailure(cause.getMessage(), true, false);
        }
        String message = e.getClass().getSimpleName() + ": " + e.getMessage();
        return new LoadFailure(message, false, isPassing(e));
    }

    private static boolean isPassing(Exception e) {
        Throwable cause = ExceptionsHelper.unwrapCause(e);
        RestStatus status = ExceptionsHelper.status(e);
        return status == RestStatus.SERVICE_UNAVAILABLE
                || status == RestStatus.TOO_MANY_REQUESTS
                || cause instanceof ConnectTransportException
                || cause instanceof OpenSearchTimeoutException;
    }

    /** Nanoseconds until the next attempt, after {@code failures} in a row. */
    long pauseNanos(int failures) {
        long seconds = damaged ? 600 : Math.min(60, 1L << Math.min(failures - 1, 6));
        return seconds * 1_000_000_000L;
    }
}

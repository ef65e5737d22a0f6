package org.ivory.tests.harness;

import java.time.Duration;
import java.util.function.Supplier;

/** Waiting for a condition. */
public final class Await {
    private Await() {}

    /**
     * Asks {@code value} every 50 ms until it is not null and returns it.
     *
     * @throws AssertionError naming {@code what} if that takes longer than {@code limit}
     */
    public static <T> T until(String what, Duration limit, Supplier<T> value) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            T got = value.get();
            if (got != null) {
                return got;
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("waited " + limit.toSeconds() + " s in vain for: " + what);
            }
            sleep(50);
        }
    }

    /** Sleeps without a checked exception. */
    public static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}

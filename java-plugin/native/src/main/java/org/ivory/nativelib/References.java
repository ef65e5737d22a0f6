package org.ivory.nativelib;

/** Counts the references to something that is freed with the last one. For use by many threads. */
final class References {
    private int count = 1;

    /** Takes another reference; false if the last one was given back. */
    synchronized boolean tryAcquire() {
        if (count == 0) {
            return false;
        }
        if (count == Integer.MAX_VALUE) {
            throw new IllegalStateException("too many references");
        }
        count++;
        return true;
    }

    /** Gives one back; true for the call that gives back the last one, and only that. */
    synchronized boolean release() {
        if (count == 0) {
            return false;
        }
        return --count == 0;
    }
}

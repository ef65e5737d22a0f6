package org.ivory.nativelib;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;

/**
 * Owns one handle of the native library. Calls share a lock and closing takes it exclusively, so
 * nothing is freed under a call that uses it; after closing every call is an {@link
 * IllegalStateException}.
 */
final class NativeHandle {
    /** What no handle is. */
    private static final long CLOSED = 0;

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final String what;
    private final LongConsumer free;
    private long handle;

    /**
     * @param what names the thing in messages
     * @param handle ownership passes to this object
     * @param free frees it; called once at most
     */
    NativeHandle(String what, long handle, LongConsumer free) {
        this.what = what;
        this.handle = handle;
        this.free = free;
    }

    /** Calls with the handle, which stays open meanwhile. */
    <T> T call(LongFunction<T> body) {
        Lock shared = lock.readLock();
        shared.lock();
        try {
            if (handle == CLOSED) {
                throw new IllegalStateException(what + " is closed");
            }
            return body.apply(handle);
        } finally {
            shared.unlock();
        }
    }

    void run(LongConsumer body) {
        call(open -> {
            body.accept(open);
            return null;
        });
    }

    /** Calls with the handle if it is open still. */
    void runIfOpen(LongConsumer body) {
        Lock shared = lock.readLock();
        shared.lock();
        try {
            if (handle != CLOSED) {
                body.accept(handle);
            }
        } finally {
            shared.unlock();
        }
    }

    /** Waits for calls under way and frees the handle. Idempotent. */
    void close() {
        Lock exclusive = lock.writeLock();
        exclusive.lock();
        try {
            if (handle != CLOSED) {
                long open = handle;
                handle = CLOSED;
                free.accept(open);
            }
        } finally {
            exclusive.unlock();
        }
    }
}

package org.ivory.lucene;

/** Where memory outside the heap is accounted for that outlives a query. */
@FunctionalInterface
public interface MemoryAccount {

    /** Grants everything. */
    MemoryAccount UNLIMITED = bytes -> () -> {};

    /** Bytes that are accounted for until they are given back. */
    @FunctionalInterface
    interface Grant extends AutoCloseable {
        /** Gives the bytes back; idempotent. */
        @Override
        void close();
    }

    /**
     * Asks for memory.
     *
     * @return null if it is not granted: do without
     */
    Grant request(long bytes);
}

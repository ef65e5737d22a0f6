package org.ivory.nativelib;

/** Receives a model file piece by piece, so that the heap never holds all of it. For one thread. */
public interface ModelLoader extends AutoCloseable {

    /**
     * Appends the first {@code length} bytes of {@code chunk}.
     *
     * @throws IllegalArgumentException if more than the announced length arrives
     * @throws IllegalStateException if the loader is closed
     */
    void append(byte[] chunk, int length);

    /**
     * Checks the file and opens the model. The loader is closed thereafter, whatever happens.
     *
     * @throws ModelFormatException naming what is wrong with the bytes
     * @throws IllegalStateException if the loader is closed
     */
    CentroidModel finish();

    /** Drops what was received. Idempotent. */
    @Override
    void close();
}

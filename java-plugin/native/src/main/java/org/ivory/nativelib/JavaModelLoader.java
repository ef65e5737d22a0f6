package org.ivory.nativelib;

/** Collects a model file on the heap. */
final class JavaModelLoader implements ModelLoader {
    private final long length;
    private ModelBytes received = new ModelBytes();

    JavaModelLoader(long length) {
        Checks.modelLength(length);
        this.length = length;
    }

    @Override
    public synchronized void append(byte[] chunk, int count) {
        ensureOpen();
        Checks.chunk(chunk, count, received.length(), length);
        received.append(chunk, count);
    }

    @Override
    public synchronized CentroidModel finish() {
        ensureOpen();
        ModelBytes bytes = received;
        received = null;
        JavaModelFile.checkComplete(bytes, length);
        JavaModelFile file = JavaModelFile.read(bytes);
        int[] section = file.section(bytes);
        return new JavaCentroidModel(file, file.drainCentroids(bytes), section);
    }

    @Override
    public synchronized void close() {
        received = null;
    }

    private void ensureOpen() {
        if (received == null) {
            throw new IllegalStateException("the model loader is closed");
        }
    }
}

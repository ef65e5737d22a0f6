package org.ivory.nativelib;

/** Collects a model file in the native library's memory. */
final class NativeModelLoader implements ModelLoader {
    private final long length;
    private long received;
    private long loader;

    NativeModelLoader(long length) {
        Checks.modelLength(length);
        this.length = length;
        loader = Natives.loaderOpen(length);
    }

    @Override
    public synchronized void append(byte[] chunk, int count) {
        ensureOpen();
        Checks.chunk(chunk, count, received, length);
        Natives.loaderAppend(loader, chunk, count);
        received += count;
    }

    @Override
    public synchronized CentroidModel finish() {
        ensureOpen();
        long open = loader;
        loader = 0;
        return NativeCentroidModel.of(Natives.loaderFinish(open));
    }

    @Override
    public synchronized void close() {
        if (loader != 0) {
            long open = loader;
            loader = 0;
            Natives.loaderClose(open);
        }
    }

    private void ensureOpen() {
        if (loader == 0) {
            throw new IllegalStateException("the model loader is closed");
        }
    }
}

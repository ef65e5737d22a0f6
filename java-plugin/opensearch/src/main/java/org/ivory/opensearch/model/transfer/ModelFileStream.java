package org.ivory.opensearch.model.transfer;

import org.ivory.opensearch.model.metadata.ModelMetadata;
import org.ivory.opensearch.model.store.ModelStore;

import java.io.InputStream;

/**
 * A stored model's file as a stream that holds one chunk at a time; reading waits for the store.
 */
final class ModelFileStream extends InputStream {
    private final ModelStore store;
    private final ModelMetadata model;
    private final Runnable checkpoint;
    private byte[] chunk = new byte[0];
    private int next;
    private int at;

    /**
     * @param model a ready one
     * @param checkpoint is run before each chunk and may throw to give up
     */
    ModelFileStream(ModelStore store, ModelMetadata model, Runnable checkpoint) {
        this.store = store;
        this.model = model;
        this.checkpoint = checkpoint;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] out, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        if (at == chunk.length) {
            if (next == model.file().chunks()) {
                return -1;
            }
            checkpoint.run();
            chunk = store.readChunk(model, next++);
            at = 0;
        }
        int count = Math.min(length, chunk.length - at);
        System.arraycopy(chunk, at, out, offset, count);
        at += count;
        return count;
    }
}

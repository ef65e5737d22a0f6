package org.ivory.opensearch.model.transfer;

import org.ivory.nativelib.CentroidModel;
import org.ivory.nativelib.ModelFormatException;
import org.ivory.nativelib.ModelLoader;
import org.ivory.nativelib.VectorOps;
import org.ivory.opensearch.breaker.NativeMemory;
import org.ivory.opensearch.settings.IvorySettings;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.core.common.unit.ByteSizeValue;
import org.opensearch.core.rest.RestStatus;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.LongSupplier;

/**
 * Reads a model's file from elsewhere and checks all of it: sums, numbers, ranges. It goes in
 * pieces to where models are kept, outside the heap, and is nowhere written down.
 */
public final class ModelFileReader {
    private static final int PIECE = 1 << 20;

    /** A file is held beside the model that is made of it. */
    private static final int COPIES = 2;

    private final VectorOps ops;
    private final NativeMemory memory;
    private final LongSupplier limit;

    /**
     * @param limit most bytes of a file; the node's setting
     */
    public ModelFileReader(VectorOps ops, NativeMemory memory, LongSupplier limit) {
        this.ops = ops;
        this.memory = memory;
        this.limit = limit;
    }

    /** What is done with a model that was read; it is closed thereafter. */
    @FunctionalInterface
    interface Use<T> {
        T with(CentroidModel model);
    }

    /**
     * Reads a model and has it used.
     *
     * @param checkpoint is run before each piece and may throw to give up
     * @throws OpenSearchStatusException (413) if the file is too large, (429) if there is no memory
     *     for it, (400) if it is not a whole and sound model file, (502) if it cannot be read; the
     *     message names the model, the source and the cause
     */
    <T> T read(String id, ModelFileSource source, Runnable checkpoint, Use<T> use) {
        long length = source.length();
        if (length > limit.getAsLong()) {
            throw refused(
                    id,
                    source,
                    "it has ["
                            + length
                            + "] bytes, more than the ["
                            + new ByteSizeValue(limit.getAsLong())
                            + "] that ["
                            + IvorySettings.MAX_IMPORT_SIZE.getKey()
                            + "] allows",
                    RestStatus.REQUEST_ENTITY_TOO_LARGE);
        }
        try (NativeMemory.Reservation reservation = memory.tryReserve(COPIES * length)) {
            if (reservation == null) {
                throw refused(
                        id,
                        source,
                        "it takes ["
                                + COPIES * length
                                + "] bytes outside the heap, and "
                                + memory.describe(),
                        RestStatus.TOO_MANY_REQUESTS);
            }
            try (CentroidModel model = load(id, source, checkpoint)) {
                return use.with(model);
            }
        }
    }

    private CentroidModel load(String id, ModelFileSource source, Runnable checkpoint) {
        try (ModelLoader loader = loader(id, source)) {
            try (InputStream in = source.open()) {
                copy(in, loader, checkpoint, source.length());
                if (in.read() >= 0) {
                    throw refused(
                            id,
                            source,
                            "[length]: more than the announced [" + source.length() + "] bytes",
                            RestStatus.BAD_REQUEST);
                }
            } catch (IOException e) {
                throw refused(id, source, String.valueOf(e.getMessage()), RestStatus.BAD_GATEWAY);
            }
            return loader.finish();
        } catch (ModelFormatException e) {
            throw refused(id, source, e.getMessage(), RestStatus.BAD_REQUEST);
        }
    }

    private ModelLoader loader(String id, ModelFileSource source) {
        try {
            return ops.loadModel(source.length());
        } catch (IllegalArgumentException e) {
            throw refused(id, source, "[length]: " + e.getMessage(), RestStatus.BAD_REQUEST);
        }
    }

    /**
     * Hands over what comes, at most {@code source.length()} bytes; fewer are the loader's matter.
     */
    private static void copy(InputStream in, ModelLoader loader, Runnable checkpoint, long length)
            throws IOException {
        byte[] piece = new byte[(int) Math.min(PIECE, length)];
        long left = length;
        while (left > 0) {
            checkpoint.run();
            int count = in.readNBytes(piece, 0, (int) Math.min(piece.length, left));
            if (count == 0) {
                return;
            }
            loader.append(piece, count);
            left -= count;
        }
    }

    private static OpenSearchStatusException refused(
            String id, ModelFileSource source, String cause, RestStatus status) {
        return new OpenSearchStatusException(
                "model [" + id + "] cannot be imported from " + source.name() + ": " + cause,
                status);
    }
}

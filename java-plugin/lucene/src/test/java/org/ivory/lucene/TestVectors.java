package org.ivory.lucene;

import org.ivory.nativelib.JavaVectorOps;
import org.ivory.nativelib.Metric;
import org.ivory.nativelib.NativeLibrary;
import org.ivory.nativelib.VectorOps;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Vectors and arithmetic for tests. */
final class TestVectors {

    private static final NativeLibrary.Status LIBRARY = load();

    private TestVectors() {}

    private static NativeLibrary.Status load() {
        String path = System.getProperty(NativeLibrary.LIBRARY_PROPERTY);
        if (path == null || !Files.exists(Path.of(path))) {
            return null;
        }
        NativeLibrary.Status status = NativeLibrary.load(List.of(Path.of(path)));
        if (!status.loaded()) {
            throw new IllegalStateException(status.reason());
        }
        return status;
    }

    /** The native library's arithmetic, or null if it was not given. */
    static VectorOps nativeOps() {
        return LIBRARY == null ? null : NativeLibrary.select(LIBRARY);
    }

    /** The native library or its twin, as chance will have it. */
    static VectorOps ops(Random random) {
        VectorOps library = nativeOps();
        return library == null || random.nextBoolean() ? new JavaVectorOps("by choice") : library;
    }

    /** Whole numbers: ties are frequent, and squared distances and inner products exact. */
    static float[] random(Random random, int dimension) {
        float[] vector = new float[dimension];
        boolean zero;
        do {
            zero = true;
            for (int i = 0; i < dimension; i++) {
                vector[i] = random.nextInt(9) - 4;
                zero &= vector[i] == 0;
            }
        } while (zero);
        return vector;
    }

    /** The raw value of one vector as it was given, by a call of its own. */
    static float raw(VectorOps ops, Metric metric, float[] query, float[] vector) {
        float[] stored = VectorEncoding.normalised(metric, vector);
        ByteBuffer row =
                ByteBuffer.allocateDirect(stored.length * Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        row.asFloatBuffer().put(stored);
        float[] out = new float[1];
        ops.score(metric, VectorEncoding.normalised(metric, query), row, 1, out);
        return out[0];
    }
}

package org.ivory.nativelib;

import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** What the tests of the boundary share: the real library, vectors, models. */
final class TestLibrary {
    private TestLibrary() {}

    /** The library under test; its absence fails the test. */
    static Path path() {
        String path = System.getProperty(NativeLibrary.LIBRARY_PROPERTY);
        assertTrue("-D" + NativeLibrary.LIBRARY_PROPERTY + " is not set", path != null);
        return Path.of(path);
    }

    static NativeLibrary.Status load() {
        NativeLibrary.Status status = NativeLibrary.load(List.of(path()));
        assertTrue(status.reason(), status.loaded());
        return status;
    }

    static VectorOps ops() {
        return NativeLibrary.select(load());
    }

    static VectorOps twin() {
        return new JavaVectorOps("this is a test");
    }

    /** Components between −1 and 1. */
    static float[] vectors(Random random, int count, int dimension) {
        float[] values = new float[count * dimension];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    /** Brings each row to unit length. */
    static float[] normalise(float[] vectors, int dimension) {
        for (int from = 0; from < vectors.length; from += dimension) {
            double sum = 0;
            for (int i = from; i < from + dimension; i++) {
                sum += (double) vectors[i] * vectors[i];
            }
            for (int i = from; i < from + dimension; i++) {
                vectors[i] /= (float) Math.sqrt(sum);
            }
        }
        return vectors;
    }

    /** Vectors as the metric wants them: of unit length for cosine. */
    static float[] vectors(Metric metric, Random random, int count, int dimension) {
        float[] vectors = vectors(random, count, dimension);
        return metric == Metric.COSINE ? normalise(vectors, dimension) : vectors;
    }

    static ByteBuffer direct(float[] values) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(values.length * Float.BYTES);
        buffer.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
        return buffer;
    }

    /** A model trained by the library from seeded vectors, with the library's choice of encoder. */
    static CentroidModel train(Metric metric, int dimension, int nlist, int vectors) {
        return train(metric, dimension, nlist, vectors, EncoderSpec.AUTO);
    }

    /** As the other {@code train}, with a certain encoder. */
    static CentroidModel train(
            Metric metric, int dimension, int nlist, int vectors, EncoderSpec encoder) {
        int sample = Math.max(vectors, nlist);
        var parameters = new TrainingParameters(metric, dimension, nlist, 7, 5, sample, 2, encoder);
        try (Trainer trainer = ops().train(parameters)) {
            trainer.add(vectors(metric, new Random(3), vectors, dimension), vectors);
            return trainer.run();
        }
    }

    /** Every encoder that makes codes. */
    static List<EncoderSpec> encoders() {
        return List.of(
                new EncoderSpec("pq", 2),
                new EncoderSpec("pq", 4),
                new EncoderSpec("sq", 4),
                new EncoderSpec("sq", 8),
                new EncoderSpec("rabitq", 1),
                new EncoderSpec("rabitq", 2),
                new EncoderSpec("rabitq", 4));
    }

    /** The file form of a model. */
    static byte[] file(CentroidModel model) {
        byte[] bytes = new byte[Math.toIntExact(model.fileLength())];
        model.readFile(0, bytes, bytes.length);
        return bytes;
    }

    /** Loads a model in chunks of {@code chunk} bytes. */
    static CentroidModel open(VectorOps ops, byte[] file, int chunk) {
        try (ModelLoader loader = ops.loadModel(file.length)) {
            byte[] buffer = new byte[chunk];
            for (int from = 0; from < file.length; from += chunk) {
                int length = Math.min(chunk, file.length - from);
                System.arraycopy(file, from, buffer, 0, length);
                loader.append(buffer, length);
            }
            return loader.finish();
        }
    }
}

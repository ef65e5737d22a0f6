package org.ivory.lucene;

import org.apache.lucene.util.BytesRef;
import org.ivory.nativelib.CentroidModel;
import org.ivory.nativelib.CodeScan;
import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Metric;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/** A model in the most obvious way: any centroids, all distances, in f64. Counts its references. */
final class ReferenceModel implements CentroidModel {

    private final long fingerprint;
    private final Metric metric;
    private final float[][] centroids;
    private final float step;
    private final AtomicInteger references = new AtomicInteger(1);
    final AtomicInteger probes = new AtomicInteger();

    /** What its scans say of how many cells are worth a visit. */
    IntUnaryOperator worth = to -> to;

    /**
     * @param step to which components are rounded in codes; 0 for codes that tell the vector
     *     exactly, negative for no codes
     */
    ReferenceModel(long fingerprint, Metric metric, float[][] centroids, float step) {
        this.fingerprint = fingerprint;
        this.metric = metric;
        this.centroids = centroids;
        this.step = step;
    }

    /** A model with random centroids, whose codes, if it makes some, are exact. */
    static ReferenceModel random(
            Random random, long fingerprint, Metric metric, int dimension, int nlist) {
        return random(random, fingerprint, metric, dimension, nlist, random.nextBoolean() ? 0 : -1);
    }

    /** A model with random centroids. */
    static ReferenceModel random(
            Random random, long fingerprint, Metric metric, int dimension, int nlist, float step) {
        float[][] centroids = new float[nlist][];
        for (int i = 0; i < nlist; i++) {
            centroids[i] = VectorEncoding.normalised(metric, TestVectors.random(random, dimension));
        }
        return new ReferenceModel(fingerprint, metric, centroids, step);
    }

    int references() {
        return references.get();
    }

    private double distance(float[] vector, int from, int cell) {
        double sum = 0;
        for (int i = 0; i < dimension(); i++) {
            double a = vector[from + i];
            double b = centroids[cell][i];
            sum += metric == Metric.L2 ? (a - b) * (a - b) : -a * b;
        }
        return sum;
    }

    /** All cells, nearest first. */
    int[] order(float[] vector) {
        return IntStream.range(0, nlist())
                .boxed()
                .sorted(
                        Comparator.<Integer>comparingDouble(cell -> distance(vector, 0, cell))
                                .thenComparingInt(cell -> cell))
                .mapToInt(cell -> cell)
                .toArray();
    }

    /** The same model with other codes, see the constructor. */
    ReferenceModel withCodes(float otherStep) {
        return new ReferenceModel(fingerprint, metric, centroids, otherStep);
    }

    /** The estimate of a vector as it was given. */
    float estimate(float[] query, float[] vector) {
        BytesRef code = code(vector);
        return ReferenceScan.estimate(
                metric,
                VectorEncoding.normalised(metric, query),
                ByteBuffer.wrap(code.bytes).order(ByteOrder.LITTLE_ENDIAN));
    }

    /** The code of a vector as it was given, or null. */
    BytesRef code(float[] vector) {
        return step < 0 ? null : ReferenceScan.encode(metric, vector, step);
    }

    /** The cell of a vector as it was given. */
    int cellOf(float[] vector) {
        return order(VectorEncoding.normalised(metric, vector))[0];
    }

    @Override
    public long fingerprint() {
        return fingerprint;
    }

    @Override
    public Metric metric() {
        return metric;
    }

    @Override
    public int dimension() {
        return centroids[0].length;
    }

    @Override
    public int nlist() {
        return centroids.length;
    }

    @Override
    public long sizeInBytes() {
        return 0;
    }

    @Override
    public void assign(float[] vectors, int count, int[] cells) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int probe(float[] query, int nprobe, int[] cells, float[] raw) {
        if (references.get() <= 0) {
            throw new IllegalStateException("closed");
        }
        probes.incrementAndGet();
        int[] order = order(query);
        int count = Math.min(nprobe, order.length);
        System.arraycopy(order, 0, cells, 0, count);
        return count;
    }

    @Override
    public EncoderSpec encoder() {
        return step < 0 ? EncoderSpec.NONE : new EncoderSpec("sq", 8);
    }

    @Override
    public int codeBytes() {
        return step < 0 ? 0 : dimension() * Float.BYTES;
    }

    @Override
    public int factors() {
        return 0;
    }

    @Override
    public void encode(float[] vectors, int count, int[] cells, byte[] codes) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CodeScan scan(float[] query, int candidates) {
        if (step < 0 || !tryAcquire()) {
            throw new IllegalStateException("closed, or the model makes no codes");
        }
        return new ReferenceScan(this, query, candidates);
    }

    @Override
    public long fileLength() {
        return 0;
    }

    @Override
    public void readFile(long offset, byte[] out, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean tryAcquire() {
        return references.getAndUpdate(count -> count > 0 ? count + 1 : count) > 0;
    }

    @Override
    public void close() {
        references.decrementAndGet();
    }
}

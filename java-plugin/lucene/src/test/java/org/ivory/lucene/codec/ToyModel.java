package org.ivory.lucene.codec;

import org.ivory.nativelib.CentroidModel;
import org.ivory.nativelib.CodeScan;
import org.ivory.nativelib.EncoderSpec;
import org.ivory.nativelib.Metric;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A model whose cells and codes follow from a vector's bits, so that tests know what a vector gets
 * without any geometry. Counts its references.
 */
final class ToyModel implements CentroidModel {

    private final long fingerprint;
    private final int dimension;
    private final int nlist;
    private final CodeLayout layout;
    private final AtomicInteger references = new AtomicInteger(1);
    final AtomicInteger encoded = new AtomicInteger();

    /** Thrown by {@link #encode}, if set. */
    volatile RuntimeException fault;

    ToyModel(long fingerprint, int dimension, int nlist, CodeLayout layout) {
        this.fingerprint = fingerprint;
        this.dimension = dimension;
        this.nlist = nlist;
        this.layout = layout;
    }

    /** A random shape; codes of any length that a layout allows, often none. */
    static ToyModel random(Random random, long fingerprint, int dimension) {
        int codeBytes = random.nextInt(4) == 0 ? 0 : 1 + random.nextInt(70);
        int factors = codeBytes == 0 ? 0 : random.nextInt(RegionHeader.MAX_FACTORS + 1);
        int nlist = 1 + random.nextInt(random.nextBoolean() ? 8 : 2000);
        return new ToyModel(fingerprint, dimension, nlist, new CodeLayout(codeBytes, factors));
    }

    int references() {
        return references.get();
    }

    CodeLayout layout() {
        return layout;
    }

    int cell(float[] vector) {
        return Math.floorMod((int) seed(vector), nlist);
    }

    /** The code of a vector; null if the model makes none. */
    byte[] code(float[] vector) {
        if (layout.length() == 0) {
            return null;
        }
        byte[] code = new byte[layout.length()];
        new Random(seed(vector)).nextBytes(code);
        return code;
    }

    private long seed(float[] vector) {
        return fingerprint * 31 + Arrays.hashCode(vector);
    }

    @Override
    public long fingerprint() {
        return fingerprint;
    }

    @Override
    public Metric metric() {
        return Metric.L2;
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public int nlist() {
        return nlist;
    }

    @Override
    public long sizeInBytes() {
        return 0;
    }

    @Override
    public void assign(float[] vectors, int count, int[] cells) {
        encode(vectors, count, cells, new byte[count * layout.length()]);
    }

    @Override
    public int probe(float[] query, int nprobe, int[] cells, float[] raw) {
        throw new UnsupportedOperationException();
    }

    @Override
    public EncoderSpec encoder() {
        return EncoderSpec.NONE;
    }

    @Override
    public int codeBytes() {
        return layout.codeBytes();
    }

    @Override
    public int factors() {
        return layout.factors();
    }

    @Override
    public void encode(float[] vectors, int count, int[] cells, byte[] codes) {
        if (references.get() <= 0) {
            throw new IllegalStateException("closed");
        }
        if (fault != null) {
            throw fault;
        }
        encoded.addAndGet(count);
        for (int i = 0; i < count; i++) {
            float[] vector = Arrays.copyOfRange(vectors, i * dimension, (i + 1) * dimension);
            cells[i] = cell(vector);
            if (layout.length() > 0) {
                System.arraycopy(code(vector), 0, codes, i * layout.length(), layout.length());
            }
        }
    }

    @Override
    public CodeScan scan(float[] query, int candidates) {
        throw new UnsupportedOperationException();
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

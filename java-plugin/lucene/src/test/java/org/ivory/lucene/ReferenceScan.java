package org.ivory.lucene;

import org.apache.lucene.util.BytesRef;
import org.ivory.nativelib.CodeScan;
import org.ivory.nativelib.Metric;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A scan in the most obvious way, over codes that are the vectors, rounded to a step. */
final class ReferenceScan implements CodeScan {

    private record Found(int segment, int doc, float estimate) {}

    private final ReferenceModel model;
    private final float[] query;
    private final int candidates;
    private final int[] order;
    private final List<Found> found = new ArrayList<>();
    private int chosen;
    private boolean closed;

    ReferenceScan(ReferenceModel model, float[] query, int candidates) {
        this.model = model;
        this.query = query;
        this.candidates = candidates;
        this.order = model.order(query);
    }

    /** The code of a vector. */
    static BytesRef encode(Metric metric, float[] vector, float step) {
        ByteBuffer code =
                ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float component : VectorEncoding.normalised(metric, vector)) {
            code.putFloat(step == 0 ? component : Math.round(component / step) * step);
        }
        return new BytesRef(code.array());
    }

    /** The estimate of the next code; smaller is nearer. */
    static float estimate(Metric metric, float[] query, ByteBuffer codes) {
        double sum = 0;
        for (float q : query) {
            double v = codes.getFloat();
            sum += metric == Metric.L2 ? (q - v) * (q - v) : -q * v;
        }
        return (float) sum;
    }

    @Override
    public int candidates() {
        return candidates;
    }

    @Override
    public int probe(int nprobe) {
        check();
        chosen = Math.max(chosen, Math.min(nprobe, order.length));
        return chosen;
    }

    @Override
    public void cells(int from, int count, int[] cells) {
        check();
        if (from + count > chosen) {
            throw new IllegalArgumentException("beyond the cells chosen");
        }
        System.arraycopy(order, from, cells, 0, count);
    }

    @Override
    public boolean readsMemory() {
        return false;
    }

    @Override
    public long region(
            int segment, long address, long length, int from, int to, long live, long liveWords) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int worth(int to) {
        check();
        return model.worth.applyAsInt(to);
    }

    @Override
    public void rows(int segment, int rank, byte[] rows, int[] docs, int count) {
        check();
        if (rank >= chosen) {
            throw new IllegalArgumentException("beyond the cells chosen");
        }
        ByteBuffer codes = ByteBuffer.wrap(rows).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            float estimate = estimate(model.metric(), query, codes);
            for (Found other : found) {
                if (other.segment == segment && other.doc == docs[i]) {
                    throw new IllegalArgumentException("handed over twice");
                }
            }
            found.add(new Found(segment, docs[i], estimate));
        }
    }

    @Override
    public int take(int[] segments, int[] docs, float[] estimates) {
        check();
        found.sort(
                Comparator.comparing(Found::estimate)
                        .thenComparing(Found::segment)
                        .thenComparing(Found::doc));
        int count = Math.min(candidates, found.size());
        for (int i = 0; i < count; i++) {
            segments[i] = found.get(i).segment;
            docs[i] = found.get(i).doc;
            estimates[i] = found.get(i).estimate;
        }
        found.clear();
        return count;
    }

    private void check() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            model.close();
        }
    }
}

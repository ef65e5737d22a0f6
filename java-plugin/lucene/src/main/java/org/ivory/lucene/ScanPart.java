package org.ivory.lucene;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.FixedBitSet;
import org.ivory.lucene.codec.MappedVectors;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A range of a segment's documents that one thread compares from the first to the last.
 *
 * @param from the first id
 * @param to the id behind the last
 * @param bytes of the vectors that it reads in place; 0 where vectors are copied
 * @param candidates those of them that are compared; null for all that are live
 */
record ScanPart(LeafReaderContext leaf, int from, int to, long bytes, FixedBitSet candidates) {

    /** Bytes of a part: some milliseconds, so that threads end at about the same time. */
    static final long BYTES = 4 << 20;

    /** Bytes of all parts from which on other threads are worth their coordination. */
    private static final long CONCURRENT_FROM = 64 << 20;

    /**
     * Cuts the segments that are mapped into parts of about the same number of bytes; one that is
     * not is a part of its own.
     *
     * @param most bytes of a part, about
     */
    static List<ScanPart> of(
            List<LeafReaderContext> leaves,
            VectorQuerySpec spec,
            SearchEnvironment environment,
            long most)
            throws IOException {
        List<ScanPart> parts = new ArrayList<>();
        for (LeafReaderContext leaf : leaves) {
            MappedVectors mapped = RowScorer.mapped(leaf.reader(), spec, environment.ops());
            long bytes = mapped == null ? 0 : mapped.length();
            int count = Math.clamp(bytes / most, 1, leaf.reader().maxDoc());
            parts.addAll(cut(leaf, count, bytes / count, null));
        }
        return parts;
    }

    /**
     * Cuts the candidates of a segment, which lie anywhere, into parts.
     *
     * @param count parts, at least 1
     */
    static List<ScanPart> of(LeafReaderContext leaf, FixedBitSet candidates, int count) {
        return cut(leaf, count, 0, candidates);
    }

    /** Cuts a segment into parts of as many ids each, as nearly as can be. */
    private static List<ScanPart> cut(
            LeafReaderContext leaf, int count, long bytes, FixedBitSet candidates) {
        List<ScanPart> parts = new ArrayList<>(count);
        int maxDoc = leaf.reader().maxDoc();
        for (int i = 0; i < count; i++) {
            int from = (int) ((long) maxDoc * i / count);
            int to = (int) ((long) maxDoc * (i + 1) / count);
            parts.add(new ScanPart(leaf, from, to, bytes, candidates));
        }
        return parts;
    }

    /** Compares what the part holds. */
    void compare(LeafScan scan) throws IOException {
        if (candidates == null) {
            scan.runAll(from, to);
        } else {
            scan.run(new BitSetIterator(candidates, 0), from, to);
        }
    }

    /**
     * Whether these are so many bytes that threads should share them even where the host, which
     * knows nothing of vectors, would not share the documents.
     */
    static boolean areMany(List<ScanPart> parts) {
        return parts.size() > 1
                && parts.stream().mapToLong(ScanPart::bytes).sum() >= CONCURRENT_FROM;
    }
}

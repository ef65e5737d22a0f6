package org.ivory.lucene;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.FixedBitSet;
import org.ivory.lucene.codec.MappedRegion;
import org.ivory.nativelib.CodeScan;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Scans the codes of one model in all segments of a shard: in place where a segment's codes are
 * mapped, else from payloads. The largest segment comes first, so that the bar which an estimate
 * has to pass is high when the small ones come. For one thread.
 */
final class CodeSearch {

    /** Vectors scanned, and segments visited, between two looks at whether to go on. */
    private static final long VECTORS_A_CHUNK = 1 << 20;

    private static final int SEGMENTS_A_CHUNK = 64;

    private final CodeProbe probe;
    private final String field;
    private final SearchEnvironment environment;
    private final List<LeafReaderContext> leaves;
    private final CandidateBits bits;

    /** Those with documents of the model, in the order in which they are scanned. */
    private final Part[] parts;

    private final FixedBitSet[] without;
    private CodePostings postings;
    private int mapped;
    private int copied;
    private long sinceCheck;
    private int segmentsSinceCheck;

    /** A segment with documents of the model. */
    private record Part(int number, SegmentCells cells, MappedRegion region, long documents) {}

    /**
     * @param segments by number; null where a segment has no document with the field
     */
    CodeSearch(
            CodeProbe probe,
            String field,
            SearchEnvironment environment,
            List<LeafReaderContext> leaves,
            FieldSegment[] segments,
            CandidateBits bits) {
        this.probe = probe;
        this.field = field;
        this.environment = environment;
        this.leaves = leaves;
        this.bits = bits;
        this.without = new FixedBitSet[segments.length];
        List<Part> found = new ArrayList<>(segments.length);
        for (int number = 0; number < segments.length; number++) {
            if (segments[number] != null) {
                SegmentCells cells = segments[number].cells();
                long count = cells.documents(probe.fingerprint());
                if (count > 0) {
                    found.add(new Part(number, cells, region(segments[number]), count));
                }
            }
        }
        parts = found.toArray(new Part[0]);
        Arrays.sort(parts, (a, b) -> Long.compare(b.documents, a.documents));
        for (Part part : parts) {
            if (part.region != null) {
                mapped++;
            } else {
                copied++;
            }
        }
    }

    private MappedRegion region(FieldSegment segment) {
        if (!probe.scan().readsMemory()) {
            return null;
        }
        MappedRegion region = segment.region(probe.fingerprint());
        return region != null && probe.fits(region) ? region : null;
    }

    /** Segments whose codes are scanned in place. */
    int mapped() {
        return mapped;
    }

    /** Segments whose codes are copied from payloads. */
    int copied() {
        return copied;
    }

    CodeProbe probe() {
        return probe;
    }

    /**
     * Scans some of the chosen cells in all segments.
     *
     * @return vectors in these cells that may be hits
     */
    long scan(int from, int to) throws IOException {
        long seen = 0;
        for (Part part : parts) {
            seen += part.region == null ? copied(part, from, to) : mapped(part, from, to);
        }
        return seen;
    }

    private long mapped(Part part, int from, int to) {
        MemorySegment words = bits.words(part.number);
        long address = words == null ? 0 : words.address();
        long count = words == null ? 0 : words.byteSize() / Long.BYTES;
        CodeScan scan = probe.scan();
        // So many cells hold a chunk of vectors, unless they are uncommonly full.
        int step = Math.clamp(VECTORS_A_CHUNK * probe.nlist() / part.documents, 1, to - from);
        long seen = 0;
        for (int at = from; at < to; at += step) {
            int end = Math.min(to, at + step);
            check((end - at) * part.documents / probe.nlist());
            seen +=
                    scan.region(
                            part.number,
                            part.region.address(),
                            part.region.length(),
                            at,
                            end,
                            address,
                            count);
        }
        Reference.reachabilityFence(words);
        return seen;
    }

    private long copied(Part part, int from, int to) throws IOException {
        check(VECTORS_A_CHUNK);
        if (postings == null) {
            postings = new CodePostings(probe, environment.cancellation());
        }
        if (without[part.number] == null) {
            int most = leaves.get(part.number).reader().maxDoc();
            without[part.number] = new FixedBitSet(most);
        }
        return postings.scan(
                leaves.get(part.number).reader(),
                part.cells,
                field,
                part.number,
                from,
                to,
                bits.bits(part.number),
                without[part.number]);
    }

    private void check(long vectors) {
        sinceCheck += vectors;
        if (sinceCheck >= VECTORS_A_CHUNK || ++segmentsSinceCheck >= SEGMENTS_A_CHUNK) {
            environment.cancellation().run();
            sinceCheck = 0;
            segmentsSinceCheck = 0;
        }
    }

    /**
     * Documents of the cells scanned so far that may be hits but have no code that could be
     * scanned, to be compared exactly; null if there is none in the segment.
     */
    FixedBitSet without(int segment) {
        FixedBitSet bits = without[segment];
        return bits == null || bits.nextSetBit(0) >= bits.length() ? null : bits;
    }

    /**
     * Gives the candidates, the best by estimate, and forgets them.
     *
     * @return each a segment's number (upper half) and a document, ascending
     */
    long[] candidates() {
        int most = probe.scan().candidates();
        int[] segments = new int[most];
        int[] docs = new int[most];
        int count = probe.scan().take(segments, docs, new float[most]);
        long[] candidates = new long[count];
        for (int i = 0; i < count; i++) {
            candidates[i] = (long) segments[i] << Integer.SIZE | docs[i];
        }
        Arrays.sort(candidates);
        return candidates;
    }
}

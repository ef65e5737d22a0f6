package org.ivory.lucene;

import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.FixedBitSet;
import org.ivory.lucene.codec.MappedRegion;
import org.ivory.lucene.codec.MappedVectors;
import org.ivory.nativelib.CentroidModel;
import org.ivory.nativelib.CodeScan;
import org.ivory.nativelib.NativeMemoryException;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The segments of a shard where an exact search may leave vectors out, since by their codes and the
 * largest {@linkplain CellErrors error} of their cell's codes they are too far to be hits. What is
 * not known of a segment yet is measured beside the search. For one search; its parts and shares
 * are for one thread each. Owns references to the models until it is closed.
 *
 * <p>A segment is such a one if it is large, its vectors are mapped, and all of them have codes of
 * known models that are mapped, too.
 */
final class CodeBounds implements AutoCloseable {

    /** One document in so many may stay; of more, all are compared from the first to the last. */
    private static final long MOST_STAY = 4;

    /** Where a filter lets less than one document in so many pass, those are compared. */
    private static final long LEAST_PASS = 16;

    /** So many times the documents of a large segment make the search for the bar worth it. */
    private static final long LARGE_SHARD = 4;

    /**
     * Bytes of codes that one thread scans at a time, at least; each part marks in a set of its
     * own.
     */
    private static final long CODES_A_PART = 3 << 20;

    /** Parts of a segment, about. */
    private static final long MOST_PARTS = 16;

    /** Documents that one thread compares, or measures, at a time. */
    private static final int DOCUMENTS_A_PART = 8_192;

    private final VectorQuerySpec spec;
    private final SearchEnvironment environment;
    private final float[] query;
    private final Map<Long, CentroidModel> models = new HashMap<>();
    private final List<Segment> segments = new ArrayList<>();
    private final FixedBitSet[] near;
    private long skipped;

    /** A segment, what it has of each model, and the documents that were marked. */
    private static final class Segment {
        private final LeafReaderContext leaf;
        private final List<CodedCells> groups;

        /** Whether its codes are scanned. */
        private final boolean known;

        private final long documents;
        private FixedBitSet all;

        /** Marked, or -1 if nothing can be said. */
        private long marked;

        Segment(LeafReaderContext leaf, List<CodedCells> groups) {
            this.leaf = leaf;
            this.groups = groups;
            this.known = groups.stream().allMatch(group -> group.errors.areWorthIt());
            this.documents = groups.stream().mapToLong(group -> group.region.documents()).sum();
        }

        synchronized void add(long[] marks, long count) {
            if (all == null) {
                all = new FixedBitSet(leaf.reader().maxDoc());
            }
            all.or(new FixedBitSet(marks, leaf.reader().maxDoc()));
            marked = marked < 0 || count < 0 ? -1 : marked + count;
        }

        /** Whether few enough were marked; the next searches are told. */
        boolean helps() {
            boolean helps = marked >= 0 && marked * MOST_STAY <= documents;
            groups.forEach(group -> group.errors.tell(helps));
            return helps;
        }
    }

    /** The documents of one model in one segment. */
    private record CodedCells(
            SegmentCells cells, CentroidModel model, MappedRegion region, CellErrors errors) {}

    /** Cells of one segment whose codes one thread scans. */
    final class Part {
        private final Segment segment;
        private final CodedCells group;
        private final int from;
        private final int to;

        private Part(Segment segment, CodedCells group, int from, int to) {
            this.segment = segment;
            this.group = group;
            this.from = from;
            this.to = to;
        }

        /** Marks the documents whose raw value can be as near as the bar. */
        void scan(float bar) {
            environment.cancellation().run();
            MappedRegion region = group.region;
            long[] marks = new long[FixedBitSet.bits2words(segment.leaf.reader().maxDoc())];
            try (CodeScan scan = group.model.scan(query, 1)) {
                long count =
                        scan.within(
                                region.address(),
                                region.length(),
                                from,
                                to,
                                group.errors.complete(),
                                bar,
                                marks);
                segment.add(marks, count);
            }
        }
    }

    /**
     * @param query the query vector, for cosine of unit length
     * @param segments by number; null elements have no document with the field
     * @param passing by segment: live documents that the filter passes, null where nothing is
     *     filtered
     * @param large documents of a segment from which on bounds are worth it
     */
    CodeBounds(
            VectorQuerySpec spec,
            SearchEnvironment environment,
            float[] query,
            List<LeafReaderContext> leaves,
            FieldSegment[] segments,
            List<FixedBitSet> passing,
            int large)
            throws IOException {
        this.spec = spec;
        this.environment = environment;
        this.query = query;
        this.near = new FixedBitSet[leaves.size()];
        if (!environment.ops().readsMemory()) {
            return;
        }
        try {
            for (LeafReaderContext leaf : leaves) {
                FieldSegment segment = segments[leaf.ord];
                FixedBitSet filtered = passing.get(leaf.ord);
                if (segment != null && isWorthIt(segment.cells().documents(), large, filtered)) {
                    add(leaf, segment);
                }
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
        if (documents() < Math.max(LARGE_SHARD * large, LEAST_PASS * spec.k())) {
            this.segments.clear();
        }
    }

    private static boolean isWorthIt(long documents, int large, FixedBitSet filtered) {
        return documents >= large
                && (filtered == null || filtered.cardinality() * LEAST_PASS >= documents);
    }

    private void add(LeafReaderContext leaf, FieldSegment segment) throws IOException {
        SegmentCells cells = segment.cells();
        MappedVectors vectors = RowScorer.mapped(leaf.reader(), spec, environment.ops());
        if (vectors == null || vectors.rows() != cells.documents()) {
            return;
        }
        List<CodedCells> groups = new ArrayList<>(1);
        for (long fingerprint : cells.fingerprints()) {
            CentroidModel model = model(fingerprint);
            MappedRegion region = segment.region(fingerprint);
            CellErrors errors = segment.errors(fingerprint);
            if (model == null
                    || region == null
                    || errors == null
                    || !region.fits(model)
                    || region.documents() != cells.documents(fingerprint)) {
                return;
            }
            groups.add(new CodedCells(cells, model, region, errors));
        }
        segments.add(new Segment(leaf, groups));
    }

    /** A model that bounds can be had of; null if there is none. */
    private CentroidModel model(long fingerprint) {
        CentroidModel model = models.get(fingerprint);
        if (model == null && fingerprint != CellTerm.UNASSIGNED) {
            model = environment.models().acquire(fingerprint);
            if (model != null) {
                models.put(fingerprint, model);
            }
        }
        return model != null
                        && model.measures()
                        && model.dimension() == spec.dimension()
                        && model.metric() == spec.metric()
                ? model
                : null;
    }

    private long documents() {
        return segments.stream().mapToLong(segment -> segment.documents).sum();
    }

    /** Whether enough is known of some segment. */
    boolean areKnown() {
        return segments.stream().anyMatch(segment -> segment.known);
    }

    /** The codes to scan: of each segment of which enough is known, all. */
    List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        for (Segment segment : segments) {
            if (segment.known) {
                for (CodedCells group : segment.groups) {
                    long most = CODES_A_PART / group.model.codeLength();
                    most = Math.max(most, segment.documents / MOST_PARTS) + 1;
                    int[] cuts = group.cells.cut(group.model.fingerprint(), most);
                    for (int i = 1; i < cuts.length; i++) {
                        parts.add(new Part(segment, group, cuts[i - 1], cuts[i]));
                    }
                }
            }
        }
        return parts;
    }

    /**
     * Takes what the scans of all {@link #parts} found.
     *
     * @param passing as the constructor's
     */
    void take(List<FixedBitSet> passing) {
        for (Segment segment : segments) {
            if (segment.known && segment.helps()) {
                FixedBitSet filtered = passing.get(segment.leaf.ord);
                if (filtered != null) {
                    segment.all.and(filtered);
                } else {
                    FilterBits.keepLive(segment.all, segment.leaf.reader().getLiveDocs());
                }
                near[segment.leaf.ord] = segment.all;
                skipped += segment.documents - segment.marked;
            }
        }
    }

    /**
     * The documents of a segment that can be hits, in parts; null if nothing is known of it.
     *
     * @param leaf of the shard
     */
    List<ScanPart> near(LeafReaderContext leaf) {
        FixedBitSet documents = near[leaf.ord];
        return documents == null
                ? null
                : ScanPart.of(leaf, documents, 1 + documents.cardinality() / DOCUMENTS_A_PART);
    }

    /** Vectors that need not be compared, deleted ones included. */
    long skipped() {
        return skipped;
    }

    /** A share of what is not known, for one thread. */
    @FunctionalInterface
    interface Measuring {
        /** Measures it, unless others do. */
        void run() throws IOException;
    }

    /** A share of each model's cells in each segment that are not all measured. */
    List<Measuring> measurings() {
        List<Measuring> measurings = new ArrayList<>();
        for (Segment segment : segments) {
            for (CodedCells group : segment.groups) {
                if (group.errors.complete() == null) {
                    measurings.add(() -> measure(segment.leaf, group));
                }
            }
        }
        return measurings;
    }

    private void measure(LeafReaderContext leaf, CodedCells group) throws IOException {
        LeafReader reader = leaf.reader();
        MappedVectors vectors = RowScorer.mapped(reader, spec, environment.ops());
        CellErrors.Share share = group.errors.take();
        if (share == null) {
            return;
        }
        float[] errors = new float[group.errors.cells()];
        boolean measured = false;
        List<FixedBitSet> documents = Collections.singletonList(rows(reader, vectors));
        try (CandidateBits bits =
                new CandidateBits(List.of(leaf), documents, environment.memory())) {
            MemorySegment rows = vectors.isDense() ? null : bits.words(0);
            for (int from = share.from(), to; from < share.to(); from = to) {
                environment.cancellation().run();
                to = Math.min(share.to(), from + cellsAtOnce(group));
                group.model.measure(
                        group.region.address(),
                        group.region.length(),
                        vectors.address(),
                        vectors.length(),
                        vectors.stride(),
                        rows == null ? 0 : rows.address(),
                        rows == null ? 0 : rows.byteSize() / Long.BYTES,
                        from,
                        to,
                        errors);
            }
            measured = true;
        } catch (NativeMemoryException e) {
            return; // another search may have more luck
        } finally {
            if (measured) {
                group.errors.put(share, errors);
            } else {
                group.errors.giveBack(share);
            }
        }
    }

    /** Cells that are measured between two looks at whether to go on. */
    private static int cellsAtOnce(CodedCells group) {
        long average = 1 + group.region.documents() / Math.max(1, group.errors.cells());
        return (int) Math.max(1, DOCUMENTS_A_PART / average);
    }

    /** The documents that have a row; null if all have. */
    private FixedBitSet rows(LeafReader reader, MappedVectors vectors) throws IOException {
        if (vectors.isDense()) {
            return null;
        }
        FixedBitSet documents = new FixedBitSet(reader.maxDoc());
        DocIdSetIterator all = RowScorer.vectors(reader, spec.field());
        if (all.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
            all.intoBitSet(DocIdSetIterator.NO_MORE_DOCS, documents, 0);
        }
        return documents;
    }

    @Override
    public void close() {
        models.values().forEach(CentroidModel::close);
        models.clear();
    }
}

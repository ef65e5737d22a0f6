package org.ivory.lucene;

import org.apache.lucene.index.LeafReaderContext;
import org.ivory.lucene.codec.MappedVectors;
import org.ivory.nativelib.JavaVectorOps;
import org.ivory.nativelib.Metric;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A segment that is read in place, part after part, gives what its documents give one by one. */
public class ScanPartTests extends VectorTestCase {

    @Override
    public void setUp() throws Exception {
        super.setUp();
        ops = TestVectors.nativeOps();
        assumeTrue("rows are read in place by the native library", ops != null);
    }

    public void testPartsTogetherFindTheNearest() throws Exception {
        for (int i = 0; i < atLeast(20); i++) {
            Metric metric = randomMetric();
            int dimension = 1 + random().nextInt(20);
            try (TestIndex index = new TestIndex(random(), metric, dimension, true)) {
                double share = random().nextBoolean() ? 1 : random().nextDouble();
                index.fill(1 + random().nextInt(400), share, 0.3, (ReferenceModel) null);
                check(index, 1 + random().nextInt(15));
            }
        }
    }

    private void check(TestIndex index, int k) throws IOException {
        float[] query = TestVectors.random(random(), index.dimension);
        VectorQuerySpec spec = spec(index, query, k, 0, null, null, true);
        float[] normalised = VectorEncoding.normalised(index.metric, query);
        List<LeafReaderContext> leaves =
                index.reader().leaves().stream()
                        .filter(leaf -> leaf.reader().getFieldInfos().fieldInfo("vector") != null)
                        .toList();
        long most = 1 + random().nextInt(2000);
        AtomicLong floor = new AtomicLong(Long.MIN_VALUE);
        long[] ranks = {};
        long compared = 0;
        int end = 0;
        LeafReaderContext last = null;
        for (ScanPart part : ScanPart.of(leaves, spec, environment(), most)) {
            assertEquals("no document is left out", part.leaf() == last ? end : 0, part.from());
            assertTrue(part.leaf() == last || last == null || end == last.reader().maxDoc());
            LeafScan scan = new LeafScan(part.leaf(), spec, environment(), normalised, floor);
            scan.runAll(part.from(), part.to());
            compared += scan.compared();
            long[] both = Arrays.copyOf(ranks, ranks.length + scan.ranks().length);
            System.arraycopy(scan.ranks(), 0, both, ranks.length, scan.ranks().length);
            ranks = both;
            end = part.to();
            last = part.leaf();
        }
        assertTrue(last == null || end == last.reader().maxDoc());
        TopHits.sortDescending(ranks);
        List<TestIndex.Hit> all = index.nearest(ops, query, doc -> true);
        assertEquals(all.size(), compared);
        assertEquals(all.size(), counters.snapshot().vectorsScanned() - counted);
        counted = counters.snapshot().vectorsScanned();
        List<TestIndex.Hit> nearest = first(all, k);
        for (int i = 0; i < nearest.size(); i++) {
            assertEquals(nearest.get(i).doc(), RawScore.docOf(ranks[i]));
            assertEquals(nearest.get(i).raw(), RawScore.rawOf(index.metric, ranks[i]), 0f);
        }
    }

    private long counted;

    public void testLargeSegmentsAreCut() throws Exception {
        try (TestIndex index = new TestIndex(random(), Metric.L2, 8, true)) {
            index.fill(1000, 1, 0, (ReferenceModel) null);
            index.merge();
            VectorQuerySpec spec = spec(index, new float[8], 1, 0, null, null, true);
            List<LeafReaderContext> leaves = index.reader().leaves();
            MappedVectors mapped = MappedVectors.of(leaves.get(0).reader(), "vector");
            assertEquals(32_000, mapped.length());
            List<ScanPart> parts = ScanPart.of(leaves, spec, environment(), 4000);
            assertEquals(8, parts.size());
            for (ScanPart part : parts) {
                assertEquals(125, part.to() - part.from());
                assertEquals(4000, part.bytes());
            }
            assertFalse("not worth a thread", ScanPart.areMany(parts));
            assertEquals(1, ScanPart.of(leaves, spec, environment(), ScanPart.BYTES).size());
            ops = new JavaVectorOps("not wanted");
            List<ScanPart> copied = ScanPart.of(leaves, spec, environment(), 4000);
            assertEquals(List.of(new ScanPart(leaves.get(0), 0, 1000, 0, null)), copied);
        }
    }
}

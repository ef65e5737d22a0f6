package org.ivory.nativelib;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;

/**
 * Codes and candidates of the library, in both its forms, and of its twin: bit for bit the same.
 */
public class CodeParityTests {
    private static final int NLIST = 24;
    private static final int SEGMENTS = 3;

    private interface Body {
        void run(CentroidModel library, CentroidModel twin, Random random);
    }

    /** Runs with models of every metric, encoder and kind of dimension. */
    private static void forAllModels(Body body) {
        var random = new Random(31);
        for (Metric metric : Metric.values()) {
            for (EncoderSpec encoder : TestLibrary.encoders()) {
                for (int dimension : new int[] {1, 3, 29, 64}) {
                    try (CentroidModel library =
                                    TestLibrary.train(metric, dimension, NLIST, 300, encoder);
                            CentroidModel twin =
                                    TestLibrary.open(
                                            TestLibrary.twin(), TestLibrary.file(library), 999)) {
                        assertEquals(encoder, library.encoder());
                        assertEquals(encoder, twin.encoder());
                        assertEquals(library.codeBytes(), twin.codeBytes());
                        assertEquals(library.factors(), twin.factors());
                        assertEquals(encoder.codeBytes(dimension), library.codeBytes());
                        assertEquals(encoder.factors(metric), library.factors());
                        body.run(library, twin, random);
                    }
                }
            }
        }
    }

    /** Some usual vectors, a zero one, and some that are far from all others. */
    private static float[] vectors(CentroidModel model, Random random, int count) {
        int dimension = model.dimension();
        float[] vectors = TestLibrary.vectors(random, count, dimension);
        Arrays.fill(vectors, 0, dimension, 0);
        if (model.metric() == Metric.COSINE) {
            vectors[0] = 1;
            return TestLibrary.normalise(vectors, dimension);
        }
        for (int i = 1; i < Math.min(6, count); i++) {
            float far = (float) Math.pow(10, 6 * i - 12);
            for (int component = 0; component < dimension; component++) {
                vectors[i * dimension + component] *= far;
            }
        }
        return vectors;
    }

    @Test
    public void codesAgree() {
        forAllModels((library, twin, random) -> {
            int count = 60;
            float[] vectors = vectors(library, random, count);
            int length = library.codeLength();
            int[] fastCells = new int[count];
            int[] plainCells = new int[count];
            byte[] fast = new byte[count * length + 1];
            byte[] plain = new byte[count * length + 1];
            fast[count * length] = 42;
            plain[count * length] = 42;
            library.encode(vectors, count, fastCells, fast);
            twin.encode(vectors, count, plainCells, plain);
            int[] assigned = new int[count];
            library.assign(vectors, count, assigned);
            assertArrayEquals(assigned, fastCells);
            int same = 0;
            for (int i = 0; i < count; i++) {
                // A vector between two cells may go to either; a far one is between many.
                if (fastCells[i] == plainCells[i]) {
                    same++;
                    assertArrayEquals(
                            library + " vector " + i,
                            Arrays.copyOfRange(plain, i * length, (i + 1) * length),
                            Arrays.copyOfRange(fast, i * length, (i + 1) * length));
                }
            }
            assertTrue(same + " of " + count, same >= count - 6);
            assertEquals("nothing behind the codes is written", 42, fast[count * length]);
            assertEquals(42, plain[count * length]);
        });
    }

    /** What a scan has found. */
    private static String taken(CodeScan scan) {
        int most = scan.candidates();
        int[] segments = new int[most];
        int[] docs = new int[most];
        float[] estimates = new float[most];
        int count = scan.take(segments, docs, estimates);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(segments[i]).append(':').append(docs[i]).append('=');
            text.append(Float.floatToIntBits(estimates[i])).append(' ');
            assertTrue(i == 0 || estimates[i - 1] <= estimates[i]);
        }
        assertEquals(0, scan.take(segments, docs, estimates));
        return text.toString();
    }

    private static void addRows(CodeScan scan, TreeMap<Integer, Regions.Cell>[] segments) {
        for (int segment = 0; segment < SEGMENTS; segment++) {
            int count = scan.probe(1);
            int[] cells = new int[count];
            scan.cells(0, count, cells);
            for (int rank = count - 1; rank >= 0; rank--) {
                Regions.Cell cell = segments[segment].get(cells[rank]);
                if (cell != null) {
                    scan.rows(segment, rank, cell.rows(), cell.docs(), cell.docs().length);
                }
            }
        }
    }

    @Test
    public void candidatesAgree() {
        forAllModels((library, twin, random) -> {
            TreeMap<Integer, Regions.Cell>[] segments = segments(library, random);
            float[] query = TestLibrary.vectors(random, 1, library.dimension());
            if (library.metric() == Metric.COSINE) {
                TestLibrary.normalise(query, query.length);
            }
            try (Arena arena = Arena.ofConfined()) {
                for (int candidates : new int[] {1, 7, 100, 2000}) {
                    compare(library, twin, segments, query, candidates, arena);
                }
            }
        });
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static TreeMap<Integer, Regions.Cell>[] segments(CentroidModel model, Random random) {
        TreeMap<Integer, Regions.Cell>[] segments = new TreeMap[SEGMENTS];
        for (int segment = 0; segment < SEGMENTS; segment++) {
            int count = new int[] {5, 90, 400}[segment];
            int[] docs = new int[count];
            for (int i = 0, doc = 0; i < count; i++, doc += 1 + random.nextInt(5)) {
                docs[i] = doc;
            }
            segments[segment] = Regions.cells(model, vectors(model, random, count), docs);
        }
        return segments;
    }

    private static void compare(
            CentroidModel library,
            CentroidModel twin,
            TreeMap<Integer, Regions.Cell>[] segments,
            float[] query,
            int candidates,
            Arena arena) {
        try (CodeScan inPlace = library.scan(query, candidates);
                CodeScan copied = library.scan(query, candidates);
                CodeScan plain = twin.scan(query, candidates)) {
            assertTrue(inPlace.readsMemory());
            assertFalse(plain.readsMemory());
            assertEquals(candidates, plain.candidates());
            for (CodeScan scan : new CodeScan[] {inPlace, copied, plain}) {
                assertEquals(3, scan.probe(3));
                assertEquals(NLIST / 2, scan.probe(NLIST / 2));
                assertEquals(NLIST / 2, scan.probe(1));
            }
            for (int segment = 0; segment < SEGMENTS; segment++) {
                MemorySegment region =
                        Regions.memory(arena, Regions.bytes(library, segments[segment]));
                long address = region.address();
                long length = region.byteSize();
                inPlace.region(segment, address, length, 3, NLIST / 2, 0, 0);
                inPlace.region(segment, address, length, 0, 3, 0, 0);
            }
            addRows(copied, segments);
            addRows(plain, segments);
            for (int to : new int[] {0, 1, NLIST / 4, NLIST / 2}) {
                int worth = inPlace.worth(to);
                assertTrue(worth <= to);
                assertEquals(worth, copied.worth(to));
                assertEquals(library + " of " + library.dimension(), worth, plain.worth(to));
            }
            String fast = taken(inPlace);
            assertEquals(library + " of " + library.dimension(), fast, taken(copied));
            assertEquals(library + " of " + library.dimension(), fast, taken(plain));
        }
    }

    @Test
    public void onlyLiveDocumentsAreFound() {
        forAllModels((library, twin, random) -> {
            var cells = segments(library, random)[2];
            float[] query = TestLibrary.vectors(random, 1, library.dimension());
            // Documents beyond the last word are none that may be hits.
            long[] live = new long[10];
            Arrays.setAll(live, i -> random.nextLong());
            try (Arena arena = Arena.ofConfined();
                    CodeScan inPlace = library.scan(query, 5000);
                    CodeScan copied = library.scan(query, 5000)) {
                MemorySegment region = Regions.memory(arena, Regions.bytes(library, cells));
                MemorySegment bits = arena.allocateFrom(ValueLayout.JAVA_LONG, live);
                assertEquals(NLIST, inPlace.probe(NLIST));
                assertEquals(NLIST, copied.probe(NLIST));
                long seen =
                        inPlace.region(
                                0,
                                region.address(),
                                region.byteSize(),
                                0,
                                NLIST,
                                bits.address(),
                                live.length);
                long expected = 0;
                int[] order = new int[NLIST];
                copied.cells(0, NLIST, order);
                for (int rank = 0; rank < NLIST; rank++) {
                    Regions.Cell cell = cells.get(order[rank]);
                    for (int i = 0; cell != null && i < cell.docs().length; i++) {
                        int doc = cell.docs()[i];
                        if (doc < 640 && (live[doc / 64] >> doc & 1) == 1) {
                            int length = library.codeLength();
                            byte[] row =
                                    Arrays.copyOfRange(cell.rows(), i * length, (i + 1) * length);
                            copied.rows(0, rank, row, new int[] {doc}, 1);
                            expected++;
                        }
                    }
                }
                assertTrue(expected > 50);
                assertEquals(expected, seen);
                assertEquals(taken(copied), taken(inPlace));
            }
        });
    }
}

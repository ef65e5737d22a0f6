package org.ivory.nativelib;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Models with groups of cells: the library and its twin go by the same groups. */
public class TwoLevelTests {
    /** Offset of the middles in the golden file, which has 5 cells of 2 components in 3 groups. */
    private static final int MIDDLES = ModelFiles.HEADER + 40;

    private static final int OFFSETS = MIDDLES + 24;
    private static final int SEARCHED = OFFSETS + 16;

    private final VectorOps library = TestLibrary.ops();
    private final VectorOps twin = TestLibrary.twin();

    private static byte[] golden() throws IOException {
        try (InputStream in = TwoLevelTests.class.getResourceAsStream("/model-v3.ivory")) {
            assertNotNull("the golden file is among the test's resources", in);
            return in.readAllBytes();
        }
    }

    @Test
    public void theGoldenFileIsReadAndGivenBack() throws IOException {
        byte[] golden = golden();
        float[] points = {0.1f, 0.9f, 8.9f, 8.4f, -4, 0, 1, -1};
        for (VectorOps ops : List.of(library, twin)) {
            try (CentroidModel model = TestLibrary.open(ops, golden, 50)) {
                assertEquals(5, model.nlist());
                assertArrayEquals(golden, TestLibrary.file(model));
                int[] cells = new int[4];
                model.assign(points, 4, cells);
                assertArrayEquals(new int[] {0, 3, 0, 1}, cells);
                int[] probed = new int[5];
                assertEquals(5, model.probe(new float[] {9, 9}, 5, probed, null));
                assertArrayEquals(new int[] {3, 2, 0, 1, 4}, probed);
            }
        }
    }

    @Test
    public void eachPartOfTheGroupsHasItsError() throws IOException {
        int infinite = Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
        int[][] damages = {
            {40, 0},
            {40, 6},
            {40, -1},
            {40, 2},
            {44, 1},
            {MIDDLES + 20, infinite},
            {OFFSETS, 1},
            {OFFSETS + 4, 0},
            {OFFSETS + 4, 4},
            {OFFSETS + 8, 2},
            {OFFSETS + 8, 5},
            {OFFSETS + 12, 4},
            {OFFSETS + 12, -1},
            {SEARCHED, 0},
            {SEARCHED, 4},
            {SEARCHED + 4, 0},
            {SEARCHED + 32, 2},
            {SEARCHED + 32, -1}
        };
        for (int[] damage : damages) {
            byte[] file = golden();
            ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(damage[0], damage[1]);
            seal(file);
            String fast = refused(library, file);
            String plain = refused(twin, file);
            String name = fast.replaceAll("^.*model file: (\\[[a-z_]+\\]( number \\d+)?).*", "$1");
            assertTrue(plain + " as " + fast, plain.startsWith("model file: " + name));
        }
    }

    private static String refused(VectorOps ops, byte[] file) {
        return assertThrows(
                        ModelFormatException.class, () -> TestLibrary.open(ops, file, file.length))
                .getMessage();
    }

    private static void seal(byte[] file) {
        int content = file.length - 8;
        var hash = new Xxh3().update(file, 12, 12).update(file, 32, 12);
        hash.update(file, ModelFiles.HEADER, content - ModelFiles.HEADER);
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(24, hash.digest());
        ModelFiles.sealChecksum(file);
    }

    /** As many cells as are trained in two levels. */
    @Test
    public void trainedModelsAgree() {
        var random = new Random(31);
        for (Metric metric : Metric.values()) {
            try (CentroidModel a = TestLibrary.train(metric, 8, 5000, 15_000)) {
                byte[] file = TestLibrary.file(a);
                assertEquals("version", 3, file[8]);
                try (CentroidModel b = TestLibrary.open(twin, file, 100_000)) {
                    assertArrayEquals(file, TestLibrary.file(b));
                    int count = 1000;
                    float[] points = TestLibrary.vectors(metric, random, count, 8);
                    int[] fast = new int[count];
                    int[] plain = new int[count];
                    a.assign(points, count, fast);
                    b.assign(points, count, plain);
                    // Few points lie between two cells or groups by less than rounding.
                    assertTrue(metric + " assigned", differing(fast, plain) <= 1);
                    for (int nprobe : new int[] {1, 30, 300, 5000}) {
                        int[] cells = new int[nprobe];
                        int[] twins = new int[nprobe];
                        int others = 0;
                        for (int i = 0; i < 20; i++) {
                            float[] query = Arrays.copyOfRange(points, i * 8, i * 8 + 8);
                            assertEquals(nprobe, a.probe(query, nprobe, cells, null));
                            assertEquals(nprobe, b.probe(query, nprobe, twins, null));
                            Arrays.sort(cells);
                            Arrays.sort(twins);
                            others += Arrays.equals(cells, twins) ? 0 : 1;
                        }
                        assertTrue(metric + " " + nprobe + " probed: " + others, others <= 1);
                    }
                }
            }
        }
    }

    private static int differing(int[] a, int[] b) {
        int differing = 0;
        for (int i = 0; i < a.length; i++) {
            differing += a[i] == b[i] ? 0 : 1;
        }
        return differing;
    }
}

package org.ivory.nativelib;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/** The library and its twin: values bit for bit the same, on trained models, too. */
public class ParityTests {
    private final VectorOps library = TestLibrary.ops();
    private final VectorOps twin = TestLibrary.twin();

    @Test
    public void scoresAgree() {
        var random = new Random(21);
        int[] large = {96, 100, 128, 256, 384, 512, 768, 1024, 1536, 3072, 16_000};
        for (int i = 1; i <= 67 + large.length; i++) {
            int dimension = i <= 67 ? i : large[i - 68];
            for (Metric metric : Metric.values()) {
                int rows = 9;
                float[] query = TestLibrary.vectors(metric, random, 1, dimension);
                float[] vectors = TestLibrary.vectors(metric, random, rows, dimension);
                ByteBuffer buffer = TestLibrary.direct(vectors);
                float[] fast = new float[rows];
                float[] plain = new float[rows];
                library.score(metric, query, buffer, rows, fast);
                twin.score(metric, query, buffer, rows, plain);
                assertArrayEquals(metric + " of " + dimension, bits(plain), bits(fast));
                int[] index = {8, 0, 3, 3};
                library.scoreRows(metric, query, buffer, index, 4, fast);
                twin.scoreRows(metric, query, buffer, index, 4, plain);
                assertArrayEquals(metric + " of " + dimension, bits(plain), bits(fast));
            }
        }
    }

    private static int[] bits(float[] values) {
        int[] bits = new int[values.length];
        Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
        return bits;
    }

    /** Whole numbers are added without rounding: both must find exactly the same. */
    @Test
    public void wholeNumbersAreExact() {
        var random = new Random(22);
        for (int dimension : new int[] {1, 3, 8, 17, 128, 1000}) {
            float[] query = whole(random, dimension);
            float[] vectors = whole(random, 50 * dimension);
            ByteBuffer buffer = TestLibrary.direct(vectors);
            for (Metric metric : Metric.values()) {
                float[] fast = new float[50];
                float[] plain = new float[50];
                library.score(metric, query, buffer, 50, fast);
                twin.score(metric, query, buffer, 50, plain);
                assertArrayEquals(plain, fast, 0);
            }
            byte[] file = ModelFiles.of(Metric.INNER_PRODUCT, dimension, vectors);
            try (CentroidModel a = TestLibrary.open(library, file, 1000);
                    CentroidModel b = TestLibrary.open(twin, file, 1000)) {
                int[] fast = new int[50];
                int[] plain = new int[50];
                float[] points = whole(random, 50 * dimension);
                a.assign(points, 50, fast);
                b.assign(points, 50, plain);
                assertArrayEquals(plain, fast);
                a.probe(query, 50, fast, null);
                b.probe(query, 50, plain, null);
                assertArrayEquals(plain, fast);
            }
        }
    }

    private static float[] whole(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = random.nextInt(7) - 3;
        }
        return values;
    }

    @Test
    public void trainedModelsAgree() {
        var random = new Random(23);
        for (Metric metric : Metric.values()) {
            for (int dimension : new int[] {2, 13, 64}) {
                try (CentroidModel a = TestLibrary.train(metric, dimension, 40, 1500)) {
                    byte[] file = TestLibrary.file(a);
                    try (CentroidModel b = TestLibrary.open(twin, file, 777)) {
                        assertEquals(a.fingerprint(), b.fingerprint());
                        assertEquals(metric, b.metric());
                        assertEquals(dimension, b.dimension());
                        assertEquals(40, b.nlist());
                        assertEquals(a.fileLength(), b.fileLength());
                        assertArrayEquals(file, TestLibrary.file(b));
                        compare(a, b, TestLibrary.vectors(metric, random, 400, dimension));
                    }
                }
            }
        }
    }

    /** Random points hardly ever lie between two cells; nearly all must be assigned alike. */
    private static void compare(CentroidModel a, CentroidModel b, float[] points) {
        int count = points.length / a.dimension();
        int[] fast = new int[count];
        int[] plain = new int[count];
        a.assign(points, count, fast);
        b.assign(points, count, plain);
        int same = 0;
        for (int i = 0; i < count; i++) {
            same += fast[i] == plain[i] ? 1 : 0;
        }
        assertTrue(same + " of " + count, same >= count - 1);
        float[] query = Arrays.copyOf(points, a.dimension());
        float[] fastRaw = new float[10];
        float[] plainRaw = new float[10];
        assertEquals(10, a.probe(query, 10, fast, fastRaw));
        assertEquals(10, b.probe(query, 10, plain, plainRaw));
        assertArrayEquals(bits(plainRaw), bits(fastRaw));
        assertArrayEquals(Arrays.copyOf(plain, 10), Arrays.copyOf(fast, 10));
    }
}

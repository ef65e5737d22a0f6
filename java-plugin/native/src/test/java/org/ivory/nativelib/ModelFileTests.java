package org.ivory.nativelib;

import static org.junit.Assert.assertArrayEquals;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Damaged model files: refused by the library and its twin alike, and never worse than that. */
public class ModelFileTests {
    private static final Pattern PART = Pattern.compile("\\[(\\w+)]");

    private final byte[] file =
            ModelFiles.of(Metric.L2, 3, TestLibrary.vectors(new Random(1), 4, 3));

    private static String part(VectorOps ops, byte[] file) {
        var e =
                assertThrows(
                        ModelFormatException.class, () -> TestLibrary.open(ops, file, file.length));
        assertNull(e.getCause());
        Matcher part = PART.matcher(e.getMessage());
        assertTrue(e.getMessage(), part.find());
        return part.group(1);
    }

    /** The part of the file that both find wrong. */
    private static String damaged(byte[] file) {
        String twin = part(TestLibrary.twin(), file);
        assertEquals("the library and its twin name the same", part(TestLibrary.ops(), file), twin);
        return twin;
    }

    private byte[] with(int offset, int value) {
        byte[] copy = file.clone();
        ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putInt(offset, value);
        return copy;
    }

    @Test
    public void eachPartHasItsError() {
        assertEquals("magic", damaged(with(0, 0)));
        assertEquals("encoder", damaged(with(8, 2)));
        assertEquals("groups", damaged(with(8, 3)));
        assertEquals("version", damaged(with(8, 4)));
        assertEquals("version", damaged(with(8, -1)));
        assertEquals("metric", damaged(with(12, 3)));
        assertEquals("metric", damaged(with(12, -1)));
        assertEquals("dimension", damaged(with(16, 0)));
        assertEquals("dimension", damaged(with(16, -1)));
        assertEquals("dimension", damaged(with(16, 16_001)));
        assertEquals("nlist", damaged(with(20, 0)));
        assertEquals("nlist", damaged(with(20, Integer.MIN_VALUE)));
        assertEquals("nlist", damaged(with(20, 65_537)));
        assertEquals("length", damaged(with(20, 5)));
        assertEquals("length", damaged(with(16, 16_000)));
        assertEquals("reserved", damaged(with(32, 1)));
        assertEquals("reserved", damaged(with(60, 1 << 24)));
        assertEquals("checksum", damaged(with(64, 1)));
        assertEquals("checksum", damaged(with(24, 1)));
        assertEquals("checksum", damaged(with(file.length - 4, 1)));
        assertEquals("fingerprint", damaged(ModelFiles.sealChecksum(with(24, 1))));
        assertEquals("fingerprint", damaged(ModelFiles.sealChecksum(with(64, 1))));
        assertEquals("fingerprint", damaged(ModelFiles.sealChecksum(with(12, 1))));
        int nan = Float.floatToRawIntBits(Float.NaN);
        int infinite = Float.floatToRawIntBits(Float.NEGATIVE_INFINITY);
        assertEquals("centroids", damaged(ModelFiles.seal(with(64, nan))));
        assertEquals("centroids", damaged(ModelFiles.seal(with(file.length - 12, infinite))));
    }

    @Test
    public void everyFlippedBitIsFound() {
        Set<String> parts = new TreeSet<>();
        for (int bit = 0; bit < file.length * 8; bit++) {
            byte[] flipped = file.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            parts.add(damaged(flipped));
        }
        // The fingerprint's own error needs a checksum that fits.
        assertEquals(
                new TreeSet<>(
                        List.of(
                                "magic",
                                "version",
                                "metric",
                                "dimension",
                                "nlist",
                                "groups",
                                "length",
                                "reserved",
                                "checksum")),
                parts);
    }

    @Test
    public void everyShorterAndEveryLongerFileIsRefused() {
        for (int length = 76; length < file.length + 100; length++) {
            byte[] other = Arrays.copyOf(file, length);
            if (length != file.length) {
                assertEquals("length", damaged(other));
            }
        }
        for (int length = 0; length < 76; length++) {
            byte[] other = Arrays.copyOf(file, length);
            for (VectorOps ops : List.of(TestLibrary.ops(), TestLibrary.twin())) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> TestLibrary.open(ops, other, Math.max(1, other.length)));
            }
        }
    }

    @Test
    public void fewerBytesThanAnnouncedAreRefused() {
        for (VectorOps ops : List.of(TestLibrary.ops(), TestLibrary.twin())) {
            for (int missing : new int[] {1, 8, 12, file.length}) {
                try (ModelLoader loader = ops.loadModel(file.length)) {
                    loader.append(file, file.length - missing);
                    var e = assertThrows(ModelFormatException.class, loader::finish);
                    assertTrue(e.getMessage(), e.getMessage().contains("announced"));
                    assertThrows(IllegalStateException.class, loader::finish);
                }
            }
        }
    }

    @Test
    public void randomDamageIsTreatedAlike() {
        var random = new Random(99);
        int opened = 0;
        for (int i = 0; i < 5000; i++) {
            byte[] other = file.clone();
            int changes = 1 + random.nextInt(3);
            for (int change = 0; change < changes; change++) {
                other[random.nextInt(other.length)] = (byte) random.nextInt(4);
            }
            if (random.nextBoolean()) {
                ModelFiles.seal(other);
            }
            if (opens(other)) {
                opened++;
            } else {
                damaged(other);
            }
        }
        assertTrue("some stay models: " + opened, opened > 100 && opened < 4900);
    }

    /** Whether the library takes a file; the twin must take it, too, and give it back unchanged. */
    private static boolean opens(byte[] bytes) {
        try (CentroidModel model = TestLibrary.open(TestLibrary.ops(), bytes, 50);
                CentroidModel twin = TestLibrary.open(TestLibrary.twin(), bytes, 50)) {
            assertEquals(model.fingerprint(), twin.fingerprint());
            assertEquals(model.metric(), twin.metric());
            assertArrayEquals(bytes, TestLibrary.file(model));
            assertArrayEquals(bytes, TestLibrary.file(twin));
            return true;
        } catch (ModelFormatException e) {
            return false;
        }
    }
}

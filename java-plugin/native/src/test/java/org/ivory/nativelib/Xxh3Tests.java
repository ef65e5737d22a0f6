package org.ivory.nativelib;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import org.junit.Test;

/** Against hashes by the reference implementation (the Python package xxhash). */
public class Xxh3Tests {
    private static final long[][] HASHES = {
        {9, 0x442f901347eac6d7L},
        {12, 0x26e79cfe53c85d11L},
        {16, 0x3e094ab84274d7e2L},
        {17, 0xf023ce206c53cb88L},
        {31, 0x94a5da1595b83f2aL},
        {32, 0x4e0f827a00305880L},
        {33, 0xce95cb88847d6102L},
        {64, 0x5926c2c628b8bd40L},
        {65, 0x0bc4c752a7c50505L},
        {96, 0xbef5df716e3026deL},
        {97, 0xc04301a5fba9d36aL},
        {128, 0x74cc793e51cbbf70L},
        {129, 0x896bc9b5ee9a02deL},
        {144, 0x5aa24e1fe0cb7f98L},
        {160, 0xeb4d404dd889dc60L},
        {239, 0xcd0da82b5d6619c0L},
        {240, 0x168ac2eea3381b59L},
        {241, 0x5f15f12e172b51faL},
        {256, 0x2d280775d960610dL},
        {1023, 0xd9753e9f31c9397cL},
        {1024, 0x6049adedbb22283eL},
        {1025, 0x63c9fc3d4dc27985L},
        {1087, 0x4394c9dcb76197cfL},
        {1088, 0x3a30d490217021b3L},
        {1089, 0x03a91672b8f32735L},
        {2048, 0x02e59e016d711afdL},
        {2049, 0x9a0818a05b172c13L},
        {5000, 0x127c3547a05642aaL},
        {1048577, 0xb06ad44511f2c984L},
    };

    private static byte[] data(int length) {
        byte[] data = new byte[length];
        for (int i = 0; i < length; i++) {
            data[i] = (byte) (i * i * 31 + 7 * i + (i >> 8));
        }
        return data;
    }

    @Test
    public void equalsTheReference() {
        for (long[] pair : HASHES) {
            byte[] data = data((int) pair[0]);
            long hash = new Xxh3().update(data, 0, data.length).digest();
            assertEquals(data.length + " bytes", pair[1], hash);
        }
    }

    @Test
    public void doesNotDependOnHowTheInputIsCut() {
        for (long[] pair : HASHES) {
            byte[] data = data((int) pair[0]);
            for (int step : new int[] {1, 7, 63, 64, 65, 1000, 1024, 1025}) {
                var hash = new Xxh3();
                for (int from = 0; from < data.length; from += step) {
                    hash.update(data, from, Math.min(step, data.length - from));
                    if (from + step >= 9) {
                        hash.digest(); // asking in between changes nothing
                    }
                }
                assertEquals(data.length + " bytes in " + step, pair[1], hash.digest());
                if (data.length > 10_000) {
                    break;
                }
            }
        }
    }

    @Test
    public void refusesWhatItLeavesOut() {
        var hash = new Xxh3().update(new byte[8], 0, 8);
        assertThrows(IllegalStateException.class, hash::digest);
    }
}

package org.ivory.nativelib;

import java.util.Arrays;

/**
 * The random rotation of docs/FORMAT.md, version 1: four rounds of random signs, a Hadamard
 * transform and, where the length is no power of two, plane rotations between the halves.
 */
final class JavaRotation {
    /** Of the procedure; stored beside the seed. */
    static final int VERSION = 1;

    private static final int ROUNDS = 4;
    private static final long SALT = 0x726f746174696f6eL;
    private static final float HALF_TURN = (float) Math.sqrt(0.5);

    private final int length;
    private final boolean[] negative;

    /**
     * @param length of vectors, a multiple of 8
     */
    JavaRotation(int length, long seed) {
        this.length = length;
        negative = new boolean[length * ROUNDS];
        JavaRandom random = new JavaRandom(seed ^ SALT);
        long bits = 0;
        for (int i = 0; i < negative.length; i++) {
            bits = i % Long.SIZE == 0 ? random.next() : bits >>> 1;
            negative[i] = (bits & 1) == 1;
        }
    }

    int length() {
        return length;
    }

    /** The rotated vector, which is continued with zeros before. */
    float[] apply(float[] vector) {
        float[] rotated = Arrays.copyOf(vector, length);
        int part = Integer.highestOneBit(length);
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < length; i++) {
                if (negative[round * length + i]) {
                    rotated[i] = -rotated[i];
                }
            }
            hadamard(rotated, round % 2 == 0 ? 0 : length - part, part);
            if (part < length) {
                int half = length / 2;
                for (int i = 0; i < half; i++) {
                    float a = rotated[i];
                    float b = rotated[half + i];
                    rotated[i] = (a + b) * HALF_TURN;
                    rotated[half + i] = (a - b) * HALF_TURN;
                }
            }
        }
        return rotated;
    }

    /** Of a part whose length is a power of two; keeps lengths. */
    private static void hadamard(float[] numbers, int from, int length) {
        int to = from + length;
        for (int half = 1; half < length; half *= 2) {
            for (int pair = from; pair < to; pair += 2 * half) {
                for (int i = pair; i < pair + half; i++) {
                    float a = numbers[i];
                    float b = numbers[i + half];
                    numbers[i] = a + b;
                    numbers[i + half] = a - b;
                }
            }
        }
        float scale = (float) (1.0 / Math.sqrt(length));
        for (int i = from; i < to; i++) {
            numbers[i] *= scale;
        }
    }
}

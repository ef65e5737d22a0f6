package org.ivory.nativelib;

/**
 * A query's table in eight bits.
 *
 * @param entries 16 a nibble, as numbers from 0 to 255
 * @param scale a sum of entries times this, plus {@code offset}, is about the sum of the table
 * @param offset see {@code scale}
 */
record JavaLookup(int[] entries, float scale, float offset) {

    /**
     * Quantizes a table: each nibble's smallest entry becomes 0, and one scale for all nibbles
     * makes the widest nibble's range 255.
     */
    static JavaLookup of(float[] table, float common) {
        float widest = 0;
        double offset = common;
        for (int nibble = 0; nibble < table.length; nibble += 16) {
            float low = low(table, nibble);
            float high = Float.NEGATIVE_INFINITY;
            for (int i = nibble; i < nibble + 16; i++) {
                high = Math.max(high, table[i]);
            }
            widest = Math.max(widest, high - low);
            offset += low;
        }
        float scale = widest / 255f;
        float inverse = 255f / widest;
        int[] entries = new int[table.length];
        if (!normal(scale) || !normal(inverse)) {
            return new JavaLookup(entries, 0, (float) offset);
        }
        for (int nibble = 0; nibble < table.length; nibble += 16) {
            float low = low(table, nibble);
            for (int i = nibble; i < nibble + 16; i++) {
                entries[i] = Math.min(255, (int) ((table[i] - low) * inverse + 0.5f));
            }
        }
        return new JavaLookup(entries, scale, (float) offset);
    }

    private static float low(float[] table, int nibble) {
        float low = Float.POSITIVE_INFINITY;
        for (int i = nibble; i < nibble + 16; i++) {
            low = Math.min(low, table[i]);
        }
        return low;
    }

    private static boolean normal(float number) {
        return Float.isFinite(number) && number >= Float.MIN_NORMAL;
    }

    /** Σ over the nibbles of a code. */
    int sum(byte[] rows, int at) {
        int sum = 0;
        for (int entry = 0; entry < entries.length; entry += 32) {
            int value = rows[at++];
            sum += entries[entry + (value & 15)] + entries[entry + 16 + (value >> 4 & 15)];
        }
        return sum;
    }
}

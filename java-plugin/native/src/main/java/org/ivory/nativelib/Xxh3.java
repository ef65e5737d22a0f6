package org.ivory.nativelib;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * XXH3, 64 bits, without a seed: the hash of model files. After the specification of xxHash
 * (doc/xxhash_spec.md of its repository). Inputs of fewer than 9 bytes, which no model has, are
 * left out.
 */
final class Xxh3 {
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final byte[] SECRET =
            HexFormat.of()
                    .parseHex(
                            "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b367"
                                + "1fcb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a"
                                + "264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9"
                                + "deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9"
                                + "d9787364eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d31655"
                                + "2629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7"
                                + "fbcabb4b407e");

    private static final long PRIME32_1 = 0x9E3779B1L;
    private static final long PRIME32_2 = 0x85EBCA77L;
    private static final long PRIME32_3 = 0xC2B2AE3DL;
    private static final long PRIME64_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME64_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME64_3 = 0x165667B19E3779F9L;
    private static final long PRIME64_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME64_5 = 0x27D4EB2F165667C5L;
    private static final long PRIME_MX1 = 0x165667919E3779F9L;

    private static final int STRIPE = 64;
    private static final int STRIPES_PER_BLOCK = 16;
    private static final int BLOCK = STRIPE * STRIPES_PER_BLOCK;
    private static final int SMALLEST = 9;
    private static final int LONGEST_SHORT = 240;

    private final long[] sums = {
        PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1
    };
    // What came since the last whole block; never empty once something came.
    private final byte[] buffer = new byte[BLOCK];
    // The end of the last whole block.
    private final byte[] previous = new byte[STRIPE];
    private int buffered;
    private long length;

    Xxh3 update(byte[] bytes, int from, int count) {
        length += count;
        int at = from;
        int left = count;
        while (left > 0) {
            if (buffered == BLOCK) {
                stripes(sums, STRIPES_PER_BLOCK);
                scramble();
                System.arraycopy(buffer, BLOCK - STRIPE, previous, 0, STRIPE);
                buffered = 0;
            }
            int part = Math.min(left, BLOCK - buffered);
            System.arraycopy(bytes, at, buffer, buffered, part);
            buffered += part;
            at += part;
            left -= part;
        }
        return this;
    }

    /** The hash of all that came so far. */
    long digest() {
        if (length < SMALLEST) {
            throw new IllegalStateException("no hash of fewer than " + SMALLEST + " bytes");
        }
        if (length <= 16) {
            return upTo16();
        }
        if (length <= 128) {
            return upTo128();
        }
        return length <= LONGEST_SHORT ? upTo240() : beyond240();
    }

    private long upTo16() {
        long low = data(0) ^ secret(24) ^ secret(32);
        long high = data(buffered - 8) ^ secret(40) ^ secret(48);
        return avalanche(length + Long.reverseBytes(low) + high + fold(low, high));
    }

    private long upTo128() {
        long sum = length * PRIME64_1;
        for (int i = (buffered - 1) / 32; i >= 0; i--) {
            sum += mix(16 * i, 32 * i);
            sum += mix(buffered - 16 * (i + 1), 32 * i + 16);
        }
        return avalanche(sum);
    }

    private long upTo240() {
        long sum = length * PRIME64_1;
        for (int i = 0; i < 8; i++) {
            sum += mix(16 * i, 16 * i);
        }
        sum = avalanche(sum);
        for (int i = 8; i < buffered / 16; i++) {
            sum += mix(16 * i, 16 * (i - 8) + 3);
        }
        return avalanche(sum + mix(buffered - 16, 136 - 17));
    }

    private long beyond240() {
        long[] ends = sums.clone();
        stripes(ends, (buffered - 1) / STRIPE);
        byte[] last = new byte[STRIPE];
        int own = Math.min(buffered, STRIPE);
        System.arraycopy(previous, own, last, 0, STRIPE - own);
        System.arraycopy(buffer, buffered - own, last, STRIPE - own, own);
        stripe(ends, last, 0, SECRET.length - STRIPE - 7);
        long merged = length * PRIME64_1;
        for (int i = 0; i < 4; i++) {
            int at = 11 + 16 * i;
            merged += fold(ends[2 * i] ^ secret(at), ends[2 * i + 1] ^ secret(at + 8));
        }
        return avalanche(merged);
    }

    private void stripes(long[] into, int count) {
        for (int i = 0; i < count; i++) {
            stripe(into, buffer, i * STRIPE, i * 8);
        }
    }

    private static void stripe(long[] into, byte[] bytes, int from, int secretFrom) {
        for (int i = 0; i < 8; i++) {
            long value = (long) LONG.get(bytes, from + 8 * i);
            long key = value ^ secret(secretFrom + 8 * i);
            into[i ^ 1] += value;
            into[i] += (key & 0xFFFFFFFFL) * (key >>> 32);
        }
    }

    private void scramble() {
        for (int i = 0; i < 8; i++) {
            long sum = sums[i];
            sums[i] = (sum ^ sum >>> 47 ^ secret(SECRET.length - STRIPE + 8 * i)) * PRIME32_1;
        }
    }

    private long mix(int at, int secretAt) {
        return fold(data(at) ^ secret(secretAt), data(at + 8) ^ secret(secretAt + 8));
    }

    private long data(int at) {
        return (long) LONG.get(buffer, at);
    }

    private static long secret(int at) {
        return (long) LONG.get(SECRET, at);
    }

    /** Both halves of the product of 128 bits, folded into one. */
    private static long fold(long a, long b) {
        return a * b ^ Math.unsignedMultiplyHigh(a, b);
    }

    private static long avalanche(long hash) {
        long h = (hash ^ hash >>> 37) * PRIME_MX1;
        return h ^ h >>> 32;
    }
}

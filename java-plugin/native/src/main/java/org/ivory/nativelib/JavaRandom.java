package org.ivory.nativelib;

/** The library's random numbers: xoshiro256++ by Blackman and Vigna, seeded by splitmix64. */
final class JavaRandom {
    private final long[] state = new long[4];

    JavaRandom(long seed) {
        long sum = seed;
        for (int i = 0; i < state.length; i++) {
            sum += 0x9e3779b97f4a7c15L;
            long z = (sum ^ sum >>> 30) * 0xbf58476d1ce4e5b9L;
            z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
            state[i] = z ^ z >>> 31;
        }
    }

    long next() {
        long result = Long.rotateLeft(state[0] + state[3], 23) + state[0];
        long shifted = state[1] << 17;
        state[2] ^= state[0];
        state[3] ^= state[1];
        state[1] ^= state[2];
        state[0] ^= state[3];
        state[2] ^= shifted;
        state[3] = Long.rotateLeft(state[3], 45);
        return result;
    }
}

package org.ivory.nativelib;

/**
 * An encoder with its parameters, as the section of a model file holds them.
 *
 * @param place where codes are made
 * @param quantizer makes them
 * @param codeBytes bytes of a code without factors
 * @param factors of a code
 */
record JavaCoder(JavaPlace place, JavaQuantizer quantizer, int codeBytes, int factors) {

    /** Largest magnitude of an encoder's parameter, in the frame. */
    private static final float LARGEST = 1 << 26;

    /** Length in bytes of the section of a model file. */
    static long sectionLength(EncoderSpec encoder, int dimension) {
        long origin = 8 + 4L * dimension;
        int parameter = encoder.parameter();
        return switch (encoder.name()) {
            case "pq" -> origin + 64L * parameter * Math.ceilDiv(dimension, parameter);
            case "sq" -> origin + 8L * dimension;
            case "rabitq" -> origin + 16;
            default -> 0;
        };
    }

    /**
     * Reads the section, which has the right length; null for none.
     *
     * @param words the section in four-byte words
     * @throws ModelFormatException naming the part that is wrong
     */
    static JavaCoder read(Metric metric, int dimension, EncoderSpec encoder, int[] words) {
        if (encoder.equals(EncoderSpec.NONE)) {
            return null;
        }
        float scale = Float.intBitsToFloat(words[0]);
        boolean power = (words[0] & 0x7fffff) == 0 && Float.isFinite(scale);
        JavaModelFile.check(
                power && scale >= Float.MIN_NORMAL, "[scale] is " + scale + ", no power of two");
        float length = Float.intBitsToFloat(words[1]);
        JavaModelFile.check(
                Float.isFinite(length) && length >= Float.MIN_NORMAL,
                "[length] of vectors is " + length);
        float[] origin = floats("origin", words, 2, dimension, Float.MAX_VALUE);
        int at = 2 + dimension;
        int codeBytes = encoder.codeBytes(dimension);
        int parameter = encoder.parameter();
        JavaQuantizer quantizer =
                switch (encoder.name()) {
                    case "pq" ->
                            new JavaProductCodes(
                                    metric,
                                    parameter,
                                    codeBytes,
                                    floats("codewords", words, at, words.length - at, LARGEST));
                    case "sq" ->
                            new JavaScalarCodes(
                                    metric,
                                    parameter,
                                    codeBytes,
                                    floats("lows", words, at, dimension, LARGEST),
                                    floats("steps", words, at + dimension, dimension, LARGEST));
                    default -> {
                        JavaModelFile.check(
                                words[at] == JavaRotation.VERSION && words[at + 1] == 0,
                                "[rotation] is "
                                        + Integer.toUnsignedString(words[at])
                                        + " with "
                                        + Integer.toUnsignedString(words[at + 1])
                                        + ", this library knows 1 with 0");
                        long seed =
                                Integer.toUnsignedLong(words[at + 2]) | (long) words[at + 3] << 32;
                        yield new JavaRotatedCodes(metric, dimension, parameter, seed);
                    }
                };
        var place = new JavaPlace(origin, scale, length);
        return new JavaCoder(place, quantizer, codeBytes, encoder.factors(metric));
    }

    private static float[] floats(String field, int[] words, int at, int count, float largest) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = Float.intBitsToFloat(words[at + i]);
            JavaModelFile.check(
                    Math.abs(numbers[i]) <= largest,
                    "[" + field + "] number " + i + " is " + numbers[i]);
        }
        return numbers;
    }

    int codeLength() {
        return codeBytes + Float.BYTES * factors;
    }

    /**
     * Makes one code.
     *
     * @param codes whose bytes from {@code at} on are zero
     */
    void encode(float[] vectors, int from, float[] centroids, int cell, byte[] codes, int at) {
        int dimension = place.origin().length;
        float[] residual = new float[dimension];
        float[] centroid = new float[dimension];
        place.vector(vectors, from, residual);
        place.centroid(centroids, cell * dimension, centroid);
        for (int i = 0; i < dimension; i++) {
            residual[i] -= centroid[i];
        }
        quantizer.encode(residual, centroid, codes, at);
    }
}

package org.ivory.opensearch.model.store;

import org.ivory.nativelib.ModelFormatException;

import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.zip.CRC32C;

/** One document of the system index: a part of a model's file with its checksum (CRC-32C). */
final class ModelChunk {
    /** Bytes of every chunk but the last of a file. */
    static final int SIZE = 1 << 20;

    static final String GENERATION = "generation";
    static final String NUMBER = "number";
    static final String LENGTH = "length";
    static final String CRC = "crc32c";
    static final String DATA = "data";

    private ModelChunk() {}

    /** Id of the document that holds chunk {@code number} of a generation. */
    static String id(String generation, int number) {
        return generation + "-" + number;
    }

    /** Number of chunks of a file. */
    static int count(long fileLength) {
        return Math.toIntExact((fileLength + SIZE - 1) / SIZE);
    }

    /** Length of chunk {@code number} of a file. */
    static int length(long fileLength, int number) {
        return (int) Math.min(SIZE, fileLength - (long) number * SIZE);
    }

    /** The document for the first {@code length} bytes of {@code bytes}. */
    static Map<String, Object> write(String generation, int number, byte[] bytes, int length) {
        byte[] exact = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
        return Map.of(
                GENERATION,
                generation,
                NUMBER,
                number,
                LENGTH,
                length,
                CRC,
                crc(exact),
                DATA,
                Base64.getEncoder().encodeToString(exact));
    }

    /**
     * The bytes in a document.
     *
     * @throws ModelFormatException if it is not the expected chunk, or its bytes are not those that
     *     were written
     */
    static byte[] read(Map<String, Object> document, String generation, int number, int length) {
        String name = "chunk [" + number + "] of generation [" + generation + "]";
        require(generation.equals(document.get(GENERATION)), name, GENERATION, document);
        require(number == number(document, NUMBER), name, NUMBER, document);
        require(length == number(document, LENGTH), name, LENGTH, document);
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(String.valueOf(document.get(DATA)));
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(name + " is damaged: its data is not base64");
        }
        if (bytes.length != length) {
            throw new ModelFormatException(
                    name + " is damaged: it has " + bytes.length + " bytes, not " + length);
        }
        if (crc(bytes) != number(document, CRC)) {
            throw new ModelFormatException(name + " is damaged: its checksum is wrong");
        }
        return bytes;
    }

    private static void require(
            boolean condition, String name, String field, Map<String, Object> document) {
        if (condition == false) {
            throw new ModelFormatException(
                    name + " is damaged: its [" + field + "] is [" + document.get(field) + "]");
        }
    }

    private static long number(Map<String, Object> document, String field) {
        return document.get(field) instanceof Number number ? number.longValue() : -1;
    }

    private static long crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return crc.getValue();
    }
}

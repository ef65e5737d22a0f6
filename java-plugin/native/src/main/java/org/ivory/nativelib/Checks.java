package org.ivory.nativelib;

import java.nio.ByteBuffer;

/**
 * Checks of arguments, the same for the native library and its twin. The library checks again on
 * its side; here the messages can name Java's arguments, and nothing wrong crosses the boundary.
 */
final class Checks {
    /** Most candidates that a scan keeps. */
    private static final int MOST_CANDIDATES = 1 << 24;

    private Checks() {}

    static void argument(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    static void notNull(Object value, String name) {
        argument(value != null, name + " must not be null");
    }

    static void notNegative(String name, int value) {
        argument(value >= 0, name + " must not be negative, got " + value);
    }

    /** That {@code name} has at least {@code needed} elements. */
    static void holds(String name, long length, long needed) {
        argument(
                length >= needed,
                name + " is too short: " + needed + " elements needed, got " + length);
    }

    static void score(Metric metric, float[] query, ByteBuffer rows, int count, float[] out) {
        scoring(metric, query, rows, count, out);
        long needed = (long) count * query.length;
        argument(
                rows.capacity() / Float.BYTES >= needed,
                "rows is too short: "
                        + needed * Float.BYTES
                        + " bytes needed, got "
                        + rows.capacity());
    }

    static void scoreRows(
            Metric metric, float[] query, ByteBuffer rows, int[] index, int count, float[] out) {
        scoring(metric, query, rows, count, out);
        notNull(index, "index");
        holds("index", index.length, count);
        long available = rows.capacity() / ((long) query.length * Float.BYTES);
        for (int i = 0; i < count; i++) {
            if (index[i] < 0 || index[i] >= available) {
                throw new IllegalArgumentException(
                        "index " + i + " is " + index[i] + ", rows has " + available + " rows");
            }
        }
    }

    /** Row numbers are checked by the library, which reads them anyhow. */
    static void scoreMapped(
            Metric metric,
            float[] query,
            long length,
            int stride,
            int[] rows,
            int count,
            float[] out) {
        scoring(metric, query, count, out);
        mapped(query, length, stride);
        notNull(rows, "rows");
        holds("rows", rows.length, count);
    }

    static void scoreMappedRange(
            Metric metric,
            float[] query,
            long length,
            int stride,
            int from,
            int count,
            float[] out) {
        scoring(metric, query, count, out);
        mapped(query, length, stride);
        notNegative("from", from);
        long needed = (from + count - 1L) * stride + 4L * query.length;
        argument(
                count == 0 || length >= needed,
                "length is too short: " + needed + " bytes needed, got " + length);
    }

    private static void mapped(float[] query, long length, int stride) {
        argument(length >= 0, "length must not be negative, got " + length);
        long row = 4L * query.length;
        argument(stride >= row, "stride must be at least " + row + ", got " + stride);
    }

    private static void scoring(
            Metric metric, float[] query, ByteBuffer rows, int count, float[] out) {
        notNull(rows, "rows");
        argument(rows.isDirect(), "rows must be a direct buffer");
        scoring(metric, query, count, out);
    }

    private static void scoring(Metric metric, float[] query, int count, float[] out) {
        notNull(metric, "metric");
        notNull(query, "query");
        notNull(out, "out");
        argument(query.length > 0, "query is empty");
        notNegative("count", count);
        holds("out", out.length, count);
    }

    static void vectors(float[] vectors, int count, int dimension) {
        notNull(vectors, "vectors");
        notNegative("count", count);
        holds("vectors", vectors.length, (long) count * dimension);
    }

    static void assign(float[] vectors, int count, int dimension, int[] cells) {
        vectors(vectors, count, dimension);
        notNull(cells, "cells");
        holds("cells", cells.length, count);
    }

    static void encode(
            float[] vectors, int count, int dimension, int[] cells, byte[] codes, int codeLength) {
        assign(vectors, count, dimension, cells);
        notNull(codes, "codes");
        holds("codes", codes.length, (long) count * codeLength);
    }

    static void scan(float[] query, int dimension, int candidates, int codeLength) {
        notNull(query, "query");
        argument(
                query.length == dimension,
                "query has " + query.length + " components, the model " + dimension);
        argument(
                candidates >= 1 && candidates <= MOST_CANDIDATES,
                "candidates must be from 1 to " + MOST_CANDIDATES + ", got " + candidates);
        if (codeLength == 0) {
            throw new IllegalStateException("the model makes no codes");
        }
    }

    static void cells(int from, int count, int[] cells) {
        notNegative("from", from);
        notNegative("count", count);
        notNull(cells, "cells");
        holds("cells", cells.length, count);
    }

    static void rows(int segment, int rank, byte[] rows, int[] docs, int count, int codeLength) {
        notNegative("segment", segment);
        notNegative("rank", rank);
        notNegative("count", count);
        notNull(rows, "rows");
        notNull(docs, "docs");
        holds("rows", rows.length, (long) count * codeLength);
        holds("docs", docs.length, count);
        for (int i = 0; i < count; i++) {
            if (docs[i] < 0) {
                throw new IllegalArgumentException("docs element " + i + " is " + docs[i]);
            }
        }
    }

    static void take(int[] segments, int[] docs, float[] estimates, int candidates) {
        notNull(segments, "segments");
        notNull(docs, "docs");
        notNull(estimates, "estimates");
        holds("segments", segments.length, candidates);
        holds("docs", docs.length, candidates);
        holds("estimates", estimates.length, candidates);
    }

    /** Returns the number of cells that will be written. */
    static int probe(
            float[] query, int dimension, int nprobe, int nlist, int[] cells, float[] raw) {
        notNull(query, "query");
        argument(
                query.length == dimension,
                "query has " + query.length + " components, the model " + dimension);
        argument(nprobe >= 1, "nprobe must be at least 1, got " + nprobe);
        int found = Math.min(nprobe, nlist);
        notNull(cells, "cells");
        holds("cells", cells.length, found);
        if (raw != null) {
            holds("raw", raw.length, found);
        }
        return found;
    }

    static void readFile(long offset, byte[] out, int length, long fileLength) {
        notNull(out, "out");
        notNegative("length", length);
        holds("out", out.length, length);
        argument(
                offset >= 0 && offset <= fileLength - length,
                "no " + length + " bytes at offset " + offset + " of a file of " + fileLength);
    }

    static void chunk(byte[] chunk, int length, long received, long announced) {
        notNull(chunk, "chunk");
        notNegative("length", length);
        holds("chunk", chunk.length, length);
        argument(length <= announced - received, "more bytes than the " + announced + " announced");
    }

    static void modelLength(long length) {
        argument(
                length >= JavaModelFile.SHORTEST && length <= JavaModelFile.LONGEST,
                "no model file has " + length + " bytes");
    }

    /** That the first {@code count} numbers are finite. */
    static void finite(String name, float[] numbers, int count, int dimension) {
        for (int i = 0; i < count; i++) {
            if (!Float.isFinite(numbers[i])) {
                throw new IllegalArgumentException(
                        "["
                                + name
                                + "] component ["
                                + i % dimension
                                + "] of vector ["
                                + i / dimension
                                + "] must be finite, got ["
                                + numbers[i]
                                + "]");
            }
        }
    }
}

package org.ivory.nativelib;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** A model file on its way into the twin: bytes in pieces, as no array may hold them all. */
final class ModelBytes {
    /** A multiple of four, so that no number lies across two pieces. */
    private static final int PIECE = 1 << 20;

    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final List<byte[]> pieces = new ArrayList<>();
    private long length;

    /** Bytes received. */
    long length() {
        return length;
    }

    void append(byte[] chunk, int count) {
        int from = 0;
        while (from < count) {
            int at = (int) (length % PIECE);
            if (at == 0) {
                pieces.add(new byte[PIECE]);
            }
            int part = Math.min(count - from, PIECE - at);
            System.arraycopy(chunk, from, pieces.get(pieces.size() - 1), at, part);
            from += part;
            length += part;
        }
    }

    byte byteAt(long offset) {
        return pieces.get((int) (offset / PIECE))[(int) (offset % PIECE)];
    }

    /** The little-endian number at an offset that is a multiple of four. */
    int intAt(long offset) {
        return (int) INT.get(pieces.get((int) (offset / PIECE)), (int) (offset % PIECE));
    }

    /** The little-endian number at an offset that is a multiple of four. */
    long longAt(long offset) {
        return Integer.toUnsignedLong(intAt(offset)) | (long) intAt(offset + 4) << 32;
    }

    /** Adds the bytes {@code from..to} to a hash. */
    Xxh3 hash(Xxh3 hash, long from, long to) {
        long at = from;
        while (at < to) {
            int within = (int) (at % PIECE);
            int part = (int) Math.min(to - at, PIECE - within);
            hash.update(pieces.get((int) (at / PIECE)), within, part);
            at += part;
        }
        return hash;
    }

    /** Takes the numbers from a multiple of four on, giving up the pieces read on the way. */
    void drainFloats(long from, float[] numbers) {
        int filled = 0;
        while (filled < numbers.length) {
            long at = from + 4L * filled;
            int piece = (int) (at / PIECE);
            int within = (int) (at % PIECE);
            int part = Math.min(numbers.length - filled, (PIECE - within) / 4);
            ByteBuffer.wrap(pieces.get(piece), within, 4 * part)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(numbers, filled, part);
            filled += part;
            if (filled < numbers.length) {
                pieces.set(piece, null);
            }
        }
        pieces.clear();
        length = 0;
    }
}

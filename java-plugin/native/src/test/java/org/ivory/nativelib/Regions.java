package org.ivory.nativelib;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Regions of a segment's file made by hand after docs/FORMAT.md. */
final class Regions {
    private static final int BLOCK = 32;

    private Regions() {}

    /**
     * The vectors of one cell.
     *
     * @param docs ascending
     * @param rows their codes, one after the other
     */
    record Cell(int[] docs, byte[] rows) {}

    /** Encodes vectors and sorts them into cells; vector {@code i} is document {@code docs[i]}. */
    static TreeMap<Integer, Cell> cells(CentroidModel model, float[] vectors, int[] docs) {
        int length = model.codeLength();
        int[] cells = new int[docs.length];
        byte[] codes = new byte[docs.length * length];
        model.encode(vectors, docs.length, cells, codes);
        TreeMap<Integer, List<Integer>> members = new TreeMap<>();
        for (int i = 0; i < docs.length; i++) {
            members.computeIfAbsent(cells[i], cell -> new ArrayList<>()).add(i);
        }
        TreeMap<Integer, Cell> sorted = new TreeMap<>();
        members.forEach((cell, list) -> {
            byte[] rows = new byte[list.size() * length];
            for (int i = 0; i < list.size(); i++) {
                System.arraycopy(codes, list.get(i) * length, rows, i * length, length);
            }
            sorted.put(cell, new Cell(list.stream().mapToInt(i -> docs[i]).toArray(), rows));
        });
        return sorted;
    }

    /** The bytes of a region. */
    static byte[] bytes(CentroidModel model, TreeMap<Integer, Cell> cells) {
        int documents = cells.values().stream().mapToInt(cell -> cell.docs.length).sum();
        int largest = 0;
        for (Cell cell : cells.values()) {
            for (int doc : cell.docs) {
                largest = Math.max(largest, doc);
            }
        }
        int docBits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(largest));
        int span = cells.isEmpty() ? 0 : cells.lastKey() + 1;
        int words = Math.ceilDiv(span, 64);
        int ranks = 64 + 8 * words;
        int starts = ranks + up(4 * words, 8);
        int docs = starts + up(4 * (cells.size() + 1), 8);
        int codes = up(docs + Math.ceilDiv(documents * docBits, 8) + 8, 64);
        int length = up(codes + documents * model.codeLength() + 64, 64);
        ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0x47565649).putInt(1).putLong(model.fingerprint());
        out.putInt(documents).putInt(cells.size()).putInt(span);
        out.putInt(model.codeBytes()).putInt(model.factors()).putInt(docBits).putLong(length);
        int present = 0;
        int position = 0;
        for (int word = 0; word < words; word++) {
            out.putInt(ranks + 4 * word, present);
            present += cells.subMap(64 * word, 64 * word + 64).size();
        }
        int rank = 0;
        for (var entry : cells.entrySet()) {
            int at = 64 + 8 * (entry.getKey() / 64);
            out.putLong(at, out.getLong(at) | 1L << entry.getKey() % 64);
            out.putInt(starts + 4 * rank++, position);
            Cell cell = entry.getValue();
            putCodes(out, codes + position * model.codeLength(), model, cell);
            for (int doc : cell.docs) {
                for (int bit = 0; bit < docBits; bit++) {
                    int to = position * docBits + bit;
                    int value = (doc >> bit & 1) << to % 8;
                    out.put(docs + to / 8, (byte) (out.get(docs + to / 8) | value));
                }
                position++;
            }
        }
        out.putInt(starts + 4 * rank, position);
        return out.array();
    }

    private static int up(int value, int multiple) {
        return Math.ceilDiv(value, multiple) * multiple;
    }

    private static void putCodes(ByteBuffer out, int at, CentroidModel model, Cell cell) {
        int length = model.codeLength();
        for (int first = 0; first < cell.docs.length; first += BLOCK) {
            int width = Math.min(BLOCK, cell.docs.length - first);
            int block = at + first * length;
            for (int j = 0; j < width; j++) {
                int row = (first + j) * length;
                for (int p = 0; p < model.codeBytes(); p++) {
                    out.put(block + p * width + j, cell.rows[row + p]);
                }
                for (int byteOfFactor = 0; byteOfFactor < 4 * model.factors(); byteOfFactor++) {
                    int factor = byteOfFactor / 4;
                    int to = model.codeBytes() * width + 4 * (factor * width + j);
                    byte value = cell.rows[row + model.codeBytes() + byteOfFactor];
                    out.put(block + to + byteOfFactor % 4, value);
                }
            }
        }
    }

    /** Copies bytes to memory with an address; it starts at a multiple of 64. */
    static MemorySegment memory(Arena arena, byte[] bytes) {
        MemorySegment memory = arena.allocate(Math.max(1, bytes.length), 64);
        MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, 0, bytes.length);
        return memory;
    }
}

package org.ivory.lucene.codec;

import org.apache.lucene.util.ArrayUtil;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Goes through the cells of several parts as one: cells ascending, in each the documents ascending.
 * Takes 8 bytes for each document of the largest cell.
 */
final class CellWalk {

    private static final int CHUNK = 256;

    private final List<CellPart> parts;
    private final boolean codes;
    private final int[] next;
    private final int[] chunk = new int[CHUNK];

    /** Of each part, how many documents of the open cell came from those before it. */
    private final int[] base;

    /** Document in the upper half, number in order of arrival in the lower one. */
    private long[] keys = new long[0];

    private int count;
    private int cell = -1;

    /**
     * @param codes whether codes will be asked for
     */
    CellWalk(List<CellPart> parts, boolean codes) throws IOException {
        this.parts = parts;
        this.codes = codes;
        this.base = new int[parts.size() + 1];
        this.next = new int[parts.size()];
        for (int i = 0; i < next.length; i++) {
            next[i] = parts.get(i).nextCell(0);
        }
    }

    /** Goes to the next cell that has documents in the new segment; false at the end. */
    boolean next() throws IOException {
        do {
            cell = -1;
            for (int candidate : next) {
                if (candidate >= 0 && (cell < 0 || candidate < cell)) {
                    cell = candidate;
                }
            }
            if (cell < 0) {
                return false;
            }
            gather();
        } while (count == 0);
        return true;
    }

    private void gather() throws IOException {
        count = 0;
        int arrived = 0;
        boolean ascending = true;
        for (int i = 0; i < next.length; i++) {
            base[i] = arrived;
            if (next[i] != cell) {
                continue;
            }
            CellPart part = parts.get(i);
            part.open(cell, codes);
            for (int read = part.documents(chunk); read > 0; read = part.documents(chunk)) {
                keys = ArrayUtil.grow(keys, count + read);
                for (int k = 0; k < read; k++, arrived++) {
                    if (chunk[k] >= 0) {
                        long key = (long) chunk[k] << Integer.SIZE | arrived;
                        ascending &= count == 0 || keys[count - 1] < key;
                        keys[count++] = key;
                    }
                }
            }
            next[i] = part.nextCell(cell + 1);
        }
        base[next.length] = arrived;
        if (!ascending) {
            Arrays.sort(keys, 0, count);
        }
    }

    int cell() {
        return cell;
    }

    /** Documents in the cell. */
    int count() {
        return count;
    }

    int document(int index) {
        return (int) (keys[index] >>> Integer.SIZE);
    }

    /** Fills a block with the codes of {@code width} documents from {@code first}. */
    void block(int first, int width, CodeLayout layout, byte[] block) throws IOException {
        int part = 0;
        for (int j = 0; j < width; j++) {
            int arrived = (int) keys[first + j];
            while (arrived < base[part]) { // after sorting parts mix
                part--;
            }
            while (arrived >= base[part + 1]) {
                part++;
            }
            parts.get(part).code(arrived - base[part], layout, block, width, j);
        }
    }
}

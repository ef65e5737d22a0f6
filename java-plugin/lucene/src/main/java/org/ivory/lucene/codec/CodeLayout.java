package org.ivory.lucene.codec;

/**
 * How a code's bytes are laid out in a block of {@code w} vectors: byte {@code p} of vector {@code
 * j} at {@code p·w + j}, then factor {@code f} (four bytes) at {@code codeBytes·w + 4·(f·w + j)}.
 *
 * @param codeBytes bytes of a code without its factors
 * @param factors four bytes each
 */
record CodeLayout(int codeBytes, int factors) {

    /** Documents without a code. */
    static final CodeLayout NONE = new CodeLayout(0, 0);

    /** Bytes of a code in row form. */
    int length() {
        return codeBytes + Float.BYTES * factors;
    }

    /** Copies vector {@code j} of a block of {@code width} vectors into a row. */
    void toRow(byte[] block, int width, int j, byte[] row) {
        int from = j;
        for (int p = 0; p < codeBytes; p++, from += width) {
            row[p] = block[from];
        }
        from = codeBytes * width + Float.BYTES * j;
        for (int p = codeBytes; p < row.length && p < length(); p += Float.BYTES) {
            System.arraycopy(block, from, row, p, Float.BYTES);
            from += Float.BYTES * width;
        }
    }

    /** Copies a row to vector {@code j} of a block of {@code width} vectors. */
    void toBlock(byte[] row, int offset, byte[] block, int width, int j) {
        int to = j;
        for (int p = 0; p < codeBytes; p++, to += width) {
            block[to] = row[offset + p];
        }
        to = codeBytes * width + Float.BYTES * j;
        for (int f = 0; f < factors; f++, to += Float.BYTES * width) {
            System.arraycopy(row, offset + codeBytes + Float.BYTES * f, block, to, Float.BYTES);
        }
    }

    /** Copies vector {@code i} of one block to vector {@code j} of another of the same layout. */
    void copy(byte[] source, int sourceWidth, int i, byte[] block, int width, int j) {
        int from = i;
        int to = j;
        for (int p = 0; p < codeBytes; p++) {
            block[to] = source[from];
            from += sourceWidth;
            to += width;
        }
        from = codeBytes * sourceWidth + Float.BYTES * i;
        to = codeBytes * width + Float.BYTES * j;
        for (int f = 0; f < factors; f++) {
            System.arraycopy(source, from, block, to, Float.BYTES);
            from += Float.BYTES * sourceWidth;
            to += Float.BYTES * width;
        }
    }
}

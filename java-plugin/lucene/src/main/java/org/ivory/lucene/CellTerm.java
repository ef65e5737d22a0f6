package org.ivory.lucene;

import org.apache.lucene.util.BytesRef;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The indexed term of a vector: the model's fingerprint (8 bytes) and the cell (4 bytes), both big
 * endian, so that a model's terms stand together in a terms dictionary, in order of their cells.
 */
public final class CellTerm {

    /** Fingerprint of documents that were indexed without a model; their cell is 0. */
    public static final long UNASSIGNED = 0;

    /** Bytes of a term. */
    public static final int LENGTH = Long.BYTES + Integer.BYTES;

    private static final VarHandle I64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle I32 =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    private CellTerm() {}

    /** A new term. */
    public static BytesRef encode(long fingerprint, int cell) {
        BytesRef term = new BytesRef(new byte[LENGTH]);
        encode(fingerprint, cell, term);
        return term;
    }

    /** Overwrites {@code term}, whose array has at least {@link #LENGTH} bytes. */
    public static void encode(long fingerprint, int cell, BytesRef term) {
        I64.set(term.bytes, 0, fingerprint);
        I32.set(term.bytes, Long.BYTES, cell);
        term.offset = 0;
        term.length = LENGTH;
    }

    /** The fingerprint of a term. */
    public static long fingerprint(BytesRef term) {
        return (long) I64.get(term.bytes, term.offset);
    }

    /** The cell of a term. */
    public static int cell(BytesRef term) {
        return (int) I32.get(term.bytes, term.offset + Long.BYTES);
    }
}

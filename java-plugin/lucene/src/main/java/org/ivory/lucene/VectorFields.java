package org.ivory.lucene;

import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.util.BytesRef;
import org.ivory.nativelib.Metric;

import java.util.function.Consumer;

/**
 * What one vector adds to a Lucene document: its {@link CellTerm} as the only indexed term, with
 * the vector's code as payload, and its {@link VectorEncoding} as a binary doc value, all under the
 * same field name.
 */
public final class VectorFields {

    private VectorFields() {}

    /** Whether a segment's field holds vectors. */
    public static boolean isVector(FieldInfo field) {
        return VectorField.VECTOR.equals(field.getAttribute(VectorField.ATTRIBUTE));
    }

    /** As {@link #add(Consumer, String, Metric, float[], long, int, BytesRef)}, without a code. */
    public static void add(
            Consumer<IndexableField> document,
            String field,
            Metric metric,
            float[] vector,
            long fingerprint,
            int cell) {
        add(document, field, metric, vector, fingerprint, cell, null);
    }

    /**
     * Hands the field of one vector to {@code document}. A document takes at most one vector a
     * field.
     *
     * @param vector the vector as it was given (cosine: not normalised)
     * @param fingerprint of the model that assigned it, or {@link CellTerm#UNASSIGNED}
     * @param cell the cell that it was assigned to; 0 without a model
     * @param payload the code in row form; null where the model makes none, or without a model. Not
     *     copied: must not be changed before the document is written
     * @throws IllegalArgumentException for a zero vector under cosine
     */
    public static void add(
            Consumer<IndexableField> document,
            String field,
            Metric metric,
            float[] vector,
            long fingerprint,
            int cell,
            BytesRef payload) {
        BytesRef value = VectorEncoding.encode(metric, vector);
        document.accept(new VectorField(field, value, fingerprint, cell, payload));
    }
}

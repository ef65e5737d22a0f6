package org.ivory.lucene;

import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.util.BytesRef;
import org.ivory.nativelib.Metric;

import java.util.function.Consumer;

/**
 * What one vector adds to a Lucene document: its {@link CellTerm} as the only indexed term and its
 * {@link VectorEncoding} as a binary doc value, both under the same field name.
 */
public final class VectorFields {

    private static final FieldType TERM = new FieldType();
    private static final FieldType VALUE = new FieldType();

    static {
        TERM.setIndexOptions(IndexOptions.DOCS);
        TERM.setOmitNorms(true);
        TERM.setTokenized(false);
        TERM.freeze();
        VALUE.setDocValuesType(DocValuesType.BINARY);
        VALUE.freeze();
    }

    private VectorFields() {}

    /**
     * Hands the fields of one vector to {@code document}. A document takes at most one vector a
     * field.
     *
     * @param vector the vector as it was given (cosine: not normalised)
     * @param fingerprint of the model that assigned it, or {@link CellTerm#UNASSIGNED}
     * @param cell the cell that it was assigned to; 0 without a model
     * @throws IllegalArgumentException for a zero vector under cosine
     */
    public static void add(
            Consumer<IndexableField> document,
            String field,
            Metric metric,
            float[] vector,
            long fingerprint,
            int cell) {
        BytesRef value = VectorEncoding.encode(metric, vector);
        document.accept(new Field(field, CellTerm.encode(fingerprint, cell), TERM));
        document.accept(new Field(field, value, VALUE));
    }
}

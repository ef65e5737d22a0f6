package org.ivory.lucene;

import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.InvertableType;
import org.apache.lucene.document.StoredValue;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.index.IndexableFieldType;
import org.apache.lucene.util.BytesRef;

import java.io.Reader;

/** A vector in a Lucene document: one token and one doc value under one name. */
final class VectorField implements IndexableField {

    /** Key of the attribute by which formats know a field of vectors. */
    static final String ATTRIBUTE = "ivory";

    /** Value of {@link #ATTRIBUTE}. */
    static final String VECTOR = "vector";

    private static final FieldType TYPE = new FieldType();

    static {
        // Payloads belong to positions.
        TYPE.setIndexOptions(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS);
        TYPE.setOmitNorms(true);
        TYPE.setTokenized(false);
        TYPE.setDocValuesType(DocValuesType.BINARY);
        TYPE.putAttribute(ATTRIBUTE, VECTOR);
        TYPE.freeze();
    }

    private final String name;
    private final BytesRef value;
    private final long fingerprint;
    private final int cell;
    private final BytesRef payload;

    /**
     * @param value the doc value
     * @param payload the code in row form, or null
     */
    VectorField(String name, BytesRef value, long fingerprint, int cell, BytesRef payload) {
        this.name = name;
        this.value = value;
        this.fingerprint = fingerprint;
        this.cell = cell;
        this.payload = payload;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public IndexableFieldType fieldType() {
        return TYPE;
    }

    @Override
    public TokenStream tokenStream(Analyzer analyzer, TokenStream reuse) {
        CellTokenStream stream =
                reuse instanceof CellTokenStream mine ? mine : new CellTokenStream();
        stream.set(fingerprint, cell, payload);
        return stream;
    }

    @Override
    public BytesRef binaryValue() {
        return value;
    }

    @Override
    public InvertableType invertableType() {
        return InvertableType.TOKEN_STREAM;
    }

    @Override
    public String stringValue() {
        return null;
    }

    @Override
    public Reader readerValue() {
        return null;
    }

    @Override
    public Number numericValue() {
        return null;
    }

    @Override
    public StoredValue storedValue() {
        return null;
    }

    @Override
    public String toString() {
        return name + ":" + CellTerm.encode(fingerprint, cell);
    }
}

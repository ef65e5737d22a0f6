package org.ivory.opensearch.mapper;

import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.ivory.lucene.VectorEncoding;
import org.opensearch.index.mapper.FieldValueFetcher;

import java.io.IOException;
import java.util.List;

/** Gives the vector back where the host derives {@code _source} from doc values. */
final class VectorSource extends FieldValueFetcher {

    private final IvoryVectorFieldType type;

    VectorSource(IvoryVectorFieldType type, String simpleName) {
        super(simpleName);
        this.type = type;
    }

    @Override
    public List<Object> fetch(LeafReader reader, int docId) throws IOException {
        BinaryDocValues values = DocValues.getBinary(reader, type.name());
        return values.advanceExact(docId)
                ? List.of(
                        VectorEncoding.decode(
                                type.metric(), type.dimension(), values.binaryValue()))
                : List.of();
    }
}

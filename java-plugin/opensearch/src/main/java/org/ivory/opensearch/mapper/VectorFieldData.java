package org.ivory.opensearch.mapper;

import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.SortField;
import org.ivory.lucene.VectorEncoding;
import org.opensearch.common.util.BigArrays;
import org.opensearch.index.fielddata.IndexFieldData;
import org.opensearch.index.fielddata.IndexFieldData.XFieldComparatorSource.Nested;
import org.opensearch.index.fielddata.LeafFieldData;
import org.opensearch.index.fielddata.ScriptDocValues;
import org.opensearch.index.fielddata.SortedBinaryDocValues;
import org.opensearch.index.mapper.DocValueFetcher;
import org.opensearch.search.DocValueFormat;
import org.opensearch.search.MultiValueMode;
import org.opensearch.search.aggregations.support.ValuesSourceType;
import org.opensearch.search.sort.BucketedSort;
import org.opensearch.search.sort.SortOrder;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Gives vectors back from doc values; everything else that field data is for is refused. */
final class VectorFieldData implements IndexFieldData<VectorFieldData.Leaf> {

    private final IvoryVectorFieldType type;

    VectorFieldData(IvoryVectorFieldType type) {
        this.type = type;
    }

    @Override
    public String getFieldName() {
        return type.name();
    }

    @Override
    public ValuesSourceType getValuesSourceType() {
        return VectorValuesSourceType.VECTOR;
    }

    @Override
    public Leaf load(LeafReaderContext context) {
        return new Leaf(context);
    }

    @Override
    public Leaf loadDirect(LeafReaderContext context) {
        return load(context);
    }

    @Override
    public SortField sortField(
            Object missingValue, MultiValueMode sortMode, Nested nested, boolean reverse) {
        throw unsupported("sorting; sort by _score under an [ivory] query");
    }

    @Override
    public BucketedSort newBucketedSort(
            BigArrays bigArrays,
            Object missingValue,
            MultiValueMode sortMode,
            Nested nested,
            SortOrder sortOrder,
            DocValueFormat format,
            int bucketSize,
            BucketedSort.ExtraData extra) {
        throw unsupported("sorting");
    }

    private IllegalArgumentException unsupported(String use) {
        return new IllegalArgumentException(
                "field ["
                        + type.name()
                        + "] of type ["
                        + type.typeName()
                        + "] does not support "
                        + use);
    }

    /** The vectors of one segment. */
    final class Leaf implements LeafFieldData {

        private final LeafReaderContext context;

        Leaf(LeafReaderContext context) {
            this.context = context;
        }

        @Override
        public DocValueFetcher.Leaf getLeafValueFetcher(DocValueFormat format) {
            BinaryDocValues values;
            try {
                values = DocValues.getBinary(context.reader(), type.name());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            VectorFormat chosen = format instanceof VectorFormat f ? f : VectorFormat.ARRAY;
            return new DocValueFetcher.Leaf() {
                @Override
                public boolean advanceExact(int docId) throws IOException {
                    return values.advanceExact(docId);
                }

                @Override
                public int docValueCount() {
                    return 1;
                }

                @Override
                public Object nextValue() throws IOException {
                    return chosen.show(
                            VectorEncoding.decode(
                                    type.metric(), type.dimension(), values.binaryValue()));
                }
            };
        }

        @Override
        public ScriptDocValues<?> getScriptValues() {
            throw unsupported("scripts");
        }

        @Override
        public SortedBinaryDocValues getBytesValues() {
            throw unsupported("access as bytes");
        }

        @Override
        public long ramBytesUsed() {
            return 0;
        }

        @Override
        public void close() {}
    }
}

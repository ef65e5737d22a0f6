package org.ivory.opensearch.mapper;

import org.opensearch.script.AggregationScript;
import org.opensearch.search.DocValueFormat;
import org.opensearch.search.aggregations.support.FieldContext;
import org.opensearch.search.aggregations.support.ValueType;
import org.opensearch.search.aggregations.support.ValuesSource;
import org.opensearch.search.aggregations.support.ValuesSourceType;

import java.util.function.LongSupplier;

/** A type that no aggregation knows, so that the host refuses each of them by the field's name. */
enum VectorValuesSourceType implements ValuesSourceType {
    VECTOR;

    @Override
    public ValuesSource getEmpty() {
        return ValuesSource.Bytes.WithOrdinals.EMPTY;
    }

    @Override
    public ValuesSource getScript(AggregationScript.LeafFactory script, ValueType scriptValueType) {
        throw unsupported("a script");
    }

    @Override
    public ValuesSource getField(FieldContext fieldContext, AggregationScript.LeafFactory script) {
        throw unsupported("field [" + fieldContext.field() + "]");
    }

    @Override
    public ValuesSource replaceMissing(
            ValuesSource valuesSource,
            Object rawMissing,
            DocValueFormat docValueFormat,
            LongSupplier now) {
        throw unsupported("a missing value");
    }

    @Override
    public String typeName() {
        return IvoryVectorFieldMapper.TYPE;
    }

    private static IllegalArgumentException unsupported(String what) {
        return new IllegalArgumentException(
                what
                        + " of type ["
                        + IvoryVectorFieldMapper.TYPE
                        + "] is not supported in aggregations");
    }
}

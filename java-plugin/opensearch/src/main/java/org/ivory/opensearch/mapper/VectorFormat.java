package org.ivory.opensearch.mapper;

import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.search.DocValueFormat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.Locale;

/** How {@code fields} and {@code docvalue_fields} show a vector; each vector is one value. */
enum VectorFormat implements DocValueFormat {
    /** An array of numbers. */
    ARRAY {
        @Override
        Object show(float[] vector) {
            return vector;
        }
    },
    /** Base64 of little-endian f32. */
    BASE64 {
        @Override
        Object show(float[] vector) {
            ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES);
            bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(vector);
            return Base64.getEncoder().encodeToString(bytes.array());
        }
    };

    /** What stands in the response for the vector. */
    abstract Object show(float[] vector);

    /**
     * The format with that name; null is {@link #ARRAY}.
     *
     * @throws IllegalArgumentException naming the field, if there is none
     */
    static VectorFormat of(String field, String name) {
        if (name == null) {
            return ARRAY;
        }
        for (VectorFormat format : values()) {
            if (format.getWriteableName().equals(name)) {
                return format;
            }
        }
        throw new IllegalArgumentException(
                "field ["
                        + field
                        + "] of type ["
                        + IvoryVectorFieldMapper.TYPE
                        + "] has the formats [array] and [base64], not ["
                        + name
                        + "]");
    }

    @Override
    public String getWriteableName() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public void writeTo(StreamOutput out) {}
}

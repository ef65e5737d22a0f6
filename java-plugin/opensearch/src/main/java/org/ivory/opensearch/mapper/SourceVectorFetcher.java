package org.ivory.opensearch.mapper;

import org.opensearch.index.mapper.ValueFetcher;
import org.opensearch.search.lookup.SourceLookup;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * Gives vectors back from {@code _source}: one value each, also where nested documents have many.
 */
final class SourceVectorFetcher implements ValueFetcher {

    private final Set<String> paths;
    private final VectorFormat format;

    SourceVectorFetcher(Set<String> paths, VectorFormat format) {
        this.paths = paths;
        this.format = format;
    }

    @Override
    public List<Object> fetchValues(SourceLookup lookup) {
        List<Object> values = new ArrayList<>();
        for (String path : paths) {
            collect(lookup.extractValue(path, null), values);
        }
        return values;
    }

    /** The document was accepted, so what stands there is a vector, null, or a list of such. */
    private void collect(Object source, List<Object> values) {
        if (source instanceof String text) {
            collect(Base64.getDecoder().decode(text), values);
        } else if (source instanceof byte[] bytes) {
            float[] vector = new float[bytes.length / Float.BYTES];
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
            values.add(format.show(vector));
        } else if (source instanceof List<?> list && !list.isEmpty()) {
            if (list.get(0) instanceof Number) {
                float[] vector = new float[list.size()];
                for (int i = 0; i < vector.length; i++) {
                    vector[i] = ((Number) list.get(i)).floatValue();
                }
                values.add(format.show(vector));
            } else {
                list.forEach(element -> collect(element, values));
            }
        }
    }
}

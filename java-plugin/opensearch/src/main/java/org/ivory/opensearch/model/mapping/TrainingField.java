package org.ivory.opensearch.model.mapping;

import org.ivory.nativelib.Metric;
import org.ivory.nativelib.TrainingParameters;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.MappingMetadata;

import java.util.List;
import java.util.Map;

/**
 * The vector field that a model is trained from, the same in all indices it is read from.
 *
 * @param path full name
 */
public record TrainingField(String path, int dimension, Metric metric) {

    /**
     * Finds the field {@code path} in the mappings of {@code indices}.
     *
     * @throws IllegalArgumentException if an index has it not, or as another type, or below a
     *     nested object, or if the indices differ
     */
    public static TrainingField find(List<IndexMetadata> indices, String path) {
        TrainingField first = null;
        for (IndexMetadata index : indices) {
            TrainingField field = find(index, path);
            if (first != null && first.equals(field) == false) {
                throw new IllegalArgumentException(
                        "[training_field] ["
                                + path
                                + "] differs between indices: ["
                                + first.describe()
                                + "] in ["
                                + indices.get(0).getIndex().getName()
                                + "], ["
                                + field.describe()
                                + "] in ["
                                + index.getIndex().getName()
                                + "]");
            }
            first = field;
        }
        return first;
    }

    private static TrainingField find(IndexMetadata index, String path) {
        String where =
                "[training_field] [" + path + "] of index [" + index.getIndex().getName() + "]";
        Found found = new Found(path);
        MappingMetadata mapping = index.mapping();
        if (mapping != null) {
            VectorMappings.forEachField(mapping.sourceAsMap(), found);
        }
        if (found.parameters == null) {
            throw new IllegalArgumentException(where + " does not exist");
        }
        if (VectorField.isVectorField(found.parameters) == false) {
            Object type = found.parameters.getOrDefault("type", "object");
            throw new IllegalArgumentException(
                    where + " is of type [" + type + "], expected [" + VectorMappings.TYPE + "]");
        }
        if (found.nested != null) {
            throw new IllegalArgumentException(
                    where
                            + " is below the nested object ["
                            + found.nested
                            + "]: training from nested fields is not supported");
        }
        VectorField field = VectorField.of(path, found.parameters);
        if (field.dimension() < 1
                || field.dimension() > TrainingParameters.MAX_DIMENSION
                || field.metric() == null) {
            throw new IllegalArgumentException(
                    where + " has an unusable mapping: " + found.parameters);
        }
        return new TrainingField(path, field.dimension(), field.metric());
    }

    private String describe() {
        return "dimension " + dimension + ", space_type " + metric.spaceType();
    }

    private static final class Found implements VectorMappings.Visitor {
        private final String wanted;
        private Map<String, Object> parameters;
        private String nested;

        Found(String wanted) {
            this.wanted = wanted;
        }

        @Override
        public void visit(String path, Map<String, Object> parameters, String nested) {
            if (path.equals(wanted)) {
                this.parameters = parameters;
                this.nested = nested;
            }
        }
    }
}

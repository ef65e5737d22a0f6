package org.ivory.opensearch.model.mapping;

import org.ivory.nativelib.Metric;

import java.util.Map;

/**
 * A vector field as far as models are concerned.
 *
 * @param path full name
 * @param dimension 0 if the mapping does not say a usable one (its own parser complains)
 * @param metric null if the mapping names one that does not exist (its own parser complains)
 * @param model the model that it names, or null
 */
public record VectorField(String path, int dimension, Metric metric, String model) {
    /** What a field without a {@code space_type} means. */
    public static final Metric DEFAULT_METRIC = Metric.L2;

    /** Whether these are the parameters of a vector field. */
    public static boolean isVectorField(Map<String, Object> parameters) {
        return VectorMappings.TYPE.equals(parameters.get("type"));
    }

    /** Reads the parameters of a vector field, of which a user may have written any. */
    public static VectorField of(String path, Map<String, Object> parameters) {
        Object model = parameters.get(VectorMappings.MODEL);
        return new VectorField(
                path,
                dimension(parameters.get("dimension")),
                metric(parameters.get("space_type")),
                model == null ? null : model.toString());
    }

    private static int dimension(Object value) {
        try {
            return value == null ? 0 : Integer.parseInt(value.toString());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static Metric metric(Object value) {
        if (value == null) {
            return DEFAULT_METRIC;
        }
        try {
            return Metric.ofSpaceType(value.toString());
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}

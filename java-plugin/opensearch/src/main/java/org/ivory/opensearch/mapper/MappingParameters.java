package org.ivory.opensearch.mapper;

import org.ivory.nativelib.Metric;
import org.opensearch.index.mapper.FieldMapper;
import org.opensearch.index.mapper.MapperParsingException;
import org.opensearch.index.mapper.ParametrizedFieldMapper.Parameter;

import java.util.Objects;
import java.util.function.Function;

/** The parameters of a field's mapping, each with its checks. */
final class MappingParameters {

    private static final String DIMENSION = "dimension";
    private static final String SPACE_TYPE = "space_type";
    private static final String MODEL = "model";

    private MappingParameters() {}

    static Parameter<Integer> dimension(Function<FieldMapper, Integer> initializer) {
        return new Parameter<>(
                DIMENSION,
                false,
                () -> null,
                (field, context, value) -> dimension(field, value),
                initializer);
    }

    /** Checks that the dimension was given. */
    static void required(String field, Integer dimension) {
        if (dimension == null) {
            throw new MapperParsingException(
                    about(field)
                            + " needs the parameter ["
                            + DIMENSION
                            + "], from 1 to "
                            + VectorParser.MAX_DIMENSION);
        }
    }

    private static Integer dimension(String field, Object value) {
        long dimension = 0;
        if (value instanceof Integer || value instanceof Long || value instanceof Short) {
            dimension = ((Number) value).longValue();
        } else if (value instanceof String text && text.matches("\\d{1,9}")) {
            dimension = Long.parseLong(text);
        }
        if (dimension < 1 || dimension > VectorParser.MAX_DIMENSION) {
            throw new MapperParsingException(
                    about(field)
                            + " takes a whole number from 1 to "
                            + VectorParser.MAX_DIMENSION
                            + " as ["
                            + DIMENSION
                            + "], but got ["
                            + value
                            + "]");
        }
        return (int) dimension;
    }

    static Parameter<Metric> spaceType(Function<FieldMapper, Metric> initializer) {
        return new Parameter<>(
                SPACE_TYPE,
                false,
                () -> Metric.L2,
                (field, context, value) -> spaceType(field, value),
                initializer);
    }

    private static Metric spaceType(String field, Object value) {
        try {
            return Metric.ofSpaceType(Objects.toString(value));
        } catch (IllegalArgumentException e) {
            throw new MapperParsingException(about(field) + ": " + e.getMessage());
        }
    }

    static Parameter<String> model(Function<FieldMapper, String> initializer) {
        return new Parameter<>(
                        MODEL,
                        true,
                        () -> null,
                        (field, context, value) -> model(field, value),
                        initializer)
                .acceptsNull();
    }

    private static String model(String field, Object value) {
        if (value != null && (!(value instanceof String text) || text.isBlank())) {
            throw new MapperParsingException(
                    about(field)
                            + " takes the id of a model as ["
                            + MODEL
                            + "], but got ["
                            + value
                            + "]");
        }
        return (String) value;
    }

    private static String about(String field) {
        return "field [" + field + "] of type [" + IvoryVectorFieldMapper.TYPE + "]";
    }
}

package org.ivory.opensearch.model.mapping;

import org.ivory.opensearch.mapper.IvoryVectorFieldMapper;

import java.util.List;
import java.util.Map;

/** Walks mappings as users write them and as indices keep them. */
public final class VectorMappings {
    /** The type of vector fields. */
    public static final String TYPE = IvoryVectorFieldMapper.TYPE;

    /** The parameter of a vector field that names its model. */
    public static final String MODEL = "model";

    private static final String SINGLE_TYPE = "_doc";

    private VectorMappings() {}

    /** Sees one field of a mapping. */
    @FunctionalInterface
    public interface Visitor {
        /**
         * @param path the field's full name
         * @param parameters as written in the mapping
         * @param nested full name of the innermost nested object around it, or null
         */
        void visit(String path, Map<String, Object> parameters, String nested);
    }

    /** Shows every field of every depth, multi-fields included, to {@code visitor}. */
    public static void forEachField(Map<String, Object> mapping, Visitor visitor) {
        walk(object(root(mapping).get("properties")), "", null, visitor);
    }

    /**
     * Shows the mapping of every dynamic template to {@code visitor}, under the template's name in
     * angle brackets.
     */
    public static void forEachDynamicTemplate(Map<String, Object> mapping, Visitor visitor) {
        if (root(mapping).get("dynamic_templates") instanceof List<?> templates) {
            for (Object template : templates) {
                for (Map.Entry<String, Object> named : object(template).entrySet()) {
                    Map<String, Object> field = object(object(named.getValue()).get("mapping"));
                    visitor.visit("<" + named.getKey() + ">", field, null);
                }
            }
        }
    }

    /** The value as a JSON object; empty if it is none. */
    @SuppressWarnings("unchecked")
    static Map<String, Object> object(Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    private static Map<String, Object> root(Map<String, Object> mapping) {
        if (mapping.size() == 1 && mapping.get(SINGLE_TYPE) instanceof Map<?, ?> inner) {
            return object(inner);
        }
        return mapping;
    }

    private static void walk(
            Map<String, Object> properties, String prefix, String nested, Visitor visitor) {
        for (Map.Entry<String, Object> entry : properties.entrySet()) {
            Map<String, Object> field = object(entry.getValue());
            String path = prefix + entry.getKey();
            visitor.visit(path, field, nested);
            String inside = "nested".equals(field.get("type")) ? path : nested;
            walk(object(field.get("properties")), path + ".", inside, visitor);
            walk(object(field.get("fields")), path + ".", inside, visitor);
        }
    }
}

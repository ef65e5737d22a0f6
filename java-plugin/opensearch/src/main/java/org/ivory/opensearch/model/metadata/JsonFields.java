package org.ivory.opensearch.model.metadata;

import java.util.Map;

/** Typed reading of a parsed JSON object; every complaint names the field and its value. */
final class JsonFields {
    private final Map<String, Object> map;

    JsonFields(Map<String, Object> map) {
        this.map = map;
    }

    boolean has(String name) {
        return map.get(name) != null;
    }

    String string(String name) {
        return required(name).toString();
    }

    String stringOrNull(String name) {
        Object value = map.get(name);
        return value == null ? null : value.toString();
    }

    int integer(String name) {
        return Math.toIntExact(longInteger(name));
    }

    long longInteger(String name) {
        if (required(name) instanceof Number number) {
            return number.longValue();
        }
        throw wrong(name);
    }

    double real(String name) {
        if (required(name) instanceof Number number) {
            return number.doubleValue();
        }
        throw wrong(name);
    }

    @SuppressWarnings("unchecked")
    JsonFields object(String name) {
        if (required(name) instanceof Map<?, ?> inner) {
            return new JsonFields((Map<String, Object>) inner);
        }
        throw wrong(name);
    }

    private Object required(String name) {
        Object value = map.get(name);
        if (value == null) {
            throw new IllegalArgumentException("[" + name + "] is missing");
        }
        return value;
    }

    private IllegalArgumentException wrong(String name) {
        return new IllegalArgumentException(
                "[" + name + "] has the wrong type: [" + map.get(name) + "]");
    }
}

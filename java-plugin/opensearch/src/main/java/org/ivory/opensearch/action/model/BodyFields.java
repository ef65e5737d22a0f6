package org.ivory.opensearch.action.model;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Strict reading of a request's JSON object; every complaint names the parameter and its value. */
final class BodyFields {
    private final Map<String, Object> body;
    private final Set<String> known = new HashSet<>();

    private final String path;

    BodyFields(Map<String, Object> body) {
        this("", body);
    }

    private BodyFields(String path, Map<String, Object> body) {
        this.path = path;
        this.body = body;
    }

    /** The object of that name, or null if there is none. */
    @SuppressWarnings("unchecked")
    BodyFields object(String name) {
        Object value = value(name);
        if (value == null || value instanceof Map) {
            return value == null
                    ? null
                    : new BodyFields(path + name + ".", (Map<String, Object>) value);
        }
        throw new IllegalArgumentException(
                "[" + path + name + "] must be an object, got [" + value + "]");
    }

    String requiredString(String name) {
        String value = string(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(
                    "["
                            + path
                            + name
                            + "] is required"
                            + (value == null ? "" : ", got [" + value + "]"));
        }
        return value;
    }

    String string(String name) {
        Object value = value(name);
        if (value == null || value instanceof String) {
            return (String) value;
        }
        throw new IllegalArgumentException(
                "[" + path + name + "] must be a string, got [" + value + "]");
    }

    Long longInteger(String name) {
        Object value = value(name);
        if (value == null) {
            return null;
        }
        if (value instanceof Integer || value instanceof Long) {
            return ((Number) value).longValue();
        }
        String range = value instanceof BigInteger ? " of 64 bits" : "";
        throw new IllegalArgumentException(
                "[" + path + name + "] must be an integer" + range + ", got [" + value + "]");
    }

    Integer integer(String name, int min, int max) {
        if (value(name) instanceof BigInteger value) {
            throw outOfRange(name, value, min, max);
        }
        Long value = longInteger(name);
        if (value == null) {
            return null;
        }
        if (value < min || value > max) {
            throw outOfRange(name, value, min, max);
        }
        return value.intValue();
    }

    /** Complains of the parameters that nobody asked for. */
    void checkAllRead() {
        Set<String> unknown = new TreeSet<>(body.keySet());
        unknown.removeAll(known);
        if (unknown.isEmpty() == false) {
            String name = unknown.iterator().next();
            throw new IllegalArgumentException(
                    "unknown parameter ["
                            + path
                            + name
                            + "] with value ["
                            + body.get(name)
                            + "], expected "
                            + (known.isEmpty() ? "none" : "some of " + new TreeSet<>(known)));
        }
    }

    private Object value(String name) {
        known.add(name);
        return body.get(name);
    }

    private IllegalArgumentException outOfRange(String name, Object value, int min, int max) {
        return new IllegalArgumentException(
                "["
                        + path
                        + name
                        + "] must be from "
                        + min
                        + " to "
                        + max
                        + ", got ["
                        + value
                        + "]");
    }
}

package org.ivory.tests.harness;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** JSON to and from text. */
public final class Json {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    /** Parses {@code text}; fails the test with the text if it is not JSON. */
    public static JsonNode parse(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + shortened(text), e);
        }
    }

    /** Any map, list, array, string or number as JSON text. */
    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    /** At most 2,000 characters of {@code text}, for messages. */
    public static String shortened(String text) {
        return text.length() <= 2000
                ? text
                : text.substring(0, 1500) + " ... " + text.substring(text.length() - 400);
    }
}

package org.ivory.opensearch.model.metadata;

import org.opensearch.core.common.Strings;

import java.nio.charset.StandardCharsets;

/** What a model may be called: like an index, except that capital letters are allowed. */
public final class ModelId {
    /** Most bytes of an id in UTF-8. */
    public static final int MAX_LENGTH = 250;

    private ModelId() {}

    /**
     * Returns {@code id} if it is a valid model id.
     *
     * @throws IllegalArgumentException naming the id and the rule that it breaks
     */
    public static String check(String id) {
        if (id == null || id.isEmpty()) {
            throw new IllegalArgumentException("invalid model id []: it must not be empty");
        }
        if (id.getBytes(StandardCharsets.UTF_8).length > MAX_LENGTH) {
            throw invalid(id, "it must not be longer than " + MAX_LENGTH + " bytes");
        }
        char first = id.charAt(0);
        if (first == '_' || first == '-' || first == '+') {
            throw invalid(id, "it must not start with '_', '-' or '+'");
        }
        if (id.equals(".") || id.equals("..")) {
            throw invalid(id, "it must not be '.' or '..'");
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (c == '#' || c == ':' || Strings.INVALID_FILENAME_CHARS.contains(c)) {
                throw invalid(id, "it must not contain '" + c + "'");
            }
            if (Character.isWhitespace(c) || Character.isISOControl(c)) {
                throw invalid(id, "it must not contain white space or control characters");
            }
        }
        return id;
    }

    private static IllegalArgumentException invalid(String id, String rule) {
        return new IllegalArgumentException("invalid model id [" + id + "]: " + rule);
    }
}

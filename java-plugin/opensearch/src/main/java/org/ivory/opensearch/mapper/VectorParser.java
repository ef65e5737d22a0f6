package org.ivory.opensearch.mapper;

import org.ivory.nativelib.TrainingParameters;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.core.xcontent.XContentParser.Token;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;

/**
 * Reads one vector: an array of JSON numbers, or base64 of little-endian f32 (a binary value in the
 * binary formats). Strict: nothing is converted silently.
 */
public final class VectorParser {

    /** Most components of a vector. */
    public static final int MAX_DIMENSION = TrainingParameters.MAX_DIMENSION;

    /** Read a vector of any dimension. */
    public static final int ANY_DIMENSION = 0;

    private VectorParser() {}

    /**
     * Reads the vector that starts at the current token; the parser is left at its last token, even
     * if it is refused (unless the text around it is broken).
     *
     * @param dimension the dimension it must have, or {@link #ANY_DIMENSION}
     * @param what begins every message, for example {@code field [v]}
     * @throws IllegalArgumentException saying what is wrong with which value
     */
    public static float[] parse(XContentParser parser, int dimension, String what) {
        try {
            return switch (parser.currentToken()) {
                case START_ARRAY -> array(parser, dimension, what);
                case VALUE_STRING -> base64(parser.text(), dimension, what);
                case VALUE_EMBEDDED_OBJECT -> bytes(parser.binaryValue(), dimension, what);
                default -> {
                    String found = describe(parser);
                    parser.skipChildren();
                    throw new IllegalArgumentException(
                            what
                                    + " takes an array of numbers or a base64 string, but got "
                                    + found);
                }
            };
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    what + " cannot be read: " + firstLine(e.getMessage()), e);
        }
    }

    private static float[] array(XContentParser parser, int dimension, String what)
            throws IOException {
        float[] vector = new float[dimension == ANY_DIMENSION ? 64 : dimension];
        Components components = new Components(parser);
        int count = 0;
        String fault = null;
        for (Token token = parser.nextToken();
                token != Token.END_ARRAY;
                token = parser.nextToken()) {
            if (token == null) {
                throw new IllegalArgumentException(what + " has an array without an end");
            }
            // After a fault only the array's end is looked for.
            if (fault == null) {
                fault = token == Token.VALUE_NUMBER ? null : element(parser, count);
            }
            if (fault == null && count < MAX_DIMENSION) {
                if (count == vector.length && dimension == ANY_DIMENSION) {
                    vector = Arrays.copyOf(vector, Math.min(2 * count, MAX_DIMENSION));
                }
                float value = components.value();
                if (!Float.isFinite(value)) {
                    fault = beyond(count, abbreviate(parser.text()));
                } else if (count < vector.length) {
                    vector[count] = value;
                }
            }
            parser.skipChildren();
            count++;
        }
        if (fault != null) {
            throw new IllegalArgumentException(what + ": " + fault);
        }
        checkDimension(count, dimension, what);
        return count == vector.length ? vector : Arrays.copyOf(vector, count);
    }

    private static float[] base64(String text, int dimension, String what) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    what
                            + " takes an array of numbers or a base64 string, but ["
                            + abbreviate(text)
                            + "] is no base64: "
                            + e.getMessage());
        }
        return bytes(bytes, dimension, what);
    }

    private static float[] bytes(byte[] bytes, int dimension, String what) {
        if (bytes.length % Float.BYTES != 0) {
            throw new IllegalArgumentException(
                    what
                            + ": the base64 string holds ["
                            + bytes.length
                            + "] bytes, which are no whole number of f32"
                            + (dimension == ANY_DIMENSION
                                    ? ""
                                    : "; dimension ["
                                            + dimension
                                            + "] takes ["
                                            + dimension * Float.BYTES
                                            + "]"));
        }
        float[] vector = new float[bytes.length / Float.BYTES];
        checkDimension(vector.length, dimension, what);
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        for (int i = 0; i < vector.length; i++) {
            if (!Float.isFinite(vector[i])) {
                throw new IllegalArgumentException(
                        what + ": " + beyond(i, Float.toString(vector[i])));
            }
        }
        return vector;
    }

    private static void checkDimension(int count, int dimension, String what) {
        if (count == 0) {
            throw new IllegalArgumentException(
                    what
                            + " takes a vector"
                            + (dimension == ANY_DIMENSION
                                    ? ""
                                    : " of dimension [" + dimension + "]")
                            + ", but got an empty one");
        }
        if (dimension != ANY_DIMENSION && count != dimension) {
            throw new IllegalArgumentException(
                    what
                            + " takes vectors of dimension ["
                            + dimension
                            + "], but got one of dimension ["
                            + count
                            + "]");
        }
        if (count > MAX_DIMENSION) {
            throw new IllegalArgumentException(
                    what
                            + " has dimension ["
                            + count
                            + "], which is more than ["
                            + MAX_DIMENSION
                            + "]");
        }
    }

    private static String beyond(int index, String value) {
        return "element [" + index + "] is [" + value + "], which is no finite f32 number";
    }

    private static String element(XContentParser parser, int index) throws IOException {
        String hint =
                parser.currentToken() == Token.START_ARRAY
                        ? "; a vector is one flat array, and a field takes one vector a document"
                        : "";
        return "element [" + index + "] is " + describe(parser) + ", not a number" + hint;
    }

    private static String describe(XContentParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_ARRAY -> "an array";
            case START_OBJECT -> "an object";
            case VALUE_NULL -> "[null]";
            case VALUE_STRING -> "the string [" + abbreviate(parser.text()) + "]";
            case VALUE_NUMBER -> "the number [" + abbreviate(parser.text()) + "]";
            case VALUE_BOOLEAN -> "[" + parser.booleanValue() + "]";
            default -> parser.currentToken().toString();
        };
    }

    private static String abbreviate(String text) {
        return text.length() <= 48 ? text : text.substring(0, 48) + "...";
    }

    private static String firstLine(String message) {
        return message == null ? "broken content" : message.lines().findFirst().orElse("");
    }
}

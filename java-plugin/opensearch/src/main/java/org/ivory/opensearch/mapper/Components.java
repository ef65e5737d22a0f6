package org.ivory.opensearch.mapper;

import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;

/**
 * Reads the components of a vector. A number of JSON with few digits, as most are, is converted
 * here: the general conversion takes a good part of the time that a document takes.
 */
final class Components {

    private static final int MOST_DIGITS = 18;
    private static final long EXACT_DOUBLE = 1L << 53;

    /** Powers of ten that are exact in f64. */
    private static final double[] TENS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18
    };

    /** The bits of a f64 that a f32 has not, and such as lie in the middle of two f32. */
    private static final long BEYOND = (1L << 29) - 1;

    private static final long MIDDLE = 1L << 28;

    private final XContentParser parser;
    private boolean byText;

    Components(XContentParser parser) {
        this.parser = parser;
        byText = parser.contentType() == XContentType.JSON;
    }

    /** The number at the parser's token, as {@link XContentParser#floatValue} gives it. */
    float value() throws IOException {
        if (byText) {
            try {
                float value =
                        decimal(parser.textCharacters(), parser.textOffset(), parser.textLength());
                return Float.isNaN(value) ? parser.floatValue() : value;
            } catch (UnsupportedOperationException e) { // a parser of values, not of text
                byText = false;
            }
        }
        return parser.floatValue();
    }

    /**
     * Converts digits with a point among them. The quotient of two numbers that are exact is the
     * f64 nearest to the decimal (Clinger, "How to read floating point numbers accurately", 1990),
     * and rounds to the f32 nearest to it unless it lies in the middle of two.
     *
     * @return the f32 nearest to the number; NaN if the text is of another form, or has too many
     *     digits for this way
     */
    static float decimal(char[] text, int offset, int length) {
        int end = offset + length;
        int at = offset;
        boolean negative = length > 0 && text[at] == '-';
        if (negative) {
            at++;
        }
        if (end - at > MOST_DIGITS + 1) {
            return Float.NaN;
        }
        long digits = 0;
        int point = -1;
        for (; at < end; at++) {
            int digit = text[at] - '0';
            if (digit >= 0 && digit <= 9) {
                digits = 10 * digits + digit;
            } else if (text[at] == '.' && point < 0) {
                point = at;
            } else {
                return Float.NaN;
            }
        }
        // Without a point a minus before a zero would count.
        if (point < 0 || digits >= EXACT_DOUBLE) {
            return Float.NaN;
        }
        double value = digits / TENS[end - point - 1];
        boolean inTheMiddle = (Double.doubleToRawLongBits(value) & BEYOND) == MIDDLE;
        if (inTheMiddle || value < Float.MIN_NORMAL && digits != 0) {
            return Float.NaN;
        }
        return (float) (negative ? -value : value);
    }
}

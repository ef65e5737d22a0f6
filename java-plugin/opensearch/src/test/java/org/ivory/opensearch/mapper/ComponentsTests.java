package org.ivory.opensearch.mapper;

import org.opensearch.common.xcontent.XContentType;
import org.opensearch.core.xcontent.DeprecationHandler;
import org.opensearch.core.xcontent.MapXContentParser;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/** Numbers are read as the JDK reads them, to the last bit. */
public class ComponentsTests extends OpenSearchTestCase {

    private static boolean same(String text) {
        char[] chars = ("x" + text + "9").toCharArray();
        float found = Components.decimal(chars, 1, text.length());
        if (Float.isNaN(found)) {
            return false;
        }
        int expected = Float.floatToRawIntBits(Float.parseFloat(text));
        assertEquals(text, expected, Float.floatToRawIntBits(found));
        return true;
    }

    public void testDecimalsAreTheNearestFloats() {
        int converted = 0;
        for (int i = 0; i < 200_000; i++) {
            long digits = random().nextLong() >>> (random().nextInt(60) + 3);
            String text = BigDecimal.valueOf(digits, random().nextInt(19)).toPlainString();
            converted += same((random().nextBoolean() ? "-" : "") + text) ? 1 : 0;
            float value = random().nextFloat() * 2 - 1;
            converted += same(Float.toString(value)) ? 1 : 0;
        }
        assertTrue(converted + " of 400,000", converted > 200_000);
        for (String text : List.of("112.0", "-0.0", "0.0", "0.1", "-.5", "5.")) {
            assertTrue(text, same(text));
        }
    }

    /** Decimals next to the middle of two floats, where a second rounding could go wrong. */
    public void testNeighboursOfMiddles() {
        for (int i = 0; i < 100_000; i++) {
            float low = Math.abs(Float.intBitsToFloat(random().nextInt() & 0x3fff_ffff)) + 1;
            BigDecimal middle =
                    new BigDecimal(low)
                            .add(new BigDecimal(Math.nextUp(low)))
                            .divide(BigDecimal.valueOf(2));
            same(middle.toPlainString());
            BigDecimal step = BigDecimal.valueOf(random().nextInt(3) - 1, 15);
            same(middle.add(step).toPlainString());
        }
    }

    public void testOtherFormsAreLeftToTheParser() {
        for (String text :
                List.of(
                        "",
                        "-",
                        "1",
                        "-0",
                        "1e3",
                        "1.0E2",
                        "+1.0",
                        "1.2.3",
                        "0.1234567890123456789",
                        "9007199254740993.0",
                        "0.00000000000000001",
                        " 1.0",
                        "NaN")) {
            assertTrue(text, Float.isNaN(decimal(text)) || same(text));
        }
        assertTrue(Float.isNaN(decimal("1.0E2")));
        assertTrue(Float.isNaN(decimal("-0")));
    }

    private static float decimal(String text) {
        return Components.decimal(text.toCharArray(), 0, text.length());
    }

    public void testParsersOfTextAndOfValues() throws IOException {
        String json = "{\"v\":[1.5,-2,3e1,0.30000001192092896,1e-40]}";
        float[] expected = {1.5f, -2, 30, 0.3f, 1e-40f};
        try (XContentParser parser = createParser(XContentType.JSON.xContent(), json)) {
            assertComponents(parser, expected);
        }
        try (XContentParser parser =
                new MapXContentParser(
                        NamedXContentRegistry.EMPTY,
                        DeprecationHandler.THROW_UNSUPPORTED_OPERATION,
                        Map.of("v", List.of(1.5, -2, 30.0, 0.3f, 1e-40)),
                        XContentType.JSON)) {
            assertComponents(parser, expected);
        }
    }

    private static void assertComponents(XContentParser parser, float[] expected)
            throws IOException {
        parser.nextToken();
        parser.nextToken();
        assertEquals(XContentParser.Token.START_ARRAY, parser.nextToken());
        Components components = new Components(parser);
        for (float value : expected) {
            assertEquals(XContentParser.Token.VALUE_NUMBER, parser.nextToken());
            assertEquals(value, components.value(), 0);
        }
    }
}

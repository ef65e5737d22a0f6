package org.ivory.opensearch.model.metadata;

import static org.hamcrest.Matchers.containsString;

import org.opensearch.test.OpenSearchTestCase;

public class ModelIdTests extends OpenSearchTestCase {
    public void testAcceptsWhatAnIndexMayBeCalledAndCapitals() {
        for (String id : new String[] {"a", "Model-1", "x.y_z", "ä", "a+b", "x".repeat(250)}) {
            assertEquals(id, ModelId.check(id));
        }
    }

    public void testRefusesAndNamesTheRule() {
        refused("", "empty");
        refused(null, "empty");
        refused("x".repeat(251), "250");
        refused("ä".repeat(126), "250");
        refused("_x", "start");
        refused("-x", "start");
        refused("+x", "start");
        refused("..", "'..'");
        refused(" ", "' '");
        refused("a b", "' '");
        refused("a\tb", "white space");
        refused("a\u0000b", "control");
        for (char c : "\\/*?\"<>|,#:".toCharArray()) {
            refused("a" + c + "b", "'" + c + "'");
        }
    }

    private static void refused(String id, String rule) {
        IllegalArgumentException e =
                expectThrows(IllegalArgumentException.class, () -> ModelId.check(id));
        assertThat(e.getMessage(), containsString(rule));
        assertThat(e.getMessage(), containsString("[" + (id == null ? "" : id) + "]"));
    }
}

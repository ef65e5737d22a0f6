package org.ivory.tests.input;

import org.ivory.tests.harness.Client;
import org.ivory.tests.harness.Refusals;
import org.ivory.tests.harness.SharedCluster;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

import java.util.List;
import java.util.stream.Stream;

/** Mappings that make no sense are refused when the index is created. */
@ExtendWith(SharedCluster.class)
class BadMappingsIT {
    private static final String INDEX = "bad-mappings";
    private static final String TYPE = "\"type\":\"ivory_vector\"";
    private static final String GOOD = TYPE + ",\"dimension\":4,\"space_type\":\"l2\"";

    private final Client client;

    BadMappingsIT(Client client) {
        this.client = client;
    }

    private record Bad(String name, String mapping, String... mentioned) {}

    private static Bad bad(String name, String mapping, String... mentioned) {
        return new Bad(name, mapping, mentioned);
    }

    private static final List<Bad> BAD =
            List.of(
                    bad("no dimension", TYPE + ",\"space_type\":\"l2\"", "dimension"),
                    bad("dimension 0", TYPE + ",\"dimension\":0", "dimension", "0"),
                    bad("negative dimension", TYPE + ",\"dimension\":-4", "dimension", "-4"),
                    bad("huge dimension", TYPE + ",\"dimension\":2000000", "dimension", "2000000"),
                    bad("dimension as a word", TYPE + ",\"dimension\":\"four\"", "dimension"),
                    bad("dimension null", TYPE + ",\"dimension\":null", "dimension"),
                    bad(
                            "unknown space",
                            TYPE + ",\"dimension\":4,\"space_type\":\"hyperbolic\"",
                            "hyperbolic",
                            "cosinesimil"),
                    bad("space as a number", TYPE + ",\"dimension\":4,\"space_type\":7", "7"),
                    bad("model as an object", GOOD + ",\"model\":{\"id\":\"m\"}", "model"),
                    bad("empty model", GOOD + ",\"model\":\"\"", "model"),
                    bad("unknown model", GOOD + ",\"model\":\"never-made\"", "never-made"),
                    bad("unknown parameter", GOOD + ",\"lists\":100", "lists"),
                    bad("copy_to", GOOD + ",\"copy_to\":\"other\"", "copy_to"),
                    bad(
                            "multi-fields",
                            GOOD + ",\"fields\":{\"raw\":{\"type\":\"keyword\"}}",
                            "fields"));

    @TestFactory
    Stream<DynamicTest> refused() {
        Refusals refusals = new Refusals(client);
        return BAD.stream()
                .map(bad ->
                        refusals.refused(
                                bad.name,
                                () -> {
                                    client.drop(INDEX);
                                    return client.http().put("/" + INDEX, body(bad.mapping));
                                },
                                Stream.concat(Stream.of("embedding"), Stream.of(bad.mentioned))
                                        .toArray(String[]::new)));
    }

    @Test
    void asASubFieldOfAnother() {
        client.drop(INDEX);
        client.http()
                .put("/" + INDEX, body("\"type\":\"text\",\"fields\":{\"sub\":{" + GOOD + "}}"))
                .refused("[sub]", "multi-field");
    }

    private static String body(String mapping) {
        return "{\"mappings\":{\"properties\":{\"embedding\":{" + mapping + "}}}}";
    }
}

package org.ivory.opensearch.model.transfer;

import static org.hamcrest.Matchers.containsString;

import org.opensearch.test.OpenSearchTestCase;

import java.util.List;

public class RepositoryPathTests extends OpenSearchTestCase {

    public void testFoldersAndName() {
        RepositoryPath path = RepositoryPath.parse("models/söz 1/v1.ivory");
        assertEquals(List.of("models", "söz 1"), path.folders());
        assertEquals("v1.ivory", path.name());
        assertEquals("models/söz 1/v1.ivory", path.toString());
        assertEquals(List.of(), RepositoryPath.parse("...").folders());
        assertEquals("..a", RepositoryPath.parse("a../..a").name());
    }

    public void testNothingLeadsOutOfTheRepository() {
        refused("", "empty");
        refused("/etc/passwd", "absolute");
        refused("..", "'..'");
        refused("../x", "'..'");
        refused("a/../../x", "'..'");
        refused("a/..", "'..'");
        refused("./x", "'.'");
        refused("a//x", "empty parts");
        refused("a/", "must name a file");
        refused("a\\..\\x", "'\\'");
        refused("a\0", "control characters");
        refused("a\n", "control characters");
    }

    public void testWhatNamesSeveralFilesIsRefused() {
        for (String pattern : List.of("*", "a?", "[ab]", "{a,b}")) {
            refused(pattern, "must not contain");
        }
    }

    public void testALongPathIsRefused() {
        RepositoryPath.parse("x".repeat(1024));
        refused("x".repeat(1025), "1024");
        refused("ö".repeat(513), "1024");
    }

    private static void refused(String path, String words) {
        IllegalArgumentException e =
                expectThrows(IllegalArgumentException.class, () -> RepositoryPath.parse(path));
        assertThat(e.getMessage(), containsString(words));
        assertThat(e.getMessage(), containsString("[path]"));
    }
}

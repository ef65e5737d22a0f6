package org.ivory.tests.harness;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the tests find what they run, all given as system properties by the build. */
public final class Settings {
    private Settings() {}

    /** The project's {@code scripts} folder. */
    public static Path scripts() {
        return required("ivory.scripts");
    }

    /** The plugin's zip as users install it. */
    public static Path plugin() {
        return required("ivory.plugin");
    }

    /** The folder of the vector files. */
    public static Path data() {
        return required("ivory.data");
    }

    /**
     * A folder that the node's user may enter, for the clusters of this run. What an earlier run
     * left there is replaced.
     */
    public static Path work() {
        return Path.of(value("ivory.work")).toAbsolutePath();
    }

    /** Leave the nodes running at the end, for a developer who looks into them. */
    public static boolean keep() {
        return Boolean.getBoolean("ivory.keep");
    }

    /** How long the soak test runs: {@code IVORY_SOAK_SECONDS}, 45 if not set. */
    public static int soakSeconds() {
        String given = System.getenv("IVORY_SOAK_SECONDS");
        return given == null || given.isBlank() ? 45 : Integer.parseInt(given.trim());
    }

    private static Path required(String property) {
        Path path = Path.of(value(property)).toAbsolutePath();
        if (!Files.exists(path)) {
            throw new IllegalStateException(property + ": [" + path + "] does not exist");
        }
        return path;
    }

    private static String value(String property) {
        String value = System.getProperty(property);
        if (value == null) {
            throw new IllegalStateException("system property [" + property + "] is not set");
        }
        return value;
    }
}

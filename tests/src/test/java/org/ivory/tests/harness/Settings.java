package org.ivory.tests.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Where the tests find what they run, all given as system properties by the build. */
public final class Settings {
    private static Path work;

    private Settings() {}

    /** The project's {@code scripts} folder. */
    public static Path scripts() {
        return required("ivory.tests.scripts");
    }

    /** The plugin's zip as users install it. */
    public static Path plugin() {
        return required("ivory.tests.plugin");
    }

    /** The folder of the vector files. */
    public static Path data() {
        return required("ivory.tests.data");
    }

    /**
     * A folder that the node's user may enter, for the clusters of this run: {@code
     * ivory.tests.work} or a new temporary one.
     */
    public static synchronized Path work() {
        if (work == null) {
            String given = System.getProperty("ivory.tests.work");
            try {
                work =
                        given == null
                                ? Files.createTempDirectory("ivory-tests")
                                : Files.createDirectories(Path.of(given));
                Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxr-xr-x"));
            } catch (IOException e) {
                throw new IllegalStateException("no folder for the clusters", e);
            }
        }
        return work;
    }

    /** How long the soak test runs: {@code IVORY_SOAK_SECONDS}, 45 if not set. */
    public static int soakSeconds() {
        String given = System.getenv("IVORY_SOAK_SECONDS");
        return given == null || given.isBlank() ? 45 : Integer.parseInt(given.trim());
    }

    private static Path required(String property) {
        String value = System.getProperty(property);
        if (value == null) {
            throw new IllegalStateException("system property [" + property + "] is not set");
        }
        Path path = Path.of(value).toAbsolutePath();
        if (!Files.exists(path)) {
            throw new IllegalStateException(property + ": [" + path + "] does not exist");
        }
        return path;
    }
}

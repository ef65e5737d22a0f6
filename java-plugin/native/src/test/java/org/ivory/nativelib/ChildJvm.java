package org.ivory.nativelib;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import org.junit.Test;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs test classes once more in a JVM of another make. */
final class ChildJvm {
    private ChildJvm() {}

    /**
     * Runs all tests of the classes; fails if one fails, or is not run.
     *
     * @param folder for the log and temporary files
     * @param environment added to this process's
     * @param options of the JVM
     * @return the lines that it wrote
     */
    static List<String> run(
            Path folder, Map<String, String> environment, List<String> options, Class<?>... classes)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(
                List.of(
                        "-ea",
                        "-Xmx512m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.io.tmpdir=" + folder,
                        "-Divory.library=" + TestLibrary.path(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.junit.platform.console.ConsoleLauncher",
                        "execute",
                        "--fail-if-no-tests",
                        "--disable-banner",
                        "--disable-ansi-colors",
                        "--details=summary"));
        for (Class<?> tests : classes) {
            command.add("--select-class=" + tests.getName());
        }
        Path log = Files.createTempFile(folder, "child", ".log");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        try {
            assertTrue("ended", process.waitFor(9, TimeUnit.MINUTES));
        } finally {
            process.destroyForcibly();
        }
        List<String> output = Files.readAllLines(log, StandardCharsets.UTF_8);
        String text = String.join("\n", output);
        assertEquals(text, 0, process.exitValue());
        String summary = "[%10d tests successful      ]".formatted(count(classes));
        assertTrue(summary + " is in " + text, output.contains(summary));
        return output;
    }

    private static int count(Class<?>... classes) {
        int tests = 0;
        for (Class<?> type : classes) {
            for (Method method : type.getMethods()) {
                tests += method.isAnnotationPresent(Test.class) ? 1 : 0;
            }
        }
        return tests;
    }
}

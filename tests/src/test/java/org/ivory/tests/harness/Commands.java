package org.ivory.tests.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs, the same that users run. */
final class Commands {
    private Commands() {}

    /**
     * Runs a program with arguments and returns what it printed to standard output.
     *
     * @throws AssertionError with all that it printed, if it fails or takes longer than {@code
     *     limit}
     */
    static String run(Duration limit, List<String> command) {
        try {
            Path out = Files.createTempFile("command", ".out");
            Path err = Files.createTempFile("command", ".err");
            try {
                // Files, not pipes: a node that scripts/node leaves running would hold a pipe open.
                Process process =
                        new ProcessBuilder(command)
                                .directory(Settings.scripts().getParent().toFile())
                                .redirectOutput(out.toFile())
                                .redirectError(err.toFile())
                                .start();
                boolean ended = process.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
                if (!ended) {
                    process.destroyForcibly();
                }
                String printed = Files.readString(out, StandardCharsets.UTF_8);
                if (!ended || process.exitValue() != 0) {
                    throw new AssertionError(
                            "%s: %s%n%s%n%s"
                                    .formatted(
                                            command,
                                            ended ? "exit " + process.exitValue() : "too slow",
                                            printed,
                                            Files.readString(err, StandardCharsets.UTF_8)));
                }
                return printed;
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new AssertionError(command + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}

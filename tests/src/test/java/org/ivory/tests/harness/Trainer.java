package org.ivory.tests.harness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The command {@code ivory}, as built for the tests of the core. */
public final class Trainer {
    private static final Duration BUILD = Duration.ofMinutes(10);

    private Trainer() {}

    /**
     * A model trained on {@code vectors}, which go to the command as a file.
     *
     * @param options further arguments of {@code ivory train}
     * @return the model's file
     */
    public static byte[] train(float[][] vectors, String... options) {
        try {
            Path input = Files.createTempFile("vectors", ".fvecs");
            Path output = Files.createTempFile("model", ".ivory");
            try {
                Files.write(input, fvecs(vectors));
                Files.delete(output);
                List<String> command =
                        new ArrayList<>(List.of("cargo", "run", "--quiet", "--locked"));
                command.addAll(List.of("--package", "ivory-cli", "--", "train"));
                command.addAll(List.of(options));
                command.addAll(List.of("--output", output.toString(), input.toString()));
                Commands.run(BUILD, command);
                return Files.readAllBytes(output);
            } finally {
                Files.delete(input);
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] fvecs(float[][] vectors) {
        int row = Integer.BYTES + Float.BYTES * vectors[0].length;
        ByteBuffer bytes = ByteBuffer.allocate(row * vectors.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float[] vector : vectors) {
            bytes.putInt(vector.length);
            for (float component : vector) {
                bytes.putFloat(component);
            }
        }
        return bytes.array();
    }
}

package org.ivory.opensearch.model.transfer;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The place of a file in a repository, relative to the repository's own path.
 *
 * @param folders from the outermost on
 * @param name of the file
 */
public record RepositoryPath(List<String> folders, String name) {
    /** Most bytes of a path in UTF-8: what an S3 key may have. */
    private static final int MAX_LENGTH = 1024;

    /** Beside the separators of any system: what has a meaning in patterns of names. */
    private static final String FORBIDDEN = "\\*?[]{}\"<>|";

    /**
     * Reads a path such as {@code folder/name}.
     *
     * @throws IllegalArgumentException naming the path and the rule that it breaks: above all that
     *     it must not lead out of the repository
     */
    public static RepositoryPath parse(String path) {
        if (path.isEmpty()) {
            throw invalid(path, "it must not be empty");
        }
        if (path.getBytes(StandardCharsets.UTF_8).length > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "[path] must not be longer than " + MAX_LENGTH + " bytes");
        }
        if (path.startsWith("/")) {
            throw invalid(path, "it must be relative to the repository, not absolute");
        }
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (FORBIDDEN.indexOf(c) >= 0) {
                throw invalid(path, "it must not contain '" + c + "'");
            }
            if (Character.isISOControl(c)) {
                throw invalid(path, "it must not contain control characters");
            }
        }
        List<String> parts = List.of(path.split("/", -1));
        for (String part : parts) {
            if (part.isEmpty()) {
                throw invalid(path, "it must name a file, without empty parts");
            }
            if (part.equals(".") || part.equals("..")) {
                throw invalid(path, "it must not contain '" + part + "'");
            }
        }
        return new RepositoryPath(parts.subList(0, parts.size() - 1), parts.get(parts.size() - 1));
    }

    @Override
    public String toString() {
        return folders.isEmpty() ? name : String.join("/", folders) + "/" + name;
    }

    private static IllegalArgumentException invalid(String path, String rule) {
        return new IllegalArgumentException("invalid [path] [" + path + "]: " + rule);
    }
}

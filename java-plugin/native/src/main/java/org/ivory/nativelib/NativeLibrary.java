package org.ivory.nativelib;

import java.lang.foreign.SymbolLookup;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The one place that loads the native library. Nothing that goes wrong here is thrown: an {@link
 * Error} that reaches the host halts its node, so every failure becomes text in a {@link Status}
 * and the plain-Java twin serves instead.
 *
 * <p>A library belongs to the class loader that loaded it and stays until that one is gone, so the
 * outcome of a successful {@link #load} is kept and given back to later callers.
 */
public final class NativeLibrary {
    /** The version of {@link Natives} that this class was written for. */
    public static final int ABI_VERSION = 4;

    /** {@code -Divory.native=off} (or the environment's {@code IVORY_NATIVE=off}) refuses it. */
    public static final String SWITCH_PROPERTY = "ivory.native";

    /** Absolute path of a library to try before the plugin's own. */
    public static final String LIBRARY_PROPERTY = "ivory.library";

    private static final String SWITCH_VARIABLE = "IVORY_NATIVE";
    private static Status loaded;

    private NativeLibrary() {}

    /**
     * One library that was tried.
     *
     * @param path absolute path
     * @param outcome {@code loaded}, or why it could not be used
     */
    public record Attempt(String path, String outcome) {}

    /**
     * What became of loading the library.
     *
     * @param loaded whether it is in use
     * @param path absolute path of the library in use, or null
     * @param reason why it is not in use, or null
     * @param level SIMD level of its kernels, or {@code java} for the twin
     * @param abiVersion version of its table of functions, 0 if unknown
     * @param attempts all libraries tried, in order
     */
    public record Status(
            boolean loaded,
            String path,
            String reason,
            String level,
            int abiVersion,
            List<Attempt> attempts) {
        public Status {
            attempts = List.copyOf(attempts);
        }
    }

    /**
     * Loads the library from a plugin's folder: {@code native/<os>-<arch>/<name>}, for example
     * {@code native/linux-x86_64/libivory.so}. A path in the system property {@value
     * #LIBRARY_PROPERTY} is tried first.
     *
     * @param pluginFolder where the plugin is installed
     * @return the outcome; of the first successful call, if there was one
     */
    public static Status load(Path pluginFolder) {
        List<Path> candidates = new ArrayList<>();
        String named = System.getProperty(LIBRARY_PROPERTY);
        if (named != null && !named.isBlank()) {
            candidates.add(Path.of(named));
        }
        candidates.add(
                pluginFolder
                        .resolve("native")
                        .resolve(platform())
                        .resolve(System.mapLibraryName("ivory")));
        return load(candidates);
    }

    /**
     * Loads the first candidate that can be loaded and speaks this {@link #ABI_VERSION}.
     *
     * @return the outcome; of the first successful call, if there was one
     */
    public static synchronized Status load(List<Path> candidates) {
        if (refused(System.getProperty(SWITCH_PROPERTY))) {
            return missing("refused by the system property " + SWITCH_PROPERTY, 0, List.of());
        }
        if (refused(System.getenv(SWITCH_VARIABLE))) {
            return missing("refused by the environment variable " + SWITCH_VARIABLE, 0, List.of());
        }
        if (loaded != null) {
            return loaded;
        }
        List<Attempt> attempts = new ArrayList<>();
        for (Path candidate : candidates) {
            Path path = candidate.toAbsolutePath().normalize();
            String failure = open(path);
            if (failure != null) {
                attempts.add(new Attempt(path.toString(), failure));
                continue;
            }
            // From here on its functions are bound to this class loader: no other can replace it.
            Probe probe = probe();
            attempts.add(
                    new Attempt(path.toString(), probe.failure == null ? "loaded" : probe.failure));
            if (probe.failure != null) {
                return missing(describe(attempts), probe.abiVersion, attempts);
            }
            loaded =
                    new Status(
                            true, path.toString(), null, probe.level, probe.abiVersion, attempts);
            return loaded;
        }
        return missing(describe(attempts), 0, attempts);
    }

    /** The arithmetic that goes with an outcome: the library's, or the twin's. */
    public static VectorOps select(Status status) {
        return status.loaded()
                ? new NativeVectorOps(status.level())
                : new JavaVectorOps(status.reason());
    }

    /** Name of this platform's folder, for example {@code linux-x86_64}. */
    public static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        if (os.startsWith("mac")) {
            os = "macos";
        } else if (os.startsWith("windows")) {
            os = "windows";
        }
        if (arch.equals("amd64")) {
            arch = "x86_64";
        } else if (arch.equals("arm64")) {
            arch = "aarch64";
        }
        return os + "-" + arch;
    }

    private static boolean refused(String value) {
        return value != null && value.trim().equalsIgnoreCase("off");
    }

    private static Status missing(String reason, int abiVersion, List<Attempt> attempts) {
        return new Status(false, null, reason, JavaVectorOps.LEVEL, abiVersion, attempts);
    }

    private static String describe(List<Attempt> attempts) {
        return attempts.stream()
                .map(attempt -> attempt.path() + ": " + attempt.outcome())
                .collect(Collectors.joining("; "));
    }

    /** Loads one library; returns null, or why it could not. */
    @SuppressWarnings("restricted") // loading it is this class's purpose
    private static String open(Path path) {
        try {
            if (!Files.isRegularFile(path)) {
                return "no such file";
            }
            String fault = platform().startsWith("linux") ? ElfFile.fault(path) : null;
            if (fault != null) {
                return fault;
            }
            System.load(path.toString());
            return null;
        } catch (Throwable e) {
            // Kept as text only: the host looks for errors among causes, too.
            return text(e);
        }
    }

    private record Probe(String failure, String level, int abiVersion) {}

    /** Asks a library that was just loaded who it is. */
    private static Probe probe() {
        int version = 0;
        try {
            version = Natives.abiVersion();
            if (version != ABI_VERSION) {
                return new Probe(
                        "has ABI version " + version + ", expected " + ABI_VERSION, null, version);
            }
            // A function found missing only when it is first called would be an Error then.
            SymbolLookup symbols = SymbolLookup.loaderLookup();
            for (Method method : Natives.class.getDeclaredMethods()) {
                if (Modifier.isNative(method.getModifiers())
                        && symbols(method).stream().allMatch(s -> symbols.find(s).isEmpty())) {
                    return new Probe("lacks the function " + method.getName(), null, version);
                }
            }
            Natives.selfTest(0);
            return new Probe(null, Natives.simdLevel(), version);
        } catch (Throwable e) {
            return new Probe(text(e), null, version);
        }
    }

    /** The names under which the JVM looks for a native method: without and with its arguments. */
    static List<String> symbols(Method method) {
        String name = "Java_" + Natives.class.getName().replace('.', '_') + "_" + method.getName();
        var arguments = new StringBuilder();
        for (Class<?> type : method.getParameterTypes()) {
            arguments.append(
                    type.descriptorString()
                            .replace("_", "_1")
                            .replace(";", "_2")
                            .replace("[", "_3")
                            .replace('/', '_'));
        }
        return List.of(name, name + "__" + arguments);
    }

    private static String text(Throwable e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
}

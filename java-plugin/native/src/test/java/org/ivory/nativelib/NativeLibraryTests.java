package org.ivory.nativelib;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertSame;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Loading, and above all failing to load. Each failure is tried in a class loader of its own, as a
 * library binds to one for good.
 */
public class NativeLibraryTests {
    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    /** The module's classes once more, with nothing loaded yet. */
    private static final class Fresh implements AutoCloseable {
        private final URLClassLoader loader;
        private final Class<?> library;

        Fresh() throws Exception {
            URL classes = NativeLibrary.class.getProtectionDomain().getCodeSource().getLocation();
            loader = new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader());
            library = loader.loadClass(NativeLibrary.class.getName());
        }

        Object load(Path... candidates) throws Exception {
            return library.getMethod("load", List.class).invoke(null, List.of(candidates));
        }

        Object loadFrom(Path pluginFolder) throws Exception {
            return library.getMethod("load", Path.class).invoke(null, pluginFolder);
        }

        /** The level of the arithmetic that an outcome selects, after it scored a vector. */
        String useSelected(Object status) throws Exception {
            Object ops = library.getMethod("select", status.getClass()).invoke(null, status);
            Class<?> type = loader.loadClass(VectorOps.class.getName());
            Class<?> metric = loader.loadClass(Metric.class.getName());
            float[] out = new float[1];
            type.getMethod(
                            "score",
                            metric,
                            float[].class,
                            java.nio.ByteBuffer.class,
                            int.class,
                            float[].class)
                    .invoke(
                            ops,
                            metric.getEnumConstants()[0],
                            new float[] {1, 2, 3},
                            TestLibrary.direct(new float[] {1, 2, 5}),
                            1,
                            out);
            assertEquals(4f, out[0], 0);
            return (String) type.getMethod("level").invoke(ops);
        }

        @Override
        public void close() throws IOException {
            loader.close();
        }
    }

    private static Object get(Object status, String component) throws Exception {
        return status.getClass().getMethod(component).invoke(status);
    }

    private static void assertMissing(Fresh fresh, Object status, String reason) throws Exception {
        assertEquals(false, get(status, "loaded"));
        assertNull(get(status, "path"));
        assertEquals("java", get(status, "level"));
        assertThat((String) get(status, "reason"), containsString(reason));
        assertEquals("java", fresh.useSelected(status));
    }

    @Test
    public void loadsTheLibrary() {
        NativeLibrary.Status status = TestLibrary.load();
        assertEquals(TestLibrary.path().toAbsolutePath().toString(), status.path());
        assertNull(status.reason());
        assertEquals(NativeLibrary.ABI_VERSION, status.abiVersion());
        assertTrue(
                status.level(),
                List.of("scalar", "avx2", "avx512", "neon").contains(status.level()));
        assertEquals(1, status.attempts().size());
        assertEquals("loaded", status.attempts().get(0).outcome());
        assertEquals(status.level(), NativeLibrary.select(status).level());
        assertSame("loading again gives the same", status, NativeLibrary.load(List.of()));
    }

    @Test
    public void loadsFromThePluginFolder() throws Exception {
        Path target = folder.getRoot().toPath().resolve("native").resolve(NativeLibrary.platform());
        Files.createDirectories(target);
        Path library = target.resolve(System.mapLibraryName("ivory"));
        Files.copy(TestLibrary.path(), library);
        String named = System.clearProperty(NativeLibrary.LIBRARY_PROPERTY);
        try (Fresh fresh = new Fresh()) {
            Object status = fresh.loadFrom(folder.getRoot().toPath());
            assertEquals(status.toString(), true, get(status, "loaded"));
            assertEquals(library.toString(), get(status, "path"));
            assertEquals(get(status, "level"), fresh.useSelected(status));
        } finally {
            System.setProperty(NativeLibrary.LIBRARY_PROPERTY, named);
        }
    }

    @Test
    public void missingLibraryIsReported() throws Exception {
        try (Fresh fresh = new Fresh()) {
            Path nowhere = folder.getRoot().toPath().resolve("libnowhere.so");
            Object status = fresh.load(nowhere);
            assertMissing(fresh, status, nowhere + ": no such file");
        }
    }

    @Test
    public void allCandidatesAreReported() throws Exception {
        Path text = folder.newFile("libtext.so").toPath();
        Files.writeString(text, "this is not a library\n".repeat(100));
        Path empty = folder.newFile("libempty.so").toPath();
        Path directory = folder.newFolder("libfolder.so").toPath();
        try (Fresh fresh = new Fresh()) {
            Object status = fresh.load(text, empty, directory);
            assertEquals(3, ((List<?>) get(status, "attempts")).size());
            assertMissing(fresh, status, text + ": is not a library");
            assertMissing(fresh, status, empty + ": has 0 bytes, too short");
            assertMissing(fresh, status, directory + ": no such file");
        }
    }

    /** The system's linker would map beyond the file's end and die of it. */
    @Test
    public void libraryCutShortIsRefused() throws Exception {
        byte[] library = Files.readAllBytes(TestLibrary.path());
        Path cut = folder.getRoot().toPath().resolve("libcut.so");
        for (int length = 0; length < library.length; length += 1 + library.length / 500) {
            Files.write(cut, Arrays.copyOf(library, length));
            try (Fresh fresh = new Fresh()) {
                assertMissing(fresh, fresh.load(cut), cut + ": ");
            }
        }
    }

    @Test
    public void aLaterCandidateIsTaken() throws Exception {
        Path copy = folder.getRoot().toPath().resolve("libcopy.so");
        Files.copy(TestLibrary.path(), copy);
        Path text = folder.newFile("libtext.so").toPath();
        try (Fresh fresh = new Fresh()) {
            Object status = fresh.load(text, copy);
            assertEquals(true, get(status, "loaded"));
            assertEquals(copy.toString(), get(status, "path"));
            assertEquals(2, ((List<?>) get(status, "attempts")).size());
        }
    }

    @Test
    public void aFailedLoadMayBeTriedAgain() throws Exception {
        Path late = folder.getRoot().toPath().resolve("liblate.so");
        try (Fresh fresh = new Fresh()) {
            assertMissing(fresh, fresh.load(late), "no such file");
            Files.copy(TestLibrary.path(), late);
            assertEquals(true, get(fresh.load(late), "loaded"));
        }
    }

    @Test
    public void secondClassLoaderOfTheSamePathGetsAReason() throws Exception {
        TestLibrary.load();
        try (Fresh fresh = new Fresh()) {
            assertMissing(fresh, fresh.load(TestLibrary.path()), "already loaded in another");
        }
    }

    @Test
    public void otherAbiVersionIsRefused() throws Exception {
        Path other = tiny(abiVersion(), 4711);
        try (Fresh fresh = new Fresh()) {
            Object status = fresh.load(other, TestLibrary.path());
            assertMissing(
                    fresh, status, "has ABI version 4711, expected " + NativeLibrary.ABI_VERSION);
            assertEquals(4711, get(status, "abiVersion"));
        }
    }

    @Test
    public void libraryWithoutAllFunctionsIsRefused() throws Exception {
        Path other = tiny(abiVersion(), NativeLibrary.ABI_VERSION);
        try (Fresh fresh = new Fresh()) {
            assertMissing(fresh, fresh.load(other), "lacks the function ");
        }
    }

    @Test
    public void libraryOfSomethingElseIsRefused() throws Exception {
        Path other = tiny("something_else", 1);
        try (Fresh fresh = new Fresh()) {
            assertMissing(fresh, fresh.load(other), "UnsatisfiedLinkError");
        }
    }

    private static String abiVersion() throws Exception {
        return NativeLibrary.symbols(Natives.class.getDeclaredMethod("abiVersion")).get(0);
    }

    private Path tiny(String function, int returned) throws IOException {
        assumeTrue(System.getProperty("os.name").equals("Linux"));
        Path path = folder.newFile("libtiny" + returned + ".so").toPath();
        TinyElf.write(path, System.getProperty("os.arch"), function, returned);
        assertEquals(0, TinyElf.exported(path).size()); // it has no section table to read them from
        return path;
    }

    @Test
    public void switchRefusesTheLibrary() throws Exception {
        System.setProperty(NativeLibrary.SWITCH_PROPERTY, "off");
        try (Fresh fresh = new Fresh()) {
            assertMissing(fresh, fresh.load(TestLibrary.path()), "system property ivory.native");
        } finally {
            System.clearProperty(NativeLibrary.SWITCH_PROPERTY);
        }
    }

    @Test
    public void twinSaysWhyItCannotTrain() {
        var status = new NativeLibrary.Status(false, null, "it is Sunday", "java", 0, List.of());
        var parameters = new TrainingParameters(Metric.L2, 2, 2, 1, 1, 2, 1);
        VectorOps ops = NativeLibrary.select(status);
        var e = assertThrows(UnsupportedOperationException.class, () -> ops.train(parameters));
        assertThat(e.getMessage(), containsString("it is Sunday"));
        assertThat(e.getMessage(), startsWith("training needs the native library"));
        assertNull(e.getCause());
    }
}

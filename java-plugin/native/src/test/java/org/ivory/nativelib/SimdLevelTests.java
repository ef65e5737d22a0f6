package org.ivory.nativelib;

import static org.junit.Assert.assertEquals;
import static org.junit.Assume.assumeTrue;

import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

import java.util.List;
import java.util.Map;

/**
 * The library's results at every level that this machine has, forced by its environment variable.
 */
public class SimdLevelTests {
    private static final String EXPECTED = "ivory.tests.level";
    private static final List<String> X86 = List.of("scalar", "avx2", "avx512");
    private static final List<String> ARM = List.of("scalar", "neon");

    @Rule public final TemporaryFolder folder = new TemporaryFolder();

    /** Run in the child: that it is of the level that it was asked for. */
    public static class InChild {
        @Test
        public void isOfTheExpectedLevel() {
            String expected = System.getProperty(EXPECTED);
            assumeTrue(expected != null);
            assertEquals(expected, TestLibrary.load().level());
            assertEquals(expected, TestLibrary.ops().level());
        }
    }

    @Test(timeout = 600_000)
    public void everyLevelIsRight() throws Exception {
        String best = TestLibrary.load().level();
        List<String> levels = ARM.contains(best) && !best.equals("scalar") ? ARM : X86;
        for (String level : levels.subList(0, levels.indexOf(best) + 1)) {
            child(level, level);
        }
    }

    @Test(timeout = 600_000)
    public void anUnknownLevelIsNotObeyed() throws Exception {
        child("mmx", TestLibrary.load().level());
    }

    private void child(String asked, String expected) throws Exception {
        ChildJvm.run(
                folder.getRoot().toPath(),
                Map.of("IVORY_SIMD", asked),
                List.of("-D" + EXPECTED + "=" + expected),
                InChild.class,
                NativeModelTests.class,
                NativeVectorOpsTests.class,
                ParityTests.class);
    }
}

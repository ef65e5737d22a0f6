package org.ivory.nativelib;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

import org.junit.Test;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** docs/JNI.md, {@link Natives} and the library's exports are one and the same table. */
public class SymbolTableTests {
    private static List<Method> natives() {
        return Arrays.stream(Natives.class.getDeclaredMethods())
                .filter(method -> !method.isSynthetic())
                .toList();
    }

    @Test
    public void documentedTableEqualsTheDeclarations() throws IOException {
        String page;
        try (var in = SymbolTableTests.class.getResourceAsStream("/JNI.md")) {
            page = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        Map<String, String> documented = new TreeMap<>();
        for (MatchResult row :
                Pattern.compile("^\\| `(\\w+(?:\\[])?) (\\w+)\\(([^)]*)\\)` \\|", Pattern.MULTILINE)
                        .matcher(page)
                        .results()
                        .toList()) {
            String arguments =
                    Arrays.stream(row.group(3).split(", "))
                            .map(argument -> argument.split(" ")[0])
                            .collect(Collectors.joining(","));
            documented.put(row.group(2), row.group(1) + "(" + arguments + ")");
        }
        Map<String, String> declared = new TreeMap<>();
        for (Method method : natives()) {
            String arguments =
                    Arrays.stream(method.getParameterTypes())
                            .map(Class::getSimpleName)
                            .collect(Collectors.joining(","));
            declared.put(
                    method.getName(),
                    method.getReturnType().getSimpleName() + "(" + arguments + ")");
        }
        assertTrue(declared.size() >= 20);
        assertEquals(documented, declared);
    }

    @Test
    public void allNativesAreStaticAndNothingElseIsThere() {
        for (Method method : natives()) {
            int modifiers = method.getModifiers();
            assertTrue(
                    method.getName(), Modifier.isNative(modifiers) && Modifier.isStatic(modifiers));
        }
    }

    @Test
    public void libraryExportsTheDeclarationsAndNoMore() {
        assumeTrue(System.getProperty("os.name").equals("Linux"));
        var exported =
                TinyElf.exported(TestLibrary.path()).stream()
                        .filter(name -> name.startsWith("Java_") || name.startsWith("JNI_"))
                        .collect(Collectors.toCollection(TreeSet::new));
        var expected = new TreeSet<String>(List.of("JNI_OnLoad"));
        for (Method method : natives()) {
            List<String> names = NativeLibrary.symbols(method);
            assertTrue(
                    method + " is exported under one of " + names,
                    names.stream().anyMatch(exported::contains));
            expected.addAll(names);
        }
        exported.removeAll(expected);
        assertEquals("exported, but not declared", new TreeSet<String>(), exported);
    }
}

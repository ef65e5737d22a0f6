package org.ivory.tests.harness;

/** Prints the figures that tests measure, so that a run's log shows them. */
public final class Measured {
    private Measured() {}

    /** Prints one line, formatted as by {@link String#format}. */
    public static void say(String format, Object... values) {
        System.out.println("[measured] " + String.format(format, values));
    }
}

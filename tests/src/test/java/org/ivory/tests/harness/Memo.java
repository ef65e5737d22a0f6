package org.ivory.tests.harness;

import java.util.function.Supplier;

/** A value computed once, when first asked for. */
public final class Memo<T> implements Supplier<T> {
    private final Supplier<T> source;
    private T value;

    public Memo(Supplier<T> source) {
        this.source = source;
    }

    @Override
    public synchronized T get() {
        if (value == null) {
            value = source.get();
        }
        return value;
    }
}

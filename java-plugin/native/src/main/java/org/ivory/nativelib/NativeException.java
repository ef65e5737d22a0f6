package org.ivory.nativelib;

/** A fault inside the native library (a caught panic); a bug, but the library goes on working. */
public final class NativeException extends RuntimeException {
    public NativeException(String message) {
        super(message);
    }
}

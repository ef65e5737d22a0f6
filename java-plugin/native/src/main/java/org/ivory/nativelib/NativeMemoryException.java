package org.ivory.nativelib;

/** The native library could not get the memory that a call needs. The process goes on. */
public final class NativeMemoryException extends RuntimeException {
    public NativeMemoryException(String message) {
        super(message);
    }
}

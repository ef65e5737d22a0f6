package org.ivory.nativelib;

/** A model file is damaged or not a model file; the message says which of its parts is wrong. */
public final class ModelFormatException extends RuntimeException {
    public ModelFormatException(String message) {
        super(message);
    }
}

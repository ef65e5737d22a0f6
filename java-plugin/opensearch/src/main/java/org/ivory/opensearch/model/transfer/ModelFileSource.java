package org.ivory.opensearch.model.transfer;

import java.io.IOException;
import java.io.InputStream;

/** A model's file from elsewhere. */
public interface ModelFileSource {

    /** Where it comes from, for people. */
    String name();

    /** Bytes of the file. */
    long length();

    /** The bytes; the caller closes the stream. */
    InputStream open() throws IOException;
}

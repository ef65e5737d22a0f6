package org.ivory.opensearch.model.transfer;

import org.opensearch.core.common.bytes.BytesReference;

import java.io.IOException;
import java.io.InputStream;

/** A model's file in the body of a request, read where the host has it. */
public record BodySource(BytesReference body) implements ModelFileSource {
    @Override
    public String name() {
        return "the request's body";
    }

    @Override
    public long length() {
        return body.length();
    }

    @Override
    public InputStream open() throws IOException {
        return body.streamInput();
    }
}

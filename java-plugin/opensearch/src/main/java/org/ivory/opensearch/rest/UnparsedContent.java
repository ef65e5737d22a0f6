package org.ivory.opensearch.rest;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.DeprecationHandler;
import org.opensearch.core.xcontent.MediaType;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContent;
import org.opensearch.core.xcontent.XContentGenerator;
import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.util.Set;

/**
 * Content that is never parsed. The host answers in the type of the request unless it is told
 * otherwise: what is written is JSON.
 */
final class UnparsedContent implements XContent {
    private final MediaType type;

    UnparsedContent(MediaType type) {
        this.type = type;
    }

    @Override
    public MediaType mediaType() {
        return type;
    }

    @Override
    public byte streamSeparator() {
        throw notParsed();
    }

    @Override
    public XContentGenerator createGenerator(
            OutputStream out, Set<String> includes, Set<String> excludes) throws IOException {
        return JsonXContent.jsonXContent.createGenerator(out, includes, excludes);
    }

    @Override
    public XContentParser createParser(
            NamedXContentRegistry registry, DeprecationHandler deprecations, String content) {
        throw notParsed();
    }

    @Override
    public XContentParser createParser(
            NamedXContentRegistry registry, DeprecationHandler deprecations, InputStream in) {
        throw notParsed();
    }

    @Override
    public XContentParser createParser(
            NamedXContentRegistry registry, DeprecationHandler deprecations, byte[] data) {
        throw notParsed();
    }

    @Override
    public XContentParser createParser(
            NamedXContentRegistry registry,
            DeprecationHandler deprecations,
            byte[] data,
            int offset,
            int length) {
        throw notParsed();
    }

    @Override
    public XContentParser createParser(
            NamedXContentRegistry registry, DeprecationHandler deprecations, Reader reader) {
        throw notParsed();
    }

    private OpenSearchStatusException notParsed() {
        return new OpenSearchStatusException(
                "Content-Type header [" + type.mediaType() + "] is not supported",
                RestStatus.NOT_ACCEPTABLE);
    }
}

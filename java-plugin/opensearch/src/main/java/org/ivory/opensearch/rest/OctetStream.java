package org.ivory.opensearch.rest;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.MediaType;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.XContent;
import org.opensearch.core.xcontent.XContentBuilder;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.util.Map;

/**
 * The content type of files. The host answers a request whose content type it does not know before
 * it looks for a handler, and takes new types from its own class path only; so this one is entered
 * in its list by hand. Whoever tries to parse such a body gets what the host said before: 406.
 */
public final class OctetStream implements MediaType {
    /** The content type. */
    public static final String NAME = "application/octet-stream";

    private static final Logger logger = LogManager.getLogger(OctetStream.class);

    private OctetStream() {}

    /** Makes the host let bodies of this type pass; logs if it cannot be brought to. */
    public static synchronized void register() {
        if (MediaType.fromMediaType(NAME) != null) {
            return;
        }
        try {
            Method register =
                    MediaTypeRegistry.class.getDeclaredMethod(
                            "register", MediaType[].class, Map.class);
            register.setAccessible(true);
            register.invoke(null, new MediaType[] {new OctetStream()}, Map.of());
        } catch (ReflectiveOperationException | RuntimeException e) {
            logger.warn(
                    "this host takes no bodies of type ["
                            + NAME
                            + "]: models are imported with any type that it knows, such as"
                            + " [application/cbor]",
                    e);
        }
    }

    @Override
    public String type() {
        return "application";
    }

    @Override
    public String subtype() {
        return "octet-stream";
    }

    @Override
    public String format() {
        return "octet-stream";
    }

    @Override
    public XContent xContent() {
        return new UnparsedContent(this);
    }

    @Override
    public boolean detectedXContent(byte[] bytes, int offset, int length) {
        return false;
    }

    @Override
    public boolean detectedXContent(CharSequence content, int length) {
        return false;
    }

    @Override
    public String mediaTypeWithoutParameters() {
        return NAME;
    }

    @Override
    public XContentBuilder contentBuilder() throws IOException {
        return MediaTypeRegistry.JSON.contentBuilder();
    }

    @Override
    public XContentBuilder contentBuilder(OutputStream out) throws IOException {
        return MediaTypeRegistry.JSON.contentBuilder(out);
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(NAME);
    }

    @Override
    public String toString() {
        return NAME;
    }
}

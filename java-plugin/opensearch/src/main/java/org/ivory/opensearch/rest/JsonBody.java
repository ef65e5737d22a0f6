package org.ivory.opensearch.rest;

import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.rest.RestRequest;

import java.io.IOException;
import java.util.Map;

/** Bodies that are one JSON object. */
final class JsonBody {
    private JsonBody() {}

    /** The parsed body; empty if the request has none. */
    static Map<String, Object> read(RestRequest request) throws IOException {
        if (request.hasContentOrSourceParam() == false) {
            return Map.of();
        }
        try (XContentParser parser = request.contentOrSourceParamParser()) {
            if (parser.nextToken() != XContentParser.Token.START_OBJECT) {
                throw new IllegalArgumentException(
                        "the body must be a JSON object, but it starts with ["
                                + parser.currentToken()
                                + "]");
            }
            return parser.map();
        }
    }
}

package org.ivory.tests.harness;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Requests to one node. Safe for many threads. */
public final class Http {
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration TIMEOUT = Duration.ofSeconds(180);
    private static final HttpClient CLIENT =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT)
                    .build();

    private final URI base;

    public Http(URI base) {
        this.base = base;
    }

    /** The node's address. */
    public URI base() {
        return base;
    }

    public Reply get(String path) {
        return send("GET", path, null);
    }

    public Reply post(String path, String body) {
        return send("POST", path, body);
    }

    public Reply put(String path, String body) {
        return send("PUT", path, body);
    }

    public Reply delete(String path) {
        return send("DELETE", path, null);
    }

    /** Sends and returns whatever status came; fails the test if no answer came at all. */
    public Reply send(String method, String path, String body) {
        try {
            return trySend(method, path, body);
        } catch (IOException e) {
            throw new AssertionError(method + " " + base.resolve(path) + ": no answer, " + e, e);
        }
    }

    /** As {@link #send}, but a node that does not answer is an {@link IOException}. */
    public Reply trySend(String method, String path, String body) throws IOException {
        String type = path.contains("_bulk") || path.contains("_msearch") ? "x-ndjson" : "json";
        HttpRequest.Builder request =
                HttpRequest.newBuilder(base.resolve(path))
                        .timeout(TIMEOUT)
                        .method(
                                method,
                                body == null
                                        ? BodyPublishers.noBody()
                                        : BodyPublishers.ofString(body));
        if (body != null) {
            request.header("Content-Type", "application/" + type);
        }
        try {
            var response = CLIENT.send(request.build(), BodyHandlers.ofString());
            String sent = body == null ? "" : " " + Json.shortened(body);
            return new Reply(method + " " + path + sent, response.statusCode(), response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}

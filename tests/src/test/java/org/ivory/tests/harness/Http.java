package org.ivory.tests.harness;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.BiFunction;

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

    /** Sends a file. */
    public Reply put(String path, byte[] file) {
        return answered(
                "PUT " + path + " " + file.length + " bytes",
                request(path)
                        .PUT(BodyPublishers.ofByteArray(file))
                        .header("Content-Type", "application/octet-stream"),
                BodyHandlers.ofString(),
                (request, response) -> new Reply(request, response.statusCode(), response.body()));
    }

    /** Asks for a file and fails the test if there is none. */
    public byte[] file(String path) {
        return answered(
                "GET " + path,
                request(path).GET(),
                BodyHandlers.ofByteArray(),
                (request, response) -> {
                    if (response.statusCode() != 200) {
                        String text = new String(response.body(), StandardCharsets.UTF_8);
                        throw new AssertionError(request + " -> " + text);
                    }
                    return response.body();
                });
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(TIMEOUT);
    }

    private static <T, R> R answered(
            String what,
            HttpRequest.Builder request,
            HttpResponse.BodyHandler<T> handler,
            BiFunction<String, HttpResponse<T>, R> read) {
        try {
            return read.apply(what, CLIENT.send(request.build(), handler));
        } catch (IOException e) {
            throw new AssertionError(what + ": no answer, " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
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
                request(path)
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

package org.ivory.tests.codec;

import org.ivory.tests.harness.Cluster;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;

/** The warning headers of a request. */
final class Warnings {

    private Warnings() {}

    /** Sends a PUT, which must succeed. */
    static List<String> of(Cluster cluster, String path, String body) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(cluster.nodes().get(0).url().resolve(path))
                        .header("Content-Type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString(body))
                        .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response =
                    client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new AssertionError(response.body());
            }
            return response.headers().allValues("warning");
        }
    }
}

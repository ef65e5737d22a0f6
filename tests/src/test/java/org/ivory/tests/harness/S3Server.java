package org.ivory.tests.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An S3 server on this machine (moto's), with one bucket. Closing ends it; nothing is kept. */
public final class S3Server implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(180);
    private static final Duration INSTALL = Duration.ofMinutes(10);
    private static final int ATTEMPTS = 3;
    private static final String BUCKET = "models";

    private final Process process;
    private final URI url;

    private S3Server(Process process, URI url) {
        this.process = process;
        this.url = url;
    }

    /** Starts a server, in a Python environment that is made when it is first asked for. */
    public static S3Server start() {
        Path list = Settings.scripts().resolveSibling("tests").resolve("s3.txt");
        String venv = Settings.scripts().resolve("lib").resolve("venv").toString();
        String python = Commands.run(INSTALL, List.of(venv, list.toString())).strip();
        for (int attempt = 1; true; attempt++) {
            try {
                return start(python);
            } catch (AssertionError e) {
                // Another program may have taken the port that was free.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static S3Server start(String python) {
        try {
            int port = freePort();
            Path log = Settings.work().resolve("s3.log");
            Files.createDirectories(log.getParent());
            Process process =
                    new ProcessBuilder(
                                    python, "-m", "moto.server", "-H", "127.0.0.1", "-p", "" + port)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            S3Server server = new S3Server(process, URI.create("http://127.0.0.1:" + port));
            try {
                server.createBucket(log);
            } catch (RuntimeException | Error e) {
                server.close();
                throw e;
            }
            return server;
        } catch (IOException e) {
            throw new AssertionError("no S3 server: " + e, e);
        }
    }

    /** Where the server answers. */
    public URI url() {
        return url;
    }

    /** {@code options} with the host's plugin for S3, set to this server. */
    public Cluster.Options usedBy(Cluster.Options options) {
        return options.withHostPlugin("repository-s3")
                // The server takes any keys, so the repository may carry them.
                .withJvm("-Dopensearch.allow_insecure_settings=true")
                .withSetting("s3.client.default.endpoint", url.toString())
                .withSetting("s3.client.default.region", "us-east-1")
                .withSetting("s3.client.default.path_style_access", "true");
    }

    /** The body that registers a snapshot repository in the server's bucket. */
    public String repository(String folder) {
        return "{\"type\":\"s3\",\"settings\":{\"bucket\":\"%s\",\"base_path\":\"%s\",%s}}"
                .formatted(BUCKET, folder, "\"access_key\":\"any\",\"secret_key\":\"any\"");
    }

    private void createBucket(Path log) {
        Http http = new Http(url);
        Await.until(
                "an S3 server at " + url,
                START,
                () -> {
                    try {
                        return http.trySend("PUT", "/" + BUCKET, null).status() == 200
                                ? true
                                : null;
                    } catch (IOException e) {
                        if (!process.isAlive()) {
                            throw new AssertionError("the S3 server ended: " + text(log));
                        }
                        return null;
                    }
                });
    }

    private static String text(Path log) {
        try {
            return Json.shortened(Files.readString(log, StandardCharsets.UTF_8));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}

package org.ivory.tests.harness;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Real nodes, started and stopped by {@code scripts/node}. Closing stops them; their folder stays
 * for whoever reads the logs, until the next run.
 */
public final class Cluster implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(15);
    private static final Duration MODELS = Duration.ofMinutes(2);

    /** What to start; {@code more} are further arguments of {@code scripts/node up}. */
    public record Options(String name, int nodes, Path plugin, List<String> more) {
        /** One node with the built plugin. However slow it is, documents wait for their model. */
        public static Options named(String name) {
            return new Options(name, 1, Settings.plugin(), List.of())
                    .withSetting("plugins.ivory.model.load_wait", "2m");
        }

        public Options withNodes(int count) {
            return new Options(name, count, plugin, more);
        }

        public Options withPlugin(Path zip) {
            return new Options(name, nodes, zip, more);
        }

        /** The k-NN plugin as well. */
        public Options withPeer() {
            return with("--peer");
        }

        public Options withHeap(String size) {
            return with("--heap", size);
        }

        /** A setting of {@code opensearch.yml}. */
        public Options withSetting(String key, String value) {
            return with("--set", key + "=" + value);
        }

        /** One more option of the node's JVM. */
        public Options withJvm(String option) {
            return with("--jvm=" + option);
        }

        /** A variable of the nodes' environment; an empty value takes it away. */
        public Options withEnvironment(String key, String value) {
            return with("--env", key + "=" + value);
        }

        /** One of the host's own plugins as well. */
        public Options withHostPlugin(String plugin) {
            return with("--host-plugin", plugin);
        }

        private Options with(String... arguments) {
            List<String> all = new ArrayList<>(more);
            all.addAll(List.of(arguments));
            return new Options(name, nodes, plugin, all);
        }
    }

    /** One node; {@code pid} is the node's own process. */
    public record Node(int index, String name, URI url, long pid, Path log) {}

    private final Options options;
    private final Path directory;
    private List<Node> nodes = List.of();

    private Cluster(Options options) {
        this.options = options;
        this.directory = Settings.work().resolve(options.name);
    }

    /** Starts nodes in a new folder and returns when they are healthy. */
    public static Cluster start(Options options) {
        Cluster cluster = new Cluster(options);
        if (!Settings.keep()) {
            cluster.down();
            Folders.delete(cluster.directory);
        }
        cluster.up();
        return cluster;
    }

    /** Starts what is not running, on the data that is there. */
    public void up() {
        List<String> command = new ArrayList<>(List.of("up", "--dir", directory.toString()));
        if (!Files.exists(directory)) {
            command.addAll(List.of("--port", "0"));
        }
        command.addAll(List.of("--nodes", "" + options.nodes, "--timeout", "600"));
        command.addAll(List.of("--plugin", options.plugin.toString()));
        command.addAll(options.more);
        node(command);
        nodes = readStatus();
    }

    /** The same folder with another plugin zip from the next {@link #up} on. */
    public Cluster withPlugin(Path zip) {
        return new Cluster(options.withPlugin(zip));
    }

    /** The same folder with another variable of the environment from the next {@link #up} on. */
    public Cluster withEnvironment(String key, String value) {
        return new Cluster(options.withEnvironment(key, value));
    }

    /** Stops every node in good order. */
    public void down() {
        node(List.of("down", "--dir", directory.toString()));
    }

    /** Stops and starts every node. */
    public void restart() {
        down();
        up();
    }

    /** SIGKILL. */
    public void kill(int node) {
        node(List.of("kill", "--dir", directory.toString(), "--node", "" + node));
    }

    /** The first node. */
    public Client client() {
        return client(0);
    }

    public Client client(int node) {
        return new Client(new Http(nodes.get(node).url()));
    }

    public List<Node> nodes() {
        return nodes;
    }

    /** The folder that holds the nodes. */
    public Path directory() {
        return directory;
    }

    /**
     * Waits for a health of at least {@code color} with no shard moving, and until every node holds
     * the models of its mappings: it loads them beside its shards, and searches exactly until then.
     */
    public void awaitHealth(int node, String color) {
        client(node)
                .http()
                .get(
                        "/_cluster/health?timeout=120s&wait_for_no_relocating_shards=true"
                                + "&wait_for_no_initializing_shards=true&wait_for_status="
                                + color)
                .ok();
        awaitModels(node);
    }

    /** Waits until no node has a model on the way into its memory. */
    public void awaitModels(int node) {
        Await.until(
                "models loaded", MODELS, () -> Stats.of(client(node)).hasAllModels() ? true : null);
    }

    /** Anonymous resident memory of a node in bytes, from /proc: without mapped files. */
    public long anonymousBytes(int node) {
        Path status = Path.of("/proc/" + nodes.get(node).pid() + "/status");
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("RssAnon:")) {
                    return 1024 * Long.parseLong(line.replaceAll("\\D", ""));
                }
            }
        } catch (IOException e) {
            throw new AssertionError("no such process: " + status, e);
        }
        throw new AssertionError("no RssAnon in " + status);
    }

    private static String node(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Settings.scripts().resolve("node").toString());
        command.addAll(arguments);
        return Commands.run(START, command);
    }

    private List<Node> readStatus() {
        JsonNode status =
                Json.parse(node(List.of("status", "--dir", directory.toString(), "--json")));
        List<Node> list = new ArrayList<>();
        for (JsonNode node : status.path("nodes")) {
            list.add(
                    new Node(
                            list.size(),
                            node.path("name").asText(),
                            URI.create(node.path("url").asText()),
                            node.path("pid").asLong(),
                            Path.of(node.path("log").asText())));
        }
        if (list.size() != options.nodes) {
            throw new AssertionError("expected " + options.nodes + " nodes: " + status);
        }
        return list;
    }

    @Override
    public void close() {
        if (!Settings.keep()) {
            down();
        }
    }
}

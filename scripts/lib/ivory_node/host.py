"""What an OpenSearch node consists of, as published on Maven Central."""

from __future__ import annotations

from dataclasses import dataclass

HOST_GROUP = "org.opensearch"
PLUGIN_GROUP = "org.opensearch.plugin"

# The node's own class path, the agent that replaces the security manager, the plugin command.
LIB = (
    "opensearch",
    "opensearch-launchers",
    "opensearch-plugin-classloader",
    "opensearch-agent-bootstrap",
)
AGENT = ("opensearch-agent",)
PLUGIN_CLI = ("opensearch-plugin-cli",)

# Optional in the host's pom, but a node does not start, or knows no shapes, without them.
LIB_OPTIONAL = ("log4j-core", "jts-core", "spatial4j")

MAIN_CLASS = "org.opensearch.bootstrap.OpenSearch"
PLUGIN_CLI_CLASS = "org.opensearch.tools.cli.plugin.PluginCli"

_SOCKETS = """grant {
    permission java.io.FilePermission "/proc/sys/net/core/somaxconn", "read";
    permission java.net.SocketPermission "*", "accept,connect";
    permission java.lang.RuntimePermission "*", "setContextClassLoader";
};
"""
_COMPILER = """grant {
    permission java.lang.RuntimePermission "createClassLoader";
    permission java.lang.RuntimePermission "getClassLoader";
};
"""
_CLIENT = """grant {
    permission java.net.SocketPermission "*", "connect";
    permission java.net.NetPermission "getProxySelector";
};
"""


@dataclass(frozen=True)
class Module:
    """One of the host's modules: published jars, and the descriptor and policy that they lack."""

    name: str
    artifacts: tuple[str, ...]
    classname: str
    extends: tuple[str, ...] = ()
    policy: str | None = None

    def descriptor(self, version: str) -> str:
        """The text of plugin-descriptor.properties."""
        return "\n".join(
            [
                f"name={self.name}",
                f"description=OpenSearch module {self.name}",
                f"version={version}",
                f"opensearch.version={version}",
                "java.version=21",
                f"classname={self.classname}",
                f"extended.plugins={','.join(self.extends)}",
                "has.native.controller=false",
                "",
            ]
        )


MODULES = (
    Module(
        "transport-netty4",
        ("transport-netty4-client",),
        "org.opensearch.transport.Netty4ModulePlugin",
        policy=_SOCKETS,
    ),
    Module(
        "lang-painless",
        ("lang-painless",),
        "org.opensearch.painless.PainlessModulePlugin",
        policy=_COMPILER,
    ),
    Module(
        "reindex",
        ("reindex-client",),
        "org.opensearch.index.reindex.ReindexModulePlugin",
        policy=_CLIENT,
    ),
    Module(
        "analysis-common",
        ("analysis-common",),
        "org.opensearch.analysis.common.CommonAnalysisModulePlugin",
        extends=("lang-painless",),
    ),
    Module("parent-join", ("parent-join-client",), "org.opensearch.join.ParentJoinModulePlugin"),
)

# Needed by the k-NN plugin, and by nothing of ours.
PEER_MODULES = (
    Module(
        "transport-grpc",
        ("transport-grpc", "transport-grpc-spi"),
        "org.opensearch.transport.grpc.GrpcPlugin",
        policy=_SOCKETS,
    ),
)
# In the order of installation: the second may extend the first.
PEER_PLUGINS = ("opensearch-job-scheduler", "opensearch-knn")

_S3 = """grant {
    permission java.lang.RuntimePermission "accessDeclaredMembers";
    permission java.lang.RuntimePermission "getClassLoader";
    permission java.lang.RuntimePermission "setContextClassLoader";
    permission java.lang.reflect.ReflectPermission "suppressAccessChecks";
    permission java.net.NetPermission "getProxySelector";
    permission java.net.SocketPermission "*", "connect,resolve";
    permission java.util.PropertyPermission "*", "read,write";
    permission java.io.FilePermission "<<ALL FILES>>", "read";
};
"""
# The host's own plugins that a node can be given: published as jars, without descriptor or policy.
HOST_PLUGINS = {
    "repository-s3": Module(
        "repository-s3",
        ("repository-s3",),
        "org.opensearch.repositories.s3.S3RepositoryPlugin",
        policy=_S3,
    ),
}


def peer_version(host: str) -> str:
    """Plugins of the project carry the host's version and a build number."""
    return f"{host}.0"

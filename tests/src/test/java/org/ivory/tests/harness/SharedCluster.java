package org.ivory.tests.harness;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests that ask for a {@link Cluster} or a {@link Client} the one node with both plugins
 * that all such tests of a run share: started for the first, stopped after the last. Each test
 * class uses indices and models of its own name.
 */
public final class SharedCluster implements ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(SharedCluster.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == Cluster.class || type == Client.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Cluster cluster = cluster(context);
        return parameter.getParameter().getType() == Cluster.class ? cluster : cluster.client();
    }

    private static Cluster cluster(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Holder.class, key -> new Holder(), Holder.class)
                .cluster;
    }

    private static final class Holder implements ExtensionContext.Store.CloseableResource {
        private final Cluster cluster =
                Cluster.start(Cluster.Options.named("shared").withPeer().withHeap("2g"));

        Holder() {
            // A node that an earlier run was told to keep.
            cluster.client().http().delete("/*").ok();
            new Models(cluster.client()).deleteAll();
        }

        @Override
        public void close() {
            cluster.close();
        }
    }
}

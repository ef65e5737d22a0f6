package org.ivory.tests.recall;

import org.ivory.tests.harness.Cluster;

/** Recall with the whole index in one shard. */
class SiftOneShardIT extends SiftRecall {
    SiftOneShardIT(Cluster cluster) {
        super(cluster, 1);
    }
}

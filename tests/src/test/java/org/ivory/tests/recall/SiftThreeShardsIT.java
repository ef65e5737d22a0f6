package org.ivory.tests.recall;

import org.ivory.tests.harness.Cluster;

/** Recall with the index spread over three shards. */
class SiftThreeShardsIT extends SiftRecall {
    SiftThreeShardsIT(Cluster cluster) {
        super(cluster, 3);
    }
}

package org.ivory.opensearch.model;

import org.opensearch.index.IndexModule;
import org.opensearch.index.shard.SearchOperationListener;
import org.opensearch.plugins.Plugin;
import org.opensearch.search.internal.SearchContext;

import java.util.concurrent.CountDownLatch;

/** Holds up scrolls, hence trainings that collect their vectors, until they are let go. */
public final class SlowScrolls extends Plugin {
    private static volatile CountDownLatch gate = new CountDownLatch(0);

    /** From now on scrolls wait. */
    public static void hold() {
        gate = new CountDownLatch(1);
    }

    /** Lets all scrolls go on. */
    public static void letGo() {
        gate.countDown();
    }

    @Override
    public void onIndexModule(IndexModule module) {
        module.addSearchOperationListener(
                new SearchOperationListener() {
                    @Override
                    public void onPreQueryPhase(SearchContext context) {
                        if (context.scrollContext() != null) {
                            try {
                                gate.await();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        }
                    }
                });
    }
}

package org.ivory.opensearch.breaker;

import org.ivory.lucene.MemoryAccount;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.indices.breaker.BreakerSettings;
import org.opensearch.indices.breaker.HierarchyCircuitBreakerService;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/** The account, on the host's own breaker. */
public class NativeMemoryTests extends OpenSearchTestCase {
    public void testTheLimitHoldsAndCanBeSet() {
        NativeMemory memory = memory("1000b");
        assertEquals(1000, memory.limit());
        NativeMemory.Reservation first = memory.tryReserve(600);
        assertNull(memory.tryReserve(401));
        NativeMemory.Reservation second = memory.tryReserve(400);
        assertEquals(1000, memory.used());
        assertEquals(0, memory.available());
        first.close();
        first.close();
        assertEquals(400, memory.used());
        second.resize(100);
        assertEquals(900, memory.available());
        second.close();
        assertEquals(0, memory.used());
    }

    /** More than the heap has: the host's own check would refuse it. */
    public void testTheHeapIsNotInTheWay() {
        NativeMemory memory = memory("1000gb");
        NativeMemory.Reservation large = memory.tryReserve(900L << 30);
        assertNotNull(large);
        large.close();
    }

    public void testADefaultThatIsAShareOfTheMemory() {
        long limit = NativeMemory.breakerSettings(Settings.EMPTY).getLimit();
        assertTrue(String.valueOf(limit), limit >= 64L << 20);
    }

    public void testTheAccountOfSearches() {
        NativeMemory memory = memory("100b");
        MemoryAccount.Grant grant = memory.account().request(60);
        assertNull(memory.account().request(41));
        assertEquals(60, memory.used());
        grant.close();
        grant.close();
        assertEquals(0, memory.used());
    }

    public void testConcurrentReservationsNeverExceedTheLimit() throws Exception {
        NativeMemory memory = memory("1000b");
        AtomicLong most = new AtomicLong();
        CountDownLatch start = new CountDownLatch(1);
        Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            threads[t] =
                    new Thread(() -> {
                        try {
                            start.await();
                        } catch (InterruptedException e) {
                            throw new AssertionError(e);
                        }
                        for (int i = 0; i < 10_000; i++) {
                            try (NativeMemory.Reservation r = memory.tryReserve(300)) {
                                if (r != null) {
                                    most.accumulateAndGet(memory.used(), Math::max);
                                }
                            }
                        }
                    });
            threads[t].start();
        }
        start.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertTrue(String.valueOf(most), most.get() >= 300 && most.get() <= 1000);
        assertEquals(0, memory.used());
    }

    private static NativeMemory memory(String limit) {
        Settings settings = Settings.builder().put("breaker.ivory.limit", limit).build();
        BreakerSettings breaker = NativeMemory.breakerSettings(settings);
        CircuitBreaker made =
                new HierarchyCircuitBreakerService(
                                settings,
                                List.of(breaker),
                                new ClusterSettings(
                                        settings, ClusterSettings.BUILT_IN_CLUSTER_SETTINGS))
                        .getBreaker(NativeMemory.BREAKER);
        NativeMemory memory = new NativeMemory();
        memory.setBreaker(made);
        return memory;
    }
}

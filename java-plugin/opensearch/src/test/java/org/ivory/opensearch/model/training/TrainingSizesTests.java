package org.ivory.opensearch.model.training;

import static org.hamcrest.Matchers.containsString;

import org.ivory.opensearch.breaker.NativeMemory;
import org.opensearch.common.breaker.TestCircuitBreaker;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Random;

/** How many cells, how large a sample, how much memory. */
public class TrainingSizesTests extends OpenSearchTestCase {
    public void testDefaultNlist() {
        assertEquals(1, TrainingPlanner.defaultNlist(1, 1));
        assertEquals(1, TrainingPlanner.defaultNlist(38, 38));
        assertEquals(25, TrainingPlanner.defaultNlist(1000, 1000));
        assertEquals(1265, TrainingPlanner.defaultNlist(100_000, 100_000));
        assertEquals(128, TrainingPlanner.defaultNlist(100_000, 5_000));
        assertEquals(4_000, TrainingPlanner.defaultNlist(1_000_000, 1_000_000));
        assertEquals(65_536, TrainingPlanner.defaultNlist(1L << 40, 1L << 40));
    }

    public void testTheShareYieldsEnough() {
        Random random = new Random(7);
        for (int wanted : new int[] {1, 10, 1_000, 20_000}) {
            int total = 100_000;
            double share = VectorCollector.share(wanted, total);
            int drawn = 0;
            for (int i = 0; i < total; i++) {
                drawn += random.nextDouble() < share ? 1 : 0;
            }
            assertTrue(drawn + " of " + wanted, drawn >= wanted);
            assertTrue(drawn + " of " + wanted, drawn < wanted + 10 * Math.sqrt(wanted) + 50);
        }
    }

    public void testTheWholeSampleFits() {
        NativeMemory memory = limited(100L << 20);
        TrainingPlan plan = TrainingPlans.of(8, 10, 1_000, 500);
        try (TrainingMemory reserved = TrainingMemory.reserve(memory, plan)) {
            assertEquals(500, reserved.sample());
            assertNull(reserved.note());
            assertEquals(TrainingMemory.bytes(plan, 500), memory.used());
        }
        assertEquals(0, memory.used());
    }

    public void testTheSampleIsCutToWhatFits() {
        TrainingPlan plan = TrainingPlans.of(128, 100, 1_000_000, 1_000_000);
        NativeMemory memory = limited(TrainingMemory.bytes(plan, 12_345));
        try (TrainingMemory reserved = TrainingMemory.reserve(memory, plan)) {
            assertEquals(12_345, reserved.sample());
            assertThat(reserved.note(), containsString("from [1000000] to [12345]"));
        }
        assertEquals(0, memory.used());
    }

    public void testTooLittleMemoryIsAClearFailure() {
        TrainingPlan plan = TrainingPlans.of(128, 100, 1_000_000, 1_000_000);
        long needed = TrainingMemory.bytes(plan, 100);
        NativeMemory memory = limited(needed - 1);
        IllegalStateException e =
                expectThrows(
                        IllegalStateException.class, () -> TrainingMemory.reserve(memory, plan));
        assertThat(e.getMessage(), containsString("[" + needed + "] bytes"));
        assertThat(e.getMessage(), containsString("breaker.ivory.limit"));
        assertEquals(0, memory.used());
        limited(needed).tryReserve(needed).close();
    }

    private static NativeMemory limited(long bytes) {
        NativeMemory memory = new NativeMemory();
        memory.setBreaker(new LimitedBreaker(bytes));
        return memory;
    }

    /** A breaker that only counts, as the host's does when it is not asked to break. */
    private static final class LimitedBreaker extends TestCircuitBreaker {
        private final long limit;
        private long used;

        LimitedBreaker(long limit) {
            this.limit = limit;
        }

        @Override
        public long addWithoutBreaking(long bytes) {
            used += bytes;
            return used;
        }

        @Override
        public long getUsed() {
            return used;
        }

        @Override
        public long getLimit() {
            return limit;
        }
    }
}

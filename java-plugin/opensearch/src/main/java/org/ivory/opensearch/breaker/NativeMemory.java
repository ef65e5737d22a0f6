package org.ivory.opensearch.breaker;

import org.ivory.lucene.MemoryAccount;
import org.opensearch.common.lease.Releasable;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.breaker.NoopCircuitBreaker;
import org.opensearch.core.common.unit.ByteSizeValue;
import org.opensearch.indices.breaker.BreakerSettings;
import org.opensearch.monitor.jvm.JvmInfo;
import org.opensearch.monitor.os.OsProbe;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The account of memory outside the heap: models held, training samples, live documents. It is the
 * node's circuit breaker {@code ivory} (limit {@code breaker.ivory.limit}, dynamic; default a
 * quarter of the physical memory that the heap leaves), but is never asked to break by itself: it
 * would also weigh these bytes against the heap. So the limit is compared here.
 */
public final class NativeMemory {
    /** Name of the circuit breaker. */
    public static final String BREAKER = "ivory";

    private static final double DEFAULT_SHARE = 0.25;
    private static final long LEAST_DEFAULT = 64L << 20;

    private CircuitBreaker breaker = new NoopCircuitBreaker(BREAKER);

    /** The settings of the breaker on this node. */
    public static BreakerSettings breakerSettings(Settings settings) {
        long physical = OsProbe.getInstance().getTotalPhysicalMemorySize();
        long heap = JvmInfo.jvmInfo().getMem().getHeapMax().getBytes();
        long limit = Math.max(LEAST_DEFAULT, (long) ((physical - heap) * DEFAULT_SHARE));
        return BreakerSettings.updateFromSettings(
                new BreakerSettings(BREAKER, limit, 1.0), settings);
    }

    /** Sets the breaker to account to; before that nothing is limited. */
    public synchronized void setBreaker(CircuitBreaker breaker) {
        this.breaker = breaker;
    }

    /** Bytes in use. */
    public synchronized long used() {
        return breaker.getUsed();
    }

    /** Most bytes that may be in use; negative if there is no limit. */
    public synchronized long limit() {
        return breaker.getLimit();
    }

    /** Bytes that may still be reserved. */
    public synchronized long available() {
        long limit = breaker.getLimit();
        return limit < 0 ? Long.MAX_VALUE : Math.max(0, limit - breaker.getUsed());
    }

    /**
     * Reserves memory.
     *
     * @return null if it does not fit
     */
    public synchronized Reservation tryReserve(long bytes) {
        if (bytes > available()) {
            return null;
        }
        breaker.addWithoutBreaking(bytes);
        return new Reservation(bytes);
    }

    /** This account for those who keep memory on their own. */
    public MemoryAccount account() {
        return bytes -> {
            Reservation reservation = tryReserve(bytes);
            return reservation == null ? null : reservation::close;
        };
    }

    /** The limit and what is in use, for people. */
    public synchronized String describe() {
        return "["
                + new ByteSizeValue(Math.max(0, breaker.getUsed()))
                + "] of the ["
                + new ByteSizeValue(Math.max(0, breaker.getLimit()))
                + "] that [breaker."
                + BREAKER
                + ".limit] allows are in use";
    }

    private synchronized void add(long bytes) {
        breaker.addWithoutBreaking(bytes);
    }

    /** Bytes that are accounted for until they are given back. Closing is idempotent. */
    public final class Reservation implements Releasable {
        private final AtomicLong bytes;

        private Reservation(long bytes) {
            this.bytes = new AtomicLong(bytes);
        }

        /** Corrects the number of bytes once the real one is known; never refused. */
        public void resize(long newBytes) {
            add(newBytes - bytes.getAndSet(newBytes));
        }

        public long bytes() {
            return bytes.get();
        }

        @Override
        public void close() {
            resize(0);
        }
    }
}

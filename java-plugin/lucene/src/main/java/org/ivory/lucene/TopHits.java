package org.ivory.lucene;

import org.apache.lucene.util.LongHeap;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The highest {@link RawScore#rank}s of those offered. For one thread; several work on one shard by
 * sharing a floor, the rank below which nothing can be among the shard's best.
 */
final class TopHits {

    private final int k;
    private final LongHeap heap;
    private final AtomicLong sharedFloor;
    private long floor;

    /**
     * @param k how many to keep
     * @param most how many can be offered at most, a hint
     * @param sharedFloor the shard's; raised as this heap fills
     */
    TopHits(int k, int most, AtomicLong sharedFloor) {
        this.k = k;
        this.heap = new LongHeap(Math.clamp(most, 1, k));
        this.sharedFloor = sharedFloor;
        this.floor = sharedFloor.get();
    }

    void offer(long rank) {
        if (rank <= floor) {
            return;
        }
        if (heap.size() < k) {
            heap.push(rank);
        } else {
            heap.updateTop(rank);
        }
        if (heap.size() == k) {
            floor = Math.max(floor, heap.top());
        }
    }

    /** A rank that an offer has to be above to be kept. */
    long floor() {
        return floor;
    }

    /** Tells the others of this heap's floor, and hears of theirs; worth it between blocks. */
    void exchangeFloor() {
        long mine = heap.size() == k ? heap.top() : Long.MIN_VALUE;
        floor = Math.max(floor, sharedFloor.accumulateAndGet(mine, Math::max));
    }

    /** What was kept, in no order. */
    long[] ranks() {
        long[] ranks = new long[heap.size()];
        for (int i = 0; i < ranks.length; i++) {
            ranks[i] = heap.get(i + 1);
        }
        return ranks;
    }

    /** Sorts the best first. */
    static void sortDescending(long[] ranks) {
        Arrays.sort(ranks);
        for (int i = 0, j = ranks.length - 1; i < j; i++, j--) {
            long swapped = ranks[i];
            ranks[i] = ranks[j];
            ranks[j] = swapped;
        }
    }
}

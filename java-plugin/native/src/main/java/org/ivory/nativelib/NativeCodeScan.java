package org.ivory.nativelib;

/**
 * A scan inside the native library. Calls take no lock here: the library knows a handle that was
 * closed meanwhile and a scan that is in use, and keeps what a call under way needs.
 */
final class NativeCodeScan implements CodeScan {
    /** What no handle is. */
    private static final long CLOSED = 0;

    private final int candidates;
    private final int codeLength;
    private volatile long handle;

    /** Takes ownership of a scan's handle. */
    NativeCodeScan(long scan, int candidates, int codeLength) {
        this.candidates = candidates;
        this.codeLength = codeLength;
        handle = scan;
    }

    @Override
    public int candidates() {
        return candidates;
    }

    @Override
    public int probe(int nprobe) {
        Checks.argument(nprobe >= 1, "nprobe must be at least 1, got " + nprobe);
        return Natives.scanProbe(open(), nprobe);
    }

    @Override
    public void cells(int from, int count, int[] cells) {
        Checks.cells(from, count, cells);
        Natives.scanCells(open(), from, count, cells);
    }

    @Override
    public boolean readsMemory() {
        return true;
    }

    @Override
    public long region(
            int segment, long address, long length, int from, int to, long live, long liveWords) {
        return Natives.scanRegion(open(), segment, address, length, from, to, live, liveWords);
    }

    @Override
    public int worth(int to) {
        return Natives.scanWorth(open(), to);
    }

    @Override
    public void rows(int segment, int rank, byte[] rows, int[] docs, int count) {
        Checks.rows(segment, rank, rows, docs, count, codeLength);
        Natives.scanRows(open(), segment, rank, rows, docs, count);
    }

    @Override
    public long within(
            long address,
            long length,
            int from,
            int to,
            float[] errors,
            float bar,
            long[] documents) {
        return Natives.scanWithin(open(), address, length, from, to, errors, bar, documents);
    }

    @Override
    public int take(int[] segments, int[] docs, float[] estimates) {
        Checks.take(segments, docs, estimates, candidates);
        return Natives.scanTake(open(), segments, docs, estimates);
    }

    @Override
    public void close() {
        long open;
        synchronized (this) {
            open = handle;
            handle = CLOSED;
        }
        if (open != CLOSED) {
            Natives.scanClose(open);
        }
    }

    private long open() {
        long open = handle;
        if (open == CLOSED) {
            throw new IllegalStateException("the scan is closed");
        }
        return open;
    }
}

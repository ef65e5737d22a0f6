package org.ivory.nativelib;

/** A scan inside the native library, which checks that one thread at a time uses it. */
final class NativeCodeScan implements CodeScan {
    private final int candidates;
    private final int codeLength;
    private final NativeHandle handle;

    /** Takes ownership of a scan's handle. */
    NativeCodeScan(long scan, int candidates, int codeLength) {
        this.candidates = candidates;
        this.codeLength = codeLength;
        handle = new NativeHandle("the scan", scan, Natives::scanClose);
    }

    @Override
    public int candidates() {
        return candidates;
    }

    @Override
    public int probe(int nprobe) {
        Checks.argument(nprobe >= 1, "nprobe must be at least 1, got " + nprobe);
        return handle.call(open -> Natives.scanProbe(open, nprobe));
    }

    @Override
    public void cells(int from, int count, int[] cells) {
        Checks.cells(from, count, cells);
        handle.run(open -> Natives.scanCells(open, from, count, cells));
    }

    @Override
    public boolean readsMemory() {
        return true;
    }

    @Override
    public long region(
            int segment, long address, long length, int from, int to, long live, long liveWords) {
        return handle.call(open ->
                Natives.scanRegion(open, segment, address, length, from, to, live, liveWords));
    }

    @Override
    public void rows(int segment, int rank, byte[] rows, int[] docs, int count) {
        Checks.rows(rows, docs, count, codeLength);
        handle.run(open -> Natives.scanRows(open, segment, rank, rows, docs, count));
    }

    @Override
    public int take(int[] segments, int[] docs, float[] estimates) {
        Checks.take(segments, docs, estimates, candidates);
        return handle.call(open -> Natives.scanTake(open, segments, docs, estimates));
    }

    @Override
    public void close() {
        handle.close();
    }
}

package org.ivory.nativelib;

/** A model in the native library's memory. */
final class NativeCentroidModel implements CentroidModel {
    private final References references = new References();
    private final NativeHandle handle;
    private final long fingerprint;
    private final Metric metric;
    private final int dimension;
    private final int nlist;
    private final long sizeInBytes;
    private final long fileLength;
    private final EncoderSpec encoder;
    private final int codeBytes;
    private final int factors;

    private NativeCentroidModel(NativeHandle handle, long[] description) {
        this.handle = handle;
        fingerprint = description[0];
        metric = Metric.ofCode((int) description[1]);
        dimension = (int) description[2];
        nlist = (int) description[3];
        sizeInBytes = description[4];
        fileLength = description[5];
        encoder = EncoderSpec.ofCode((int) description[6], (int) description[7]);
        codeBytes = (int) description[8];
        factors = (int) description[9];
    }

    /** Takes ownership of a model's handle; frees it if that fails. */
    static CentroidModel of(long model) {
        NativeHandle handle = new NativeHandle("the model", model, Natives::modelClose);
        try {
            long[] description = new long[10];
            handle.run(open -> Natives.modelDescribe(open, description));
            return new NativeCentroidModel(handle, description);
        } catch (RuntimeException e) {
            handle.close();
            throw e;
        }
    }

    @Override
    public long fingerprint() {
        return fingerprint;
    }

    @Override
    public Metric metric() {
        return metric;
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public int nlist() {
        return nlist;
    }

    @Override
    public long sizeInBytes() {
        return sizeInBytes;
    }

    @Override
    public void assign(float[] vectors, int count, int[] cells) {
        Checks.assign(vectors, count, dimension, cells);
        handle.run(open -> Natives.modelAssign(open, vectors, count, cells));
    }

    @Override
    public int probe(float[] query, int nprobe, int[] cells, float[] raw) {
        int found = Checks.probe(query, dimension, nprobe, nlist, cells, raw);
        return handle.call(open -> Natives.modelProbe(open, query, found, cells, raw));
    }

    @Override
    public EncoderSpec encoder() {
        return encoder;
    }

    @Override
    public int codeBytes() {
        return codeBytes;
    }

    @Override
    public int factors() {
        return factors;
    }

    @Override
    public void encode(float[] vectors, int count, int[] cells, byte[] codes) {
        Checks.encode(vectors, count, dimension, cells, codes, codeLength());
        handle.run(open -> Natives.modelEncode(open, vectors, count, cells, codes));
    }

    @Override
    public boolean measures() {
        return encoder.name().equals("pq") || encoder.name().equals("sq");
    }

    @Override
    public void measure(
            long address,
            long length,
            long vectors,
            long vectorsLength,
            int stride,
            long documents,
            long documentWords,
            int from,
            int to,
            float[] errors) {
        handle.run(open ->
                Natives.modelMeasure(
                        open,
                        address,
                        length,
                        vectors,
                        vectorsLength,
                        stride,
                        documents,
                        documentWords,
                        from,
                        to,
                        errors));
    }

    @Override
    public CodeScan scan(float[] query, int candidates) {
        Checks.scan(query, dimension, candidates, codeLength());
        return new NativeCodeScan(
                handle.call(open -> Natives.scanOpen(open, query, candidates)),
                candidates,
                codeLength());
    }

    @Override
    public long fileLength() {
        return fileLength;
    }

    @Override
    public void readFile(long offset, byte[] out, int length) {
        Checks.readFile(offset, out, length, fileLength);
        handle.run(open -> Natives.modelRead(open, offset, out, length));
    }

    @Override
    public boolean tryAcquire() {
        return references.tryAcquire();
    }

    @Override
    public void close() {
        if (references.release()) {
            handle.close();
        }
    }
}

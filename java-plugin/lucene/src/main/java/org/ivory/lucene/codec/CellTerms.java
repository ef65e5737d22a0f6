package org.ivory.lucene.codec;

import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.util.BytesRef;
import org.ivory.lucene.CellTerm;

import java.io.IOException;
import java.util.List;

/**
 * The terms of a vector field that was written by {@link IvoryPostingsFormat}: one {@linkplain
 * #region region} a fingerprint. Keeps the regions' headers only.
 */
public final class CellTerms extends Terms {

    private final FieldInfo field;
    private final List<Region> regions;
    private final MappedRegion[] mapped;
    private final long terms;
    private final int documents;

    /**
     * @param regions in ascending unsigned order of their fingerprints
     */
    CellTerms(FieldInfo field, List<Region> regions) throws IOException {
        this.field = field;
        this.regions = regions;
        this.mapped = new MappedRegion[regions.size()];
        long sumOfTerms = 0;
        int sumOfDocuments = 0;
        for (int i = 0; i < mapped.length; i++) {
            mapped[i] = regions.get(i).map();
            sumOfTerms += regions.get(i).header().cells();
            sumOfDocuments += regions.get(i).header().documents();
        }
        this.terms = sumOfTerms;
        this.documents = sumOfDocuments;
    }

    /** In ascending unsigned order of their fingerprints. */
    List<Region> regions() {
        return regions;
    }

    /** The fingerprints that the segment's terms name, in ascending unsigned order. */
    public long[] fingerprints() {
        return regions.stream().mapToLong(region -> region.header().fingerprint()).toArray();
    }

    /**
     * The region of a fingerprint as it lies in memory.
     *
     * @return null if the segment has no such documents, or the file is not mapped in one piece:
     *     postings and payloads can be read in any case
     */
    public MappedRegion region(long fingerprint) {
        for (int i = 0; i < mapped.length; i++) {
            if (regions.get(i).header().fingerprint() == fingerprint) {
                return mapped[i];
            }
        }
        return null;
    }

    @Override
    public TermsEnum iterator() throws IOException {
        return new CellTermsEnum(regions);
    }

    @Override
    public BytesRef getMin() throws IOException {
        Region region = regions.get(0);
        int cell = new RegionReader(region).nextCell(0);
        return CellTerm.encode(region.header().fingerprint(), cell);
    }

    @Override
    public BytesRef getMax() throws IOException {
        RegionHeader header = regions.get(regions.size() - 1).header();
        return CellTerm.encode(header.fingerprint(), header.span() - 1);
    }

    @Override
    public long size() {
        return terms;
    }

    @Override
    public long getSumTotalTermFreq() {
        return documents;
    }

    @Override
    public long getSumDocFreq() {
        return documents;
    }

    @Override
    public int getDocCount() {
        return documents;
    }

    @Override
    public boolean hasFreqs() {
        return field.getIndexOptions().compareTo(IndexOptions.DOCS_AND_FREQS) >= 0;
    }

    @Override
    public boolean hasOffsets() {
        return false;
    }

    @Override
    public boolean hasPositions() {
        return field.getIndexOptions().compareTo(IndexOptions.DOCS_AND_FREQS_AND_POSITIONS) >= 0;
    }

    @Override
    public boolean hasPayloads() {
        return field.hasPayloads();
    }
}

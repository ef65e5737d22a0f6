package org.ivory.lucene.codec;

import org.apache.lucene.index.BaseTermsEnum;
import org.apache.lucene.index.ImpactsEnum;
import org.apache.lucene.index.OrdTermState;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.TermState;
import org.apache.lucene.util.BytesRef;
import org.ivory.lucene.CellTerm;

import java.io.IOException;
import java.util.List;

/** Walks the cells of a segment's regions. */
final class CellTermsEnum extends BaseTermsEnum {

    private final List<Region> regions;
    private final RegionReader[] readers;

    /** Number of terms before each region; one more for all of them. */
    private final long[] ords;

    private final BytesRef term = new BytesRef(new byte[CellTerm.LENGTH]);

    /** Where the enum stands; {@code regions.size()} at the end. */
    private int region;

    private int rank = -1;
    private int cell = -1;
    private int start;
    private int end = -1;

    CellTermsEnum(List<Region> regions) {
        this.regions = regions;
        this.readers = new RegionReader[regions.size()];
        this.ords = new long[regions.size() + 1];
        for (int i = 0; i < regions.size(); i++) {
            ords[i + 1] = ords[i] + regions.get(i).header().cells();
        }
    }

    private RegionReader reader() throws IOException {
        RegionReader reader = readers[region];
        if (reader == null) {
            reader = readers[region] = new RegionReader(regions.get(region));
        }
        return reader;
    }

    @Override
    public BytesRef next() throws IOException {
        while (region < regions.size()) {
            if (rank + 1 < regions.get(region).header().cells()) {
                int next = reader().nextCell(cell + 1);
                if (next < 0) {
                    throw regions.get(region).corrupt("fewer cells than announced");
                }
                return stand(rank + 1, next);
            }
            region++;
            rank = -1;
            cell = -1;
        }
        return null;
    }

    private BytesRef stand(int newRank, int newCell) throws IOException {
        rank = newRank;
        cell = newCell;
        end = -1;
        CellTerm.encode(regions.get(region).header().fingerprint(), cell, term);
        return term;
    }

    private SeekStatus end() {
        region = regions.size();
        rank = -1;
        return SeekStatus.END;
    }

    @Override
    public SeekStatus seekCeil(BytesRef text) throws IOException {
        // A term is compared with the first 12 bytes, zeros where there are none; beyond them a
        // longer text is greater than any term with the same start.
        byte[] start = new byte[CellTerm.LENGTH];
        System.arraycopy(text.bytes, text.offset, start, 0, Math.min(text.length, start.length));
        BytesRef padded = new BytesRef(start);
        long fingerprint = CellTerm.fingerprint(padded);
        long from = Integer.toUnsignedLong(CellTerm.cell(padded));
        if (text.length > CellTerm.LENGTH) {
            from++;
        }
        for (region = 0; region < regions.size(); region++) {
            RegionHeader header = regions.get(region).header();
            int order = Long.compareUnsigned(header.fingerprint(), fingerprint);
            if (order < 0 || (order == 0 && from >= header.span())) {
                continue;
            }
            int found = reader().nextCell(order == 0 ? (int) from : 0);
            if (found < 0) {
                throw regions.get(region).corrupt("the last cell is missing");
            }
            stand(reader().rank(found), found);
            return order == 0 && found == from && text.length == CellTerm.LENGTH
                    ? SeekStatus.FOUND
                    : SeekStatus.NOT_FOUND;
        }
        return end();
    }

    @Override
    public boolean seekExact(BytesRef text) throws IOException {
        if (text.length != CellTerm.LENGTH) {
            return false;
        }
        long fingerprint = CellTerm.fingerprint(text);
        for (int i = 0; i < regions.size(); i++) {
            if (regions.get(i).header().fingerprint() == fingerprint) {
                region = i;
                int wanted = CellTerm.cell(text);
                int found = reader().rank(wanted);
                if (found < 0) {
                    return false;
                }
                stand(found, wanted);
                return true;
            }
        }
        return false;
    }

    @Override
    public void seekExact(long ord) throws IOException {
        if (ord < 0 || ord >= ords[regions.size()]) {
            throw new IllegalArgumentException(
                    "ord [" + ord + "] of [" + ords[regions.size()] + "] terms");
        }
        for (region = 0; ord >= ords[region + 1]; region++) {}
        int wanted = (int) (ord - ords[region]);
        stand(wanted, reader().cell(wanted));
    }

    @Override
    public void seekExact(BytesRef text, TermState state) throws IOException {
        if (state instanceof OrdTermState ordState) {
            seekExact(ordState.ord);
        } else {
            super.seekExact(text, state);
        }
    }

    @Override
    public TermState termState() {
        OrdTermState state = new OrdTermState();
        state.ord = ord();
        return state;
    }

    @Override
    public BytesRef term() {
        return term;
    }

    @Override
    public long ord() {
        return ords[region] + rank;
    }

    @Override
    public int docFreq() throws IOException {
        range();
        return end - start;
    }

    @Override
    public long totalTermFreq() throws IOException {
        return docFreq();
    }

    @Override
    public PostingsEnum postings(PostingsEnum reuse, int flags) throws IOException {
        range();
        return open(reuse).reset(start, end);
    }

    @Override
    public ImpactsEnum impacts(int flags) throws IOException {
        range();
        return open(null).reset(start, end);
    }

    private CellPostingsEnum open(PostingsEnum reuse) throws IOException {
        if (reuse instanceof CellPostingsEnum mine && mine.region() == regions.get(region)) {
            return mine;
        }
        return new CellPostingsEnum(new RegionReader(regions.get(region)));
    }

    private void range() throws IOException {
        if (end < 0) {
            start = reader().start(rank);
            end = reader().end(rank, start);
        }
    }
}

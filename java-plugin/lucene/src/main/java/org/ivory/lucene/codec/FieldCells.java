package org.ivory.lucene.codec;

import org.apache.lucene.util.IOUtils;
import org.ivory.nativelib.CentroidModel;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a field's regions are written from: the parts of each fingerprint. */
final class FieldCells implements Closeable {

    private final CodecModels models;
    private final SortedMap<Long, Group> groups = new TreeMap<>(Long::compareUnsigned);
    private final List<Closeable> resources = new ArrayList<>();

    /** Parts of one fingerprint, in the order of their documents as far as they have one. */
    record Group(long fingerprint, int codeLength, List<CellPart> parts) {}

    FieldCells(CodecModels models) {
        this.models = models;
    }

    /**
     * Adds a part.
     *
     * @return false if the fingerprint has codes of another length already: no region can hold both
     */
    boolean add(long fingerprint, int codeLength, CellPart part) {
        Group group =
                groups.computeIfAbsent(
                        fingerprint, key -> new Group(key, codeLength, new ArrayList<>()));
        if (group.codeLength != codeLength) {
            return false;
        }
        group.parts.add(part);
        return true;
    }

    /** Closes something together with this. */
    void owns(Closeable resource) {
        resources.add(resource);
    }

    Collection<Group> groups() {
        return groups.values();
    }

    /**
     * How a group's codes are laid out: as the model says, else as in a region that they come from.
     * Codes of an unknown layout are kept as bytes, which is good for reading, not for scanning.
     */
    CodeLayout layout(Group group) {
        if (group.codeLength == 0) {
            return CodeLayout.NONE;
        }
        try (CentroidModel model = models.acquire(group.fingerprint)) {
            if (model != null && model.codeLength() == group.codeLength) {
                return new CodeLayout(model.codeBytes(), model.factors());
            }
        }
        CodeLayout layout = new CodeLayout(group.codeLength, 0);
        for (CellPart part : group.parts) {
            if (part instanceof RegionPart region && region.layout().factors() > 0) {
                layout = region.layout();
            }
        }
        return layout;
    }

    @Override
    public void close() throws IOException {
        IOUtils.close(resources);
    }
}

package org.ivory.lucene.codec;

import org.ivory.nativelib.CentroidModel;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Models of a test and which of them is a field's current one. */
final class ToyModels implements CodecModels {

    final Map<Long, ToyModel> models = new ConcurrentHashMap<>();
    final Map<String, Long> current = new ConcurrentHashMap<>();

    ToyModel add(ToyModel model) {
        models.put(model.fingerprint(), model);
        return model;
    }

    @Override
    public CentroidModel acquire(long fingerprint) {
        ToyModel model = models.get(fingerprint);
        return model != null && model.tryAcquire() ? model : null;
    }

    @Override
    public CentroidModel current(String field) {
        Long fingerprint = current.get(field);
        return fingerprint == null ? null : acquire(fingerprint);
    }

    /** Whether somebody kept a model. */
    void assertNoneHeld() {
        for (ToyModel model : models.values()) {
            if (model.references() != 1) {
                throw new AssertionError("a model has [" + model.references() + "] references");
            }
        }
    }
}

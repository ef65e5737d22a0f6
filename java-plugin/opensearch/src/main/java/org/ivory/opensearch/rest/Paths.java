package org.ivory.opensearch.rest;

/** Where the plugin's endpoints are. */
final class Paths {
    /** Name of the path's parameter that is a model's id. */
    static final String ID = "id";

    static final String ROOT = "/_plugins/_ivory";
    static final String MODELS = ROOT + "/models";
    static final String MODEL = MODELS + "/{" + ID + "}";

    private Paths() {}
}

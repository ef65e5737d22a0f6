package org.ivory.tests.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.DynamicTest;

import java.util.function.Supplier;

/** Requests that must be refused with a 4xx that names what was wrong, and leave the node well. */
public final class Refusals {
    private final Client client;

    public Refusals(Client client) {
        this.client = client;
    }

    /**
     * A test that {@code request} is refused and that the body mentions every one of {@code
     * mentioned}; afterwards the node must still answer.
     */
    public DynamicTest refused(String name, Supplier<Reply> request, String... mentioned) {
        return DynamicTest.dynamicTest(
                name,
                () -> {
                    request.get().refused(mentioned);
                    client.http().get("/_cluster/health").ok();
                });
    }

    /** Fails unless {@code index} holds {@code documents} documents, after a refresh. */
    public void holds(String index, int documents) {
        client.refresh(index);
        assertEquals(documents, client.count(index), "documents in " + index);
    }
}

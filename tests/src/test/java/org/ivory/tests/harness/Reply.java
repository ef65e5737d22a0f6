package org.ivory.tests.harness;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.Locale;

/** An HTTP answer with the request that led to it, so that a failed check tells both. */
public record Reply(String request, int status, String body) {

    /** This reply; fails the test unless the status is 2xx. */
    public Reply ok() {
        if (status < 200 || status > 299) {
            throw new AssertionError(this + "\nexpected a status of 2xx");
        }
        return this;
    }

    /** This reply; fails the test unless the status is {@code expected}. */
    public Reply status(int expected) {
        if (status != expected) {
            throw new AssertionError(this + "\nexpected status " + expected);
        }
        return this;
    }

    /**
     * This reply; fails the test unless the status is 4xx and the body contains every one of {@code
     * parts}, in upper or lower case.
     */
    public Reply refused(String... parts) {
        if (status < 400 || status > 499) {
            throw new AssertionError(this + "\nexpected a status of 4xx");
        }
        return mentions(parts);
    }

    /**
     * This reply; fails the test unless the body contains every one of {@code parts}, in any case.
     */
    public Reply mentions(String... parts) {
        for (String part : parts) {
            if (!body.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT))) {
                throw new AssertionError(this + "\nexpected the body to mention [" + part + "]");
            }
        }
        return this;
    }

    /** The body as JSON. */
    public JsonNode json() {
        return Json.parse(body);
    }

    @Override
    public String toString() {
        return request + "\n-> " + status + " " + Json.shortened(body);
    }
}

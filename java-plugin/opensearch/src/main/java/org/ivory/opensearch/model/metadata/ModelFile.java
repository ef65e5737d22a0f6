package org.ivory.opensearch.model.metadata;

import java.util.Locale;

/**
 * The stored form of a ready model: what a reader must find.
 *
 * @param fingerprint hash of the file's bytes, as in index terms
 * @param length bytes of the file
 * @param chunks documents that hold it
 */
public record ModelFile(long fingerprint, long length, int chunks) {

    /** The fingerprint as users see it: 16 hexadecimal digits. */
    public String fingerprintText() {
        return text(fingerprint);
    }

    /** A fingerprint as users see it: 16 hexadecimal digits. */
    public static String text(long fingerprint) {
        return String.format(Locale.ROOT, "%016x", fingerprint);
    }
}

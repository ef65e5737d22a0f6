package org.ivory.nativelib;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Looks at a shared library before the system's linker does: that one maps what the headers promise
 * without looking at the file's length, so a file cut short (by a full disk, say) would kill the
 * process instead of failing to load. Layouts after the System V ABI, chapters 4 and 5.
 */
final class ElfFile {
    private static final int HEADER = 64;
    private static final int SEGMENT = 56;

    private ElfFile() {}

    /**
     * Returns what keeps a file from being a whole library for 64-bit little-endian machines, or
     * null.
     */
    static String fault(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            long length = file.size();
            if (length < HEADER) {
                return "has " + length + " bytes, too short for a library";
            }
            ByteBuffer header = read(file, 0, HEADER);
            // 0x7f E L F, 64 bits, little endian
            if (header.getInt(0) != 0x464c457f || header.getShort(4) != 0x0102) {
                return "is not a library for this kind of machine";
            }
            long segmentsAt = header.getLong(32);
            int segments = Short.toUnsignedInt(header.getShort(56));
            if (!within(segmentsAt, (long) segments * SEGMENT, length)) {
                return "is cut short or damaged: no segment table";
            }
            ByteBuffer table = read(file, segmentsAt, segments * SEGMENT);
            for (int at = 0; at < table.capacity(); at += SEGMENT) {
                if (!within(table.getLong(at + 8), table.getLong(at + 32), length)) {
                    return "is cut short or damaged: a segment ends beyond byte " + length;
                }
            }
            long sectionsAt = header.getLong(40);
            long sections =
                    (long) Short.toUnsignedInt(header.getShort(58))
                            * Short.toUnsignedInt(header.getShort(60));
            return within(sectionsAt, sections, length)
                    ? null
                    : "is cut short or damaged: no section table";
        }
    }

    private static boolean within(long from, long count, long length) {
        return from >= 0 && count >= 0 && from <= length && count <= length - from;
    }

    private static ByteBuffer read(FileChannel file, long from, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, from + bytes.position()) < 0) {
                throw new IOException("ended while it was read");
            }
        }
        return bytes;
    }
}

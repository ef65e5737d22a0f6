package org.ivory.nativelib;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Shared libraries of ELF64: writes the smallest one with a function, reads exported names. */
final class TinyElf {
    private static final int HEADER = 64;
    private static final int SEGMENT = 56;
    private static final int SYMBOL = 24;
    private static final int SECTION = 64;
    private static final int SECTION_DYNAMIC_SYMBOLS = 11;

    private TinyElf() {}

    /**
     * Writes a library with one exported function, which takes nothing and returns a number.
     *
     * @param arch {@code os.arch} of the machine that will run it
     */
    static void write(Path path, String arch, String function, int returned) throws IOException {
        boolean arm = arch.equals("aarch64");
        ByteBuffer code = little(16);
        if (arm) {
            code.putInt(0x52800000 | (returned & 0xffff) << 5); // movz w0, #returned
            code.putInt(0xd65f03c0); // ret
        } else {
            code.put((byte) 0xb8).putInt(returned).put((byte) 0xc3); // mov eax, returned; ret
        }
        byte[] strings = ("\0" + function + "\0tiny.so\0").getBytes(StandardCharsets.US_ASCII);
        int stringsLength = (strings.length + 7) & ~7;

        int codeAt = HEADER + 3 * SEGMENT;
        int symbolsAt = codeAt + code.capacity();
        int stringsAt = symbolsAt + 2 * SYMBOL;
        int hashAt = stringsAt + stringsLength;
        int dynamicAt = hashAt + 24;
        int end = dynamicAt + 6 * 16;

        ByteBuffer elf = little(end);
        elf.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0);
        elf.putShort((short) 3).putShort((short) (arm ? 183 : 62)).putInt(1);
        elf.putLong(0).putLong(HEADER).putLong(0).putInt(0);
        elf.putShort((short) HEADER).putShort((short) SEGMENT).putShort((short) 3);
        elf.putShort((short) SECTION).putShort((short) 0).putShort((short) 0);
        segment(elf, 1, 7, 0, end, 0x10000); // all of it; the linker relocates the table in place
        segment(elf, 2, 6, dynamicAt, end - dynamicAt, 8);
        segment(elf, 0x6474e551, 6, 0, 0, 16); // no executable stack
        elf.put(code.array());
        elf.put(new byte[SYMBOL]);
        elf.putInt(1).put((byte) 0x12).put((byte) 0).putShort((short) 1);
        elf.putLong(codeAt).putLong(code.capacity());
        elf.put(strings).put(new byte[stringsLength - strings.length]);
        elf.putInt(1).putInt(2).putInt(1).putInt(0).putInt(0).putInt(0); // one bucket, one chain
        elf.putLong(14).putLong(1 + function.length() + 1); // SONAME
        elf.putLong(4).putLong(hashAt);
        elf.putLong(5).putLong(stringsAt);
        elf.putLong(6).putLong(symbolsAt);
        elf.putLong(10).putLong(strings.length);
        elf.putLong(0).putLong(0);
        Files.write(path, elf.array());
    }

    private static void segment(
            ByteBuffer elf, int type, int flags, long at, long length, long align) {
        elf.putInt(type).putInt(flags).putLong(at).putLong(at).putLong(at);
        elf.putLong(length).putLong(length).putLong(align);
    }

    private static ByteBuffer little(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The names that a library defines and exports. */
    static List<String> exported(Path path) {
        ByteBuffer elf;
        try {
            elf = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long sections = elf.getLong(40);
        int count = Short.toUnsignedInt(elf.getShort(60));
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int section = Math.toIntExact(sections + (long) i * SECTION);
            if (elf.getInt(section + 4) != SECTION_DYNAMIC_SYMBOLS) {
                continue;
            }
            int from = Math.toIntExact(elf.getLong(section + 24));
            int length = Math.toIntExact(elf.getLong(section + 32));
            int link = Math.toIntExact(sections + (long) elf.getInt(section + 40) * SECTION);
            int strings = Math.toIntExact(elf.getLong(link + 24));
            for (int symbol = from; symbol < from + length; symbol += SYMBOL) {
                boolean defined = elf.getShort(symbol + 6) != 0;
                if (defined) {
                    names.add(string(elf, strings + elf.getInt(symbol)));
                }
            }
        }
        return names;
    }

    private static String string(ByteBuffer elf, int from) {
        var bytes = new ByteArrayOutputStream();
        for (int i = from; elf.get(i) != 0; i++) {
            bytes.write(elf.get(i));
        }
        return bytes.toString(StandardCharsets.US_ASCII);
    }
}

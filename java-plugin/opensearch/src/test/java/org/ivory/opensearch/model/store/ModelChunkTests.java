package org.ivory.opensearch.model.store;

import static org.hamcrest.Matchers.containsString;

import org.ivory.nativelib.ModelFormatException;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;

public class ModelChunkTests extends OpenSearchTestCase {
    private final byte[] bytes = randomByteArrayOfLength(1000);
    private final Map<String, Object> document = ModelChunk.write("g", 3, bytes, 700);

    public void testWhatIsWrittenIsRead() {
        byte[] read = ModelChunk.read(document, "g", 3, 700);
        assertArrayEquals(Arrays.copyOf(bytes, 700), read);
    }

    public void testChunksOfAFile() {
        int size = ModelChunk.SIZE;
        assertEquals(1, ModelChunk.count(1));
        assertEquals(1, ModelChunk.count(size));
        assertEquals(2, ModelChunk.count(size + 1L));
        assertEquals(size, ModelChunk.length(size + 1L, 0));
        assertEquals(1, ModelChunk.length(size + 1L, 1));
    }

    public void testEveryDamageIsFound() {
        damaged("g", 4, 700, Map.of(), "[number]");
        damaged("h", 3, 700, Map.of(), "[generation]");
        damaged("g", 3, 701, Map.of(), "[length]");
        damaged("g", 3, 700, Map.of(ModelChunk.CRC, 1), "checksum");
        damaged("g", 3, 700, Map.of(ModelChunk.DATA, "~~"), "base64");
        damaged("g", 3, 700, Map.of(ModelChunk.DATA, "AAAA"), "3 bytes, not 700");
        byte[] flipped = Arrays.copyOf(bytes, 700);
        flipped[randomIntBetween(0, 699)] ^= (byte) (1 << randomIntBetween(0, 7));
        String data = Base64.getEncoder().encodeToString(flipped);
        damaged("g", 3, 700, Map.of(ModelChunk.DATA, data), "checksum");
        for (String field : document.keySet()) {
            Map<String, Object> without = new HashMap<>(document);
            without.remove(field);
            expectThrows(ModelFormatException.class, () -> ModelChunk.read(without, "g", 3, 700));
        }
    }

    private void damaged(
            String generation, int number, int length, Map<String, Object> change, String words) {
        Map<String, Object> changed = new HashMap<>(document);
        changed.putAll(change);
        ModelFormatException e =
                expectThrows(
                        ModelFormatException.class,
                        () -> ModelChunk.read(changed, generation, number, length));
        assertThat(e.getMessage(), containsString(words));
    }
}

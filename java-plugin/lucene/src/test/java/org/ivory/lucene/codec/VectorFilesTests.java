package org.ivory.lucene.codec;

import org.apache.lucene.codecs.DocValuesProducer;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.tests.util.LuceneTestCase;
import org.apache.lucene.util.BytesRef;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** The bytes of the format: the same for ever, and none of them may change unnoticed. */
public class VectorFilesTests extends LuceneTestCase {

    private static Map<String, byte[]> golden() throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        for (String extension : VectorFiles.EXTENSIONS) {
            try (InputStream in =
                    VectorFilesTests.class.getResourceAsStream("vectors-v1." + extension)) {
                files.put(extension, in.readAllBytes());
            }
        }
        return files;
    }

    public void testTheWriterWritesTheGoldenFiles() throws Exception {
        Map<String, byte[]> written = VectorFiles.write();
        assertEquals(golden().keySet(), written.keySet());
        for (Map.Entry<String, byte[]> file : golden().entrySet()) {
            assertArrayEquals(file.getKey(), file.getValue(), written.get(file.getKey()));
        }
    }

    public void testTheReaderReadsTheGoldenFiles() throws Exception {
        try (Directory directory = new ByteBuffersDirectory()) {
            VectorFiles.put(directory, golden());
            try (DocValuesProducer producer = VectorFiles.open(directory)) {
                producer.checkIntegrity();
                for (FieldInfo field : VectorFiles.fields()) {
                    BinaryDocValues values = producer.getBinary(field);
                    Map<Integer, BytesRef> found = new TreeMap<>();
                    while (values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                        BytesRef value = BytesRef.deepCopyOf(values.binaryValue());
                        found.put(values.docID(), value);
                    }
                    assertEquals(VectorFiles.values(field.name), found);
                }
            }
        }
    }

    public void testEveryChangedByteIsRefused() throws Exception {
        Map<String, byte[]> golden = golden();
        for (String extension : VectorFiles.EXTENSIONS) {
            byte[] bytes = golden.get(extension);
            for (int at = 0; at < bytes.length; at++) {
                byte[] changed = bytes.clone();
                changed[at] ^= (byte) (1 + random().nextInt(255));
                refused(extension, changed, extension + " changed at " + at);
            }
        }
    }

    public void testEveryOtherLengthIsRefused() throws Exception {
        Map<String, byte[]> golden = golden();
        for (String extension : VectorFiles.EXTENSIONS) {
            byte[] bytes = golden.get(extension);
            for (int length = 0; length <= bytes.length + 3; length++) {
                if (length != bytes.length) {
                    byte[] changed = Arrays.copyOf(bytes, length);
                    refused(extension, changed, extension + " of " + length + " bytes");
                }
            }
        }
    }

    private static void refused(String extension, byte[] bytes, String what) throws IOException {
        Map<String, byte[]> files = golden();
        files.put(extension, bytes);
        try (Directory directory = new ByteBuffersDirectory()) {
            VectorFiles.put(directory, files);
            try (DocValuesProducer producer = VectorFiles.open(directory)) {
                producer.checkIntegrity();
            } catch (EOFException e) {
                return;
            } catch (IOException e) {
                // Of all that goes wrong in reading only these say that the file is at fault.
                assertTrue(
                        what + ": " + e,
                        e.getClass().getSimpleName().matches("CorruptIndex.*|IndexFormatToo.*"));
                return;
            }
            fail(what + " was accepted");
        }
    }
}

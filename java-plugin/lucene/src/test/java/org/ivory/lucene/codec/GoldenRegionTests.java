package org.ivory.lucene.codec;

import org.apache.lucene.codecs.FieldsProducer;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;

/** Files of every version of the format: today's reader reads them, today's writer makes them. */
public class GoldenRegionTests extends CodecTestCase {

    private static Map<String, byte[]> golden() throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        for (String extension : CellFiles.EXTENSIONS) {
            try (InputStream in =
                    GoldenRegionTests.class.getResourceAsStream("cells-v1." + extension)) {
                files.put(extension, in.readAllBytes());
            }
        }
        return files;
    }

    /** A change of these bytes is a new version of the format. */
    public void testWriterMakesTheSameBytes() throws IOException {
        Map<String, byte[]> written = CellFiles.write();
        assertEquals(golden().keySet(), written.keySet());
        for (Map.Entry<String, byte[]> file : golden().entrySet()) {
            assertArrayEquals(file.getKey(), file.getValue(), written.get(file.getKey()));
        }
    }

    public void testReaderReadsThem() throws IOException {
        try (CellFiles.Source source = CellFiles.Source.open();
                Directory directory = newDirectory()) {
            check(source.segment(), directory);
        }
    }

    public void testReaderReadsThemMapped() throws IOException {
        try (CellFiles.Source source = CellFiles.Source.open();
                Directory directory = new MMapDirectory(createTempDir())) {
            check(source.segment(), directory);
        }
    }

    private void check(LeafReader source, Directory directory) throws IOException {
        CellFiles.put(directory, golden());
        try (FieldsProducer producer = CellFiles.open(directory, source.getFieldInfos())) {
            producer.checkIntegrity();
            assertEquals(CellFiles.FIELDS.size(), producer.size());
            for (String field : CellFiles.FIELDS) {
                CellTerms terms = (CellTerms) producer.terms(field);
                assertTermsEquals(field, source, source.terms(field), terms, false);
                assertEquals(4, terms.fingerprints().length);
                for (long fingerprint : terms.fingerprints()) {
                    boolean mapped = terms.region(fingerprint) != null;
                    assertEquals(directory instanceof MMapDirectory, mapped);
                }
            }
        }
    }
}

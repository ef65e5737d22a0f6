package org.ivory.lucene.codec;

import org.apache.lucene.codecs.CodecUtil;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NoMergePolicy;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.IOContext;
import org.apache.lucene.store.IndexInput;
import org.apache.lucene.store.IndexOutput;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.BytesRef;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;

/** Damaged files: told as such by whoever reads them, and never worse. */
public class DamageTests extends CodecTestCase {

    private Map<String, byte[]> files;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        ToyModel model = models.add(ToyModel.random(random(), 5, 2));
        ToyModel second =
                models.add(new ToyModel(-5, 2, 1 + random().nextInt(300), new CodeLayout(6, 2)));
        try (Directory directory = new ByteBuffersDirectory()) {
            IndexWriterConfig config = predictable(codec(), 1000);
            config.setMergePolicy(NoMergePolicy.INSTANCE);
            config.getMergePolicy().setNoCFSRatio(0);
            config.setUseCompoundFile(false);
            try (IndexWriter writer = new IndexWriter(directory, config)) {
                for (int id = 0; id < 300; id++) {
                    ToyModel mine = new ToyModel[] {null, model, second}[random().nextInt(3)];
                    writer.addDocument(document(id, 0, FIELD, randomVector(random(), 2), mine));
                }
            }
            files = new HashMap<>();
            for (String name : directory.listAll()) {
                try (IndexInput in = directory.openInput(name, IOContext.DEFAULT)) {
                    byte[] bytes = new byte[(int) in.length()];
                    in.readBytes(bytes, 0, bytes.length);
                    files.put(name, bytes);
                }
            }
        }
    }

    private String file(String extension) {
        return files.keySet().stream()
                .filter(name -> name.endsWith("." + extension))
                .findFirst()
                .orElseThrow();
    }

    /** The files with one of them changed, mapped or not. */
    private Directory directory(String changed, byte[] bytes) throws IOException {
        Directory directory =
                random().nextBoolean()
                        ? new ByteBuffersDirectory()
                        : new MMapDirectory(createTempDir());
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            if (!file.getKey().equals("write.lock")) {
                try (IndexOutput out = directory.createOutput(file.getKey(), IOContext.DEFAULT)) {
                    byte[] content = file.getKey().equals(changed) ? bytes : file.getValue();
                    out.writeBytes(content, content.length);
                }
            }
        }
        return directory;
    }

    /** Reads all there is; whether damage was found. */
    private static boolean readAll(Directory directory, boolean checkSums) throws IOException {
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            for (LeafReaderContext leaf : reader.leaves()) {
                if (checkSums) {
                    ((CodecReader) leaf.reader()).getPostingsReader().checkIntegrity();
                }
                readAll(leaf.reader().terms(FIELD));
            }
        } catch (CorruptIndexException
                | IndexFormatTooNewException
                | IndexFormatTooOldException e) {
            return true;
        }
        return false;
    }

    private static void readAll(Terms terms) throws IOException {
        terms.getMin();
        terms.getMax();
        TermsEnum iterator = terms.iterator();
        TermsEnum seeker = terms.iterator();
        for (BytesRef term = iterator.next(); term != null; term = iterator.next()) {
            seeker.seekExact(iterator.ord());
            seeker.seekExact(term);
            seeker.seekCeil(term);
            iterator.docFreq();
            PostingsEnum postings = iterator.postings(null, PostingsEnum.PAYLOADS);
            while (postings.nextDoc() != PostingsEnum.NO_MORE_DOCS) {
                postings.nextPosition();
                postings.getPayload();
            }
            iterator.postings(postings, PostingsEnum.NONE).advance(random().nextInt(300));
        }
    }

    public void testUndamaged() throws IOException {
        try (Directory directory = directory(null, null)) {
            assertFalse(readAll(directory, true));
        }
    }

    public void testFlippedBits() throws IOException {
        for (int i = 0; i < 300; i++) {
            String name = file(random().nextInt(4) == 0 ? "ivm" : "ivc");
            byte[] bytes = files.get(name).clone();
            // Often in the tables at a region's start.
            int at = random().nextInt(random().nextBoolean() ? bytes.length : 600);
            at = Math.min(at, bytes.length - 1);
            bytes[at] ^= (byte) (1 << random().nextInt(8));
            try (Directory directory = directory(name, bytes)) {
                readAll(directory, false); // may go unnoticed, but nothing else is thrown
                assertTrue(name + " at " + at, readAll(directory, true));
            }
        }
    }

    public void testTruncated() throws IOException {
        for (int i = 0; i < 50; i++) {
            String name = file(random().nextBoolean() ? "ivm" : "ivc");
            byte[] bytes = files.get(name);
            int length = random().nextInt(bytes.length);
            try (Directory directory = directory(name, Arrays.copyOf(bytes, length))) {
                assertTrue(damaged(directory));
            }
        }
    }

    /** A file that ends within its header is an EOFException, as in Lucene's own formats. */
    private static boolean damaged(Directory directory) throws IOException {
        try {
            return readAll(directory, true);
        } catch (EOFException e) {
            return true;
        }
    }

    /** Wrong numbers under a right checksum. */
    public void testForgedMeta() throws IOException {
        for (int i = 0; i < 300; i++) {
            String name = file("ivm");
            byte[] bytes = files.get(name).clone();
            int body = bytes.length - CodecUtil.footerLength();
            int header = CodecUtil.indexHeaderLength(IvoryPostingsFormat.META_CODEC, "Ivory104_0");
            int at = header + random().nextInt(body - header);
            bytes[at] = (byte) random().nextInt(256);
            CRC32 crc = new CRC32();
            crc.update(bytes, 0, bytes.length - Long.BYTES);
            ByteBuffer.wrap(bytes).putLong(bytes.length - Long.BYTES, crc.getValue());
            boolean same = Arrays.equals(bytes, files.get(name));
            try (Directory directory = directory(name, bytes)) {
                assertTrue("at " + at, same || damagedOrMissing(directory));
            }
        }
    }

    /** A forged flag may also ask for files of the other format, or forget them. */
    private static boolean damagedOrMissing(Directory directory) throws IOException {
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            for (LeafReaderContext leaf : reader.leaves()) {
                if (leaf.reader().terms("id") == null || leaf.reader().terms(FIELD) == null) {
                    return true;
                }
            }
        } catch (CorruptIndexException | NoSuchFileException e) {
            return true;
        } catch (FileNotFoundException e) {
            return true;
        }
        return false;
    }
}

package org.ivory.lucene;

import org.apache.lucene.store.IndexInput;

record MappedRegion(long address, long length, int codeLength, IndexInput owner) {}

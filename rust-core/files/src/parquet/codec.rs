//! Decompression that does not believe the length it is told.

use super::MAX_PAGE;
use crate::source::STEP;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use std::io::Read;

/// Compression codecs, as the footer numbers them.
mod code {
    pub const NONE: i64 = 0;
    pub const SNAPPY: i64 = 1;
    pub const GZIP: i64 = 2;
    pub const ZSTD: i64 = 6;
    pub const LZ4_RAW: i64 = 7;
}

/// Most bytes that one compressed byte can stand for in LZ4; Snappy has less.
const MOST_LZ4: usize = 255;

/// Zstandard windows up to this size are common, whatever the length of the data.
const USUAL_WINDOW: u64 = 8 << 20;

/// Appends what `packed` holds, which must be `length` bytes, to `into`.
pub(super) fn unpack(
    codec: i64,
    packed: &[u8],
    length: usize,
    into: &mut Vec<u8>,
) -> Result<(), String> {
    if length > MAX_PAGE {
        return Err(format!("a page of {length} bytes, more than {MAX_PAGE}"));
    }
    let before = into.len();
    match codec {
        code::NONE => into.extend_from_slice(packed),
        code::SNAPPY => {
            let stated = snap::raw::decompress_len(packed).map_err(|error| error.to_string())?;
            let place = room(stated, length, packed.len(), into)?;
            snap::raw::Decoder::new()
                .decompress(packed, place)
                .map_err(|error| error.to_string())?;
        }
        code::LZ4_RAW => {
            let place = room(length, length, packed.len(), into)?;
            let count = lz4_flex::block::decompress_into(packed, place)
                .map_err(|error| error.to_string())?;
            into.truncate(before + count);
        }
        code::GZIP => read_all(flate2::bufread::MultiGzDecoder::new(packed), length, into)?,
        code::ZSTD if length > 0 => {
            let mut decoder = FrameDecoder::new();
            decoder.set_max_window_size(USUAL_WINDOW.max(length as u64));
            let decoder = StreamingDecoder::new_with_decoder(packed, decoder)
                .map_err(|error| error.to_string())?;
            read_all(decoder, length, into)?;
        }
        code::ZSTD => {}
        other => {
            let name = match other {
                3 => " (LZO)",
                4 => " (Brotli)",
                5 => " (LZ4 in its deprecated framing)",
                _ => "",
            };
            return Err(format!("compression {other}{name} cannot be read"));
        }
    }
    let found = into.len() - before;
    if found != length {
        return Err(format!("a page of {found} bytes, announced were {length}"));
    }
    Ok(())
}

/// Room for `stated` bytes, if that is what was announced and the packed bytes can be so many.
fn room(
    stated: usize,
    length: usize,
    packed: usize,
    into: &mut Vec<u8>,
) -> Result<&mut [u8], String> {
    if stated != length || length > packed.saturating_mul(MOST_LZ4).saturating_add(64) {
        return Err(format!("{packed} packed bytes cannot be the {length} that are announced"));
    }
    let start = into.len();
    into.try_reserve(length).map_err(|error| error.to_string())?;
    into.resize(start + length, 0);
    Ok(&mut into[start..])
}

/// Reads in steps, and no more than one byte too many.
fn read_all(decoder: impl Read, length: usize, into: &mut Vec<u8>) -> Result<(), String> {
    let mut decoder = decoder.take(length as u64 + 1);
    loop {
        let before = into.len();
        let step = (&mut decoder).take(STEP as u64).read_to_end(into);
        step.map_err(|error| error.to_string())?;
        if into.len() == before {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(length: usize) -> Vec<u8> {
        (0..length).map(|i| ((i / 7) % 23) as u8).collect()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::read::GzEncoder::new(bytes, flate2::Compression::fast());
        let mut packed = Vec::new();
        encoder.read_to_end(&mut packed).unwrap();
        packed
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        ruzstd::encoding::compress_to_vec(bytes, level)
    }

    #[test]
    fn what_was_packed_is_unpacked() {
        let bytes = text(STEP + STEP / 2);
        let snappy = snap::raw::Encoder::new().compress_vec(&bytes).unwrap();
        let lz4 = lz4_flex::block::compress(&bytes);
        for (code, packed) in
            [(0, bytes.clone()), (1, snappy), (2, gzip(&bytes)), (6, zstd(&bytes)), (7, lz4)]
        {
            let mut found = vec![9];
            unpack(code, &packed, bytes.len(), &mut found).unwrap();
            assert!(found[0] == 9 && found[1..] == bytes, "{code}");
            for wrong in [bytes.len() - 1, bytes.len() + 1, 0] {
                assert!(
                    unpack(code, &packed, wrong, &mut Vec::new()).is_err()
                        || (code, wrong) == (6, 0)
                );
            }
            assert!(unpack(code, &packed[..packed.len() / 2], bytes.len(), &mut found).is_err());
        }
    }

    /// Kilobytes that stand for gigabytes: the announced length is read, not more.
    #[test]
    fn bombs_do_not_go_off() {
        let zeros = vec![0; 4 << 20];
        for (code, packed) in [(2, gzip(&zeros)), (6, zstd(&zeros))] {
            assert!(packed.len() < 1 << 16);
            let mut found = Vec::new();
            assert!(unpack(code, &packed, 1000, &mut found).is_err());
            assert!(found.capacity() < 4096, "{}", found.capacity());
        }
        let announced = unpack(7, &[0; 100], 1 << 27, &mut Vec::new());
        assert!(announced.unwrap_err().contains("cannot be"));
        assert!(unpack(0, &[], MAX_PAGE + 1, &mut Vec::new()).is_err());
        assert!(unpack(4, &[], 0, &mut Vec::new()).unwrap_err().contains("Brotli"));
    }
}

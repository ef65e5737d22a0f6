//! What the bytes come from.

use crate::error::{Fault, Outcome};
use std::io::{Read, Seek, SeekFrom};

/// Most bytes that are asked for at once. Memory grows by this much only after the bytes before it
/// have been read.
pub(crate) const STEP: usize = 1 << 20;

/// Input that can be positioned.
pub(crate) trait Input: Read + Seek + Send {}
impl<T: Read + Seek + Send> Input for T {}

/// Length of the input in bytes; it is at its beginning afterwards.
pub(crate) fn length(input: &mut impl Seek) -> Outcome<u64> {
    let length = input.seek(SeekFrom::End(0))?;
    input.rewind()?;
    Ok(length)
}

/// Replaces `into` by the next `count` bytes.
pub(crate) fn read(input: &mut impl Read, count: u64, into: &mut Vec<u8>) -> Outcome<()> {
    into.clear();
    let mut left = count;
    while left > 0 {
        let step = left.min(STEP as u64) as usize;
        let start = into.len();
        into.try_reserve(step).map_err(|error| Fault::new(format!("{count} bytes: {error}")))?;
        into.resize(start + step, 0);
        input.read_exact(&mut into[start..])?;
        left -= step as u64;
    }
    Ok(())
}

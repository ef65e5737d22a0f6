//! A query's tables in the form that a level reads.

use super::{MAX_CODE_BYTES, Scanner};
use crate::aligned::Aligned;
use crate::level::Level;
use std::collections::TryReserveError;

/// Entries of one nibble's table.
const ENTRIES: usize = 16;

/// A query's tables, laid out for one level; made by [`crate::Kernels::tables`], reused from query
/// to query. Memory: 32 bytes for each byte of a code.
#[derive(Debug, Default)]
pub struct Tables {
    level: Option<Level>,
    code_bytes: usize,
    bytes: Aligned<u8>,
}

/// How tables lie in memory: `group` positions (bytes of a code) together, first the tables of their
/// low nibbles, then those of their high ones. Tables of zeros fill up to a multiple of positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    /// Positions of a group.
    pub group: usize,
    /// Positions that a scan takes at a time, a multiple of `group`.
    pub multiple: usize,
}

impl Tables {
    /// Bytes of the codes that the tables are for.
    pub fn code_bytes(&self) -> usize {
        self.code_bytes
    }

    /// The level that the tables were made for.
    pub(crate) fn level(&self) -> Option<Level> {
        self.level
    }

    /// All groups, starting at a cache line.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.as_slice()
    }
}

/// Lays out `entries` (nibble after nibble, sixteen each).
pub(crate) fn expand(
    level: Level,
    scanner: &Scanner,
    entries: &[u8],
    into: &mut Tables,
) -> Result<(), TryReserveError> {
    const PAIR: usize = 2 * ENTRIES;
    let code_bytes = entries.len() / PAIR;
    assert!(code_bytes * PAIR == entries.len(), "tables of whole bytes");
    assert!(code_bytes <= MAX_CODE_BYTES, "too many nibbles");
    let Form { group, multiple } = scanner.form;
    into.level = None;
    into.bytes.reset(code_bytes.next_multiple_of(multiple) * PAIR)?;
    into.code_bytes = code_bytes;
    let groups = into.bytes.as_mut_slice().chunks_exact_mut(group * PAIR);
    for (tables, entries) in groups.zip(entries.chunks(group * PAIR)) {
        let (low, high) = tables.split_at_mut(group * ENTRIES);
        let places = low.chunks_exact_mut(ENTRIES).zip(high.chunks_exact_mut(ENTRIES));
        for ((low, high), pair) in places.zip(entries.chunks_exact(PAIR)) {
            low.copy_from_slice(&pair[..ENTRIES]);
            high.copy_from_slice(&pair[ENTRIES..]);
        }
    }
    into.level = Some(level);
    Ok(())
}

//! Numbers that start at a cache line.

use std::collections::TryReserveError;

/// One cache line.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line([f32; 16]);

/// Numbers whose first is aligned to 64 bytes, so that no full-width load touches two cache lines.
#[derive(Debug)]
pub(super) struct Aligned {
    lines: Vec<Line>,
    length: usize,
}

impl Aligned {
    /// `length` zeros.
    pub fn zeroed(length: usize) -> Result<Self, TryReserveError> {
        let count = length.div_ceil(16);
        let mut lines = Vec::new();
        lines.try_reserve_exact(count)?;
        lines.resize(count, Line([0.0; 16]));
        Ok(Self { lines, length })
    }

    pub fn as_slice(&self) -> &[f32] {
        // SAFETY: a line is sixteen f32 without padding, and `length` is at most all of them.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }

    pub fn as_mut_slice(&mut self) -> &mut [f32] {
        // SAFETY: a line is sixteen f32 without padding, and `length` is at most all of them.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }

    pub fn size_in_bytes(&self) -> usize {
        self.lines.capacity() * size_of::<Line>()
    }
}

//! Numbers that start at a cache line.

use std::collections::TryReserveError;
use std::marker::PhantomData;

/// One cache line.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Line([u8; 64]);

/// Numbers for which all bits zero are a value, and every pattern of bits is one.
pub(crate) trait Plain: Copy {}
impl Plain for f32 {}
impl Plain for u8 {}

/// Numbers whose first is aligned to 64 bytes, so that no full-width load touches two cache lines.
#[derive(Debug)]
pub(crate) struct Aligned<T> {
    lines: Vec<Line>,
    length: usize,
    plain: PhantomData<T>,
}

impl<T> Default for Aligned<T> {
    fn default() -> Self {
        Self { lines: Vec::new(), length: 0, plain: PhantomData }
    }
}

impl<T: Plain> Aligned<T> {
    /// `length` zeros.
    pub fn zeroed(length: usize) -> Result<Self, TryReserveError> {
        let mut zeroed = Self::default();
        zeroed.reset(length)?;
        Ok(zeroed)
    }

    /// Becomes `length` zeros; what there was is gone even if memory is refused.
    pub fn reset(&mut self, length: usize) -> Result<(), TryReserveError> {
        let count = (length * size_of::<T>()).div_ceil(size_of::<Line>());
        self.lines.clear();
        self.length = 0;
        self.lines.try_reserve_exact(count)?;
        self.lines.resize(count, Line([0; 64]));
        self.length = length;
        Ok(())
    }

    pub fn as_slice(&self) -> &[T] {
        // SAFETY: a line is 64 initialised bytes without padding, aligned for every `Plain`, and
        // the lines hold `length` of them.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.length) }
    }

    pub fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: as in `as_slice`; every pattern of bits is a value.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.length) }
    }

    pub fn size_in_bytes(&self) -> usize {
        self.lines.capacity() * size_of::<Line>()
    }
}

//! A checked view of vectors that lie row after row in memory.

use std::fmt;

/// `count × dimension` little-endian `f32`, row after row, at any alignment. Between a row and the
/// next there may be bytes that belong to neither.
///
/// Vectors come from memory-mapped files and Java buffers, where nothing promises that a row starts
/// at a multiple of four; a `&[f32]` could not be made from such bytes.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    bytes: &'a [u8],
    dimension: usize,
    /// Bytes from one row's start to the next; at least `4 × dimension`.
    stride: usize,
    count: usize,
}

/// The length of a buffer does not fit the shape that it is said to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeError(String);

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ShapeError {}

impl<'a> Rows<'a> {
    /// The first `count` rows of `bytes`, which may be longer.
    ///
    /// # Errors
    /// If `dimension` is 0 or `bytes` is shorter than `4 × count × dimension`.
    pub fn new(bytes: &'a [u8], count: usize, dimension: usize) -> Result<Self, ShapeError> {
        Self::strided(bytes, count, dimension, dimension.saturating_mul(4))
    }

    /// The first `count` rows of `bytes`, each `stride` bytes behind the one before. Nothing is asked
    /// for behind the last row.
    ///
    /// # Errors
    /// If `dimension` is 0, a row is longer than `stride`, or `bytes` is shorter than
    /// `(count − 1) × stride + 4 × dimension` (where `count` is not 0).
    pub fn strided(
        bytes: &'a [u8],
        count: usize,
        dimension: usize,
        stride: usize,
    ) -> Result<Self, ShapeError> {
        if dimension == 0 {
            return Err(ShapeError("[dimension] must be at least 1, got [0]".into()));
        }
        let row = dimension.checked_mul(4);
        if row.is_some_and(|row| row > stride) {
            return Err(ShapeError(format!(
                "[stride] is [{stride}], too short for rows of [{dimension}] f32"
            )));
        }
        let length = row.and_then(|row| match count.checked_sub(1) {
            None => Some(0),
            Some(gaps) => gaps.checked_mul(stride)?.checked_add(row),
        });
        match length {
            Some(length) if length <= bytes.len() => {
                Ok(Self { bytes: &bytes[..length], dimension, stride, count })
            }
            _ => Err(ShapeError(format!(
                "[rows] has [{}] bytes, too short for [{count}] rows of [{dimension}] f32",
                bytes.len()
            ))),
        }
    }

    /// The rows of a slice of numbers, whose length must be a multiple of `dimension`.
    ///
    /// # Errors
    /// If `dimension` is 0 or the length no multiple of it.
    pub fn of_f32(numbers: &'a [f32], dimension: usize) -> Result<Self, ShapeError> {
        if dimension == 0 || !numbers.len().is_multiple_of(dimension) {
            return Err(ShapeError(format!(
                "[{}] numbers are no rows of [{dimension}] f32",
                numbers.len()
            )));
        }
        // SAFETY: every f32 is four initialised bytes, u8 needs no alignment, and the borrow lives
        // as long as the numbers'.
        let bytes = unsafe {
            std::slice::from_raw_parts(numbers.as_ptr().cast::<u8>(), size_of_val(numbers))
        };
        Ok(Self { bytes, dimension, stride: dimension * 4, count: numbers.len() / dimension })
    }

    /// Number of rows.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Components of a row.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The rows `from..to`.
    ///
    /// # Panics
    /// If the range is not within the rows.
    pub fn range(&self, from: usize, to: usize) -> Self {
        assert!(from <= to && to <= self.count, "rows {from}..{to} of {}", self.count);
        if from == to {
            return Self { bytes: &[], count: 0, ..*self };
        }
        let end = (to - 1) * self.stride + self.dimension * 4;
        Self { bytes: &self.bytes[from * self.stride..end], count: to - from, ..*self }
    }

    /// The components of row `row`.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn row(&self, row: usize) -> impl ExactSizeIterator<Item = f32> + use<'a> {
        self.bytes(row).chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
    }

    /// The components of row `row` as they lie in memory.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn bytes(&self, row: usize) -> &'a [u8] {
        assert!(row < self.count, "row {row} of {}", self.count);
        &self.bytes[row * self.stride..][..self.dimension * 4]
    }

    /// Bytes from one row's start to the next.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// Address of the first row; not aligned.
    pub(crate) fn as_ptr(&self) -> *const u8 {
        self.bytes.as_ptr()
    }
}

impl fmt::Debug for Rows<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rows({} × {})", self.count, self.dimension)
    }
}

//! How far vectors are from what their codes stand for.

use super::bounds::{VANISHING, rounding};
use super::query::FAR;
use super::{Region, check, one_row};
use crate::error::{Error, FormatError, Result, filled};
use crate::metric::Metric;
use crate::model::Model;
use crate::quantize::Coder;
use ivory_kernels::{BLOCK, Rows};

/// Vectors that are asked for ahead of their use: they lie anywhere.
const AHEAD: usize = 8;

/// Which row is a document's.
struct Places<'a> {
    rows: usize,
    /// Documents that have a row, and how many have one in all words before; none if all have.
    some: Option<(&'a [u64], Vec<u32>)>,
}

impl<'a> Places<'a> {
    fn new(rows: usize, documents: Option<&'a [u64]>) -> Result<Self> {
        let Some(words) = documents else { return Ok(Self { rows, some: None }) };
        let mut before = filled(words.len(), 0u32)?;
        let mut sum = 0;
        for (before, word) in before.iter_mut().zip(words) {
            *before = sum;
            sum += word.count_ones();
        }
        Ok(Self { rows, some: Some((words, before)) })
    }

    fn row(&self, doc: u32) -> Result<usize> {
        let row = match &self.some {
            None => Some(doc as usize),
            Some((words, before)) => {
                let word = doc as usize / 64;
                words.get(word).and_then(|bits| {
                    let below = (bits & ((1u64 << (doc % 64)) - 1)).count_ones();
                    let has_one = bits >> (doc % 64) & 1 == 1;
                    has_one.then(|| (before[word] + below) as usize)
                })
            }
        };
        row.filter(|&row| row < self.rows).ok_or_else(|| {
            let (found, expected) = (doc.into(), self.rows as u64);
            FormatError::Region { field: "docs", found, expected }.into()
        })
    }
}

/// What one cell's vectors are compared with, and the largest of what was found.
struct Cell {
    /// In the frame.
    centroid: Vec<f32>,
    centroid_norm: f64,
    /// Squared.
    error: f32,
    /// Of what a code stands for.
    length: f64,
}

/// Where one vector and its code are laid out.
struct Desk {
    /// The vector's own residual.
    point: Vec<f32>,
    /// What its code stands for.
    residual: Vec<f32>,
    /// That and twice the centroid.
    doubled: Vec<f32>,
    row: Vec<u8>,
}

impl Model {
    /// Whether [`Model::measure`] says anything of this model's codes.
    pub fn measures(&self) -> bool {
        use crate::encoder::Encoder;
        matches!(self.encoder(), Encoder::Pq { .. } | Encoder::Sq { .. })
    }

    /// Measures, for each of the cells at the places `from..to` among those that a region has, how
    /// far its vectors are from what their codes stand for, at most: in the encoder's frame, rounded
    /// up, with an allowance for the rounding of products with them. Infinity where nothing can be
    /// said. `vectors` are the region's vectors (and maybe others), as they were given to be
    /// encoded: of each document whose bit is set in `documents` one after the other, or of all.
    ///
    /// # Errors
    /// [`Error::Argument`] if there are no such places, `errors` are not as many, or the dimension is
    /// another; [`Error::Format`] if the region belongs to another model or is damaged, or a document
    /// has no vector; [`Error::Memory`].
    pub fn measure(
        &self,
        region: &Region<'_>,
        vectors: Rows<'_>,
        documents: Option<&[u64]>,
        from: usize,
        to: usize,
        errors: &mut [f32],
    ) -> Result<()> {
        check(self, region)?;
        let present = region.present(from, to, self.nlist())?;
        if errors.len() != present.cells.len() || vectors.dimension() != self.dimension() {
            return Err(Error::Argument(format!(
                "[errors] are [{}] for [{}] cells, vectors of [{}] components for [{}]",
                errors.len(),
                present.cells.len(),
                vectors.dimension(),
                self.dimension()
            )));
        }
        errors.fill(f32::INFINITY);
        let Some(coder) = self.coder().filter(|_| self.measures()) else { return Ok(()) };
        let places = Places::new(vectors.count(), documents)?;
        let mut desk = Desk {
            point: filled(self.dimension(), 0f32)?,
            residual: filled(self.dimension(), 0f32)?,
            doubled: filled(self.dimension(), 0f32)?,
            row: filled(self.code_length(), 0u8)?,
        };
        let centroid = filled(self.dimension(), 0f32)?;
        let mut cell = Cell { centroid, centroid_norm: 0.0, error: 0.0, length: 0.0 };
        let cells = present.cells.iter().zip(present.positions);
        for ((&number, range), error) in cells.zip(errors) {
            coder.place.centroid(self.centroids(), number as usize, &mut cell.centroid);
            cell.centroid_norm = crate::model::squared_norm(&cell.centroid).sqrt();
            (cell.error, cell.length) = (0.0, 0.0);
            for start in range.clone().step_by(BLOCK) {
                let width = BLOCK.min(range.end - start);
                let block = &region.codes(start)[..width * region.code_length()];
                for j in 0..width {
                    if start + j + AHEAD < range.end {
                        let row = places.row(region.doc(start + j + AHEAD))?;
                        self.kernels().prefetch(vectors.bytes(row));
                    }
                    let row = places.row(region.doc(start + j))?;
                    desk.lay_out(coder, &cell.centroid, vectors.bytes(row), (block, width, j));
                    cell.compare(self, &desk)?;
                }
            }
            *error = cell.largest(self.dimension());
        }
        Ok(())
    }
}

impl Desk {
    /// Takes a vector's residual and that of its code, which is vector `j` of a block.
    fn lay_out(
        &mut self,
        coder: &Coder,
        centroid: &[f32],
        vector: &[u8],
        (block, width, j): (&[u8], usize, usize),
    ) {
        let place = &coder.place;
        let components = vector.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes));
        let zero = place.origin.iter().zip(centroid);
        for ((into, x), (&origin, &c)) in self.point.iter_mut().zip(components).zip(zero) {
            *into = (x - origin) * place.scale - c;
        }
        let code_bytes = coder.encoder.code_bytes(self.point.len());
        let (row, factors) = self.row.split_at_mut(code_bytes);
        for (byte, bytes) in row.iter_mut().zip(block.chunks_exact(width)) {
            *byte = bytes[j];
        }
        for (f, factor) in factors.chunks_exact_mut(4).enumerate() {
            factor.copy_from_slice(&block[code_bytes * width + 4 * (f * width + j)..][..4]);
        }
        coder.quantizer.decode(&self.row, &mut self.residual);
        for ((into, &r), &c) in self.doubled.iter_mut().zip(&self.residual).zip(centroid) {
            *into = r + 2.0 * c;
        }
    }
}

impl Cell {
    /// Compares a vector with what its code stands for.
    fn compare(&mut self, model: &Model, desk: &Desk) -> Result<()> {
        let kernels = model.kernels();
        let (mut off, mut length, mut factor) = ([0f32], [0f32], [0f32]);
        let residual = one_row(&desk.residual)?;
        kernels.l2(&desk.point, residual, &mut off);
        kernels.ip(&desk.residual, residual, &mut length);
        let length = f64::from(length[0]).sqrt();
        let right = model.metric() != Metric::L2 || {
            kernels.ip(&desk.doubled, residual, &mut factor);
            let stored = &desk.row[model.code_bytes()..];
            let stored = stored.first_chunk().map_or(f32::NAN, |&bytes| f32::from_le_bytes(bytes));
            let longest = self.centroid_norm + length;
            let most = rounding(model.dimension()) * longest * longest / 2.0 + VANISHING;
            (f64::from(stored) - f64::from(factor[0])).abs() <= most
        };
        // What is not a number, or a factor that is not the code's, says nothing.
        let good = right && off[0].is_finite() && length.is_finite();
        self.error = self.error.max(if good { off[0] } else { f32::INFINITY });
        self.length = self.length.max(length);
        Ok(())
    }

    /// The largest error, with what rounding may have taken from it or will take from products.
    fn largest(&self, dimension: usize) -> f32 {
        let error = f64::from(self.error).sqrt();
        // No vector of the cell is longer.
        let longest = 2.0 * (self.centroid_norm + self.length + error);
        if longest.is_nan() || longest >= FAR {
            return f32::INFINITY;
        }
        let rounding = rounding(dimension);
        let error = (error + 2.0 * rounding * longest) * (1.0 + rounding) + VANISHING;
        (error as f32).next_up()
    }
}

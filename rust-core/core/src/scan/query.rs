//! A query as the scan of codes sees it.

use crate::error::Result;
use crate::metric::Metric;
use crate::model::Model;
use crate::quantize::{Coder, Lookup, Memory, quantize};
use ivory_kernels::Rows;

/// Exponents of the encoder's scale within which distances may be computed outside its frame.
const MODERATE: f32 = (1u64 << 32) as f32;

/// A query in the encoder's frame, and its table.
#[derive(Debug)]
pub(super) struct Query {
    /// As given.
    raw: Vec<f32>,
    /// In the frame; for spherical metrics scaled by a power of two instead.
    inside: Vec<f32>,
    /// Whether `inside` is not just `raw` in the frame, because that would be too far away.
    shortened: bool,
    /// What an estimate is multiplied with to be one outside the frame.
    unit: f64,
    pub lookup: Lookup,
    centroid: Vec<f32>,
}

impl Query {
    /// `raw` has the model's dimension and is finite.
    pub fn new(model: &Model, coder: &Coder, raw: &[f32]) -> Result<Self> {
        let mut inside = vec![0f32; raw.len()];
        let scale = f64::from(coder.place.scale);
        let (shortened, unit) = if model.metric() == Metric::L2 {
            (coder.place.vector(raw, &mut inside), 1.0 / (scale * scale))
        } else {
            let largest = raw.iter().fold(0f64, |largest, &x| largest.max(f64::from(x.abs())));
            let power = if largest > 0.0 { largest.log2().floor().exp2() } else { 1.0 };
            for (inside, &x) in inside.iter_mut().zip(raw) {
                *inside = (f64::from(x) / power) as f32;
            }
            (false, power / scale)
        };
        let mut table = vec![0f32; 32 * model.code_bytes()];
        let common = coder.quantizer.table(&inside, &mut Memory::default(), &mut table);
        let lookup = quantize(&table, common)?;
        let centroid = vec![0f32; raw.len()];
        Ok(Self { raw: raw.to_vec(), inside, shortened, unit, lookup, centroid })
    }

    /// As given.
    pub fn raw(&self) -> &[f32] {
        &self.raw
    }

    /// The part of all estimates in a cell that its centroid makes, in the frame. Added up in an order
    /// of its own, so that it has the same bits at every level.
    pub fn base(&mut self, model: &Model, coder: &Coder, cell: u32) -> f32 {
        let (l2, place) = (model.metric() == Metric::L2, &coder.place);
        let centroids = model.centroids();
        let scale = f64::from(place.scale);
        let moderate = place.scale <= MODERATE && place.scale >= MODERATE.recip();
        if moderate && !self.shortened {
            let row = centroids.bytes(cell as usize);
            let base = if l2 {
                f64::from(sum(&self.raw, row, |q, c| (q - c) * (q - c))) * (scale * scale)
            } else {
                -f64::from(sum(&self.inside, row, |q, c| q * c)) * f64::from(place.length) * scale
            };
            if (base as f32).is_finite() {
                return base as f32;
            }
        }
        self.slow_base(l2, coder, centroids, cell)
    }

    #[cold]
    fn slow_base(&mut self, l2: bool, coder: &Coder, centroids: Rows<'_>, cell: u32) -> f32 {
        coder.place.centroid(centroids, cell as usize, &mut self.centroid);
        let row: Vec<u8> = self.centroid.iter().flat_map(|c| c.to_le_bytes()).collect();
        if l2 {
            sum(&self.inside, &row, |q, c| (q - c) * (q - c))
        } else {
            -sum(&self.inside, &row, |q, c| q * c)
        }
    }

    /// An estimate outside the frame.
    pub fn outside(&self, estimate: f32) -> f32 {
        (f64::from(estimate) * self.unit).clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32
    }
}

/// Sums of components, in eight lanes; the row as little-endian f32.
fn sum(query: &[f32], row: &[u8], of: impl Fn(f32, f32) -> f32) -> f32 {
    let component = |c: &[u8]| f32::from_le_bytes([c[0], c[1], c[2], c[3]]);
    let mut lanes = [0f32; 8];
    let (mut queries, mut rows) = (query.chunks_exact(8), row.chunks_exact(32));
    for (query, row) in (&mut queries).zip(&mut rows) {
        for ((lane, &q), c) in lanes.iter_mut().zip(query).zip(row.chunks_exact(4)) {
            *lane += of(q, component(c));
        }
    }
    let rest = queries.remainder().iter().zip(rows.remainder().chunks_exact(4));
    for (lane, (&q, c)) in lanes.iter_mut().zip(rest) {
        *lane += of(q, component(c));
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

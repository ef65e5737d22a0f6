//! A query as the scan of codes sees it.

use super::one_row;
use crate::error::{Result, filled};
use crate::metric::Metric;
use crate::model::{Model, squared_norm};
use crate::quantize::{Coder, Lookup, Memory, Spread, quantize};

/// Exponents of the encoder's scale within which distances may be computed outside its frame.
const MODERATE: f32 = (1u64 << 32) as f32;

/// Bounds are given where one in the frame is at least this and at most one of this outside.
const LEAST: f64 = 1.0 / (1u128 << 64) as f64;

/// Lengths in the frame up to which bounds are given.
pub(super) const FAR: f64 = (1 << 23) as f64;

/// What bounds need to know of a query.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    /// Of the query in the frame.
    pub norm: f64,
    /// What an estimate is multiplied with to be one outside the frame.
    pub unit: f64,
    pub spread: Spread,
}

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

    /// What bounds need to know of it, or nothing where its numbers are so large or so small that
    /// nothing can be said.
    pub fn reach(&self, model: &Model, coder: &Coder) -> Result<Option<Reach>> {
        let (place, l2) = (&coder.place, model.metric() == Metric::L2);
        let centroids = f64::from(place.scale) * if l2 { 1.0 } else { f64::from(place.length) };
        let sane = |x: f64| (LEAST..=LEAST.recip()).contains(&x);
        let norm = squared_norm(&self.inside).sqrt();
        if self.shortened || !sane(self.unit) || !sane(centroids) || norm >= FAR {
            return Ok(None);
        }
        let mut table = filled(32 * model.code_bytes(), 0f32)?;
        let common = coder.quantizer.table(&self.inside, &mut Memory::default(), &mut table);
        let spread = Spread::of(&table, common, &self.lookup);
        Ok(Some(Reach { norm, unit: self.unit, spread }))
    }

    /// As given.
    pub fn raw(&self) -> &[f32] {
        &self.raw
    }

    /// Appends, for each of the cells, the part of all estimates in it that its centroid makes, in the
    /// frame.
    pub fn bases(
        &mut self,
        model: &Model,
        coder: &Coder,
        cells: &[u32],
        bases: &mut Vec<f32>,
    ) -> Result<()> {
        let (from, place, kernels) = (bases.len(), &coder.place, model.kernels());
        let scale = f64::from(place.scale);
        let moderate = place.scale <= MODERATE && place.scale >= MODERATE.recip();
        bases.try_reserve(cells.len())?;
        bases.resize(from + cells.len(), f32::INFINITY);
        if moderate && !self.shortened {
            let bases = &mut bases[from..];
            let factor = if model.metric() == Metric::L2 {
                kernels.l2_at(&self.raw, model.centroids(), cells, bases);
                scale * scale
            } else {
                kernels.ip_at(&self.inside, model.centroids(), cells, bases);
                -f64::from(place.length) * scale
            };
            bases.iter_mut().for_each(|base| *base = (f64::from(*base) * factor) as f32);
        }
        for (base, &cell) in bases[from..].iter_mut().zip(cells) {
            if !base.is_finite() {
                *base = self.slow_base(model, coder, cell)?;
            }
        }
        Ok(())
    }

    #[cold]
    fn slow_base(&mut self, model: &Model, coder: &Coder, cell: u32) -> Result<f32> {
        coder.place.centroid(model.centroids(), cell as usize, &mut self.centroid);
        let row = one_row(&self.centroid)?;
        let mut base = [0f32];
        if model.metric() == Metric::L2 {
            model.kernels().l2(&self.inside, row, &mut base);
            Ok(base[0])
        } else {
            model.kernels().ip(&self.inside, row, &mut base);
            Ok(-base[0])
        }
    }

    /// The distance that an estimate, or a cell's part of it, stands for, but for a factor that all
    /// have. Not for the inner product.
    pub fn distance(&self, metric: Metric, value: f32) -> f64 {
        if metric == Metric::L2 {
            f64::from(value).max(0.0).sqrt()
        } else {
            // Of unit vectors, by the negated inner product.
            (2.0 + 2.0 * (f64::from(value) * self.unit)).max(0.0).sqrt()
        }
    }

    /// An estimate outside the frame.
    pub fn outside(&self, estimate: f32) -> f32 {
        (f64::from(estimate) * self.unit).clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32
    }
}

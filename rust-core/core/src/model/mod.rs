//! A trained model: the centroids of one field.

mod assign;
mod encode;
mod file;
mod frame;
mod groups;
mod nearest;
mod principal;
mod probe;
mod sketch;
mod spare;

pub use assign::WorkingMemory;
pub(crate) use assign::check_finite;
pub use file::file_length_range;
pub(crate) use frame::{Frame, squared_norm};
pub(crate) use groups::{Groups, STEPS, Upper};
pub(crate) use nearest::TwoLevels;

use crate::encoder::Encoder;
use crate::error::Result;
use crate::metric::Metric;
use crate::quantize::{self, Coder};
use ivory_kernels::{Coarse, Kernels, Panels, Rows};
use sketch::Sketch;
use spare::Spare;
use std::fmt;
use std::sync::OnceLock;

/// Most components of a vector.
pub const MAX_DIMENSION: usize = 16_000;

/// Most cells of a model.
pub const MAX_NLIST: usize = 65_536;

/// The centroids of one field. Immutable.
///
/// They are held row after row in the file form, which [`Model::file`] hands out, and in eight bits
/// a component, from which probing and assigning choose the few cells that they compute exactly;
/// for assigning in few directions, too, if that is enough.
/// Vectors of which eight bits say too little need them packed for the matrix product, too.
pub struct Model {
    metric: Metric,
    dimension: usize,
    nlist: usize,
    fingerprint: u64,
    file: Vec<u8>,
    frame: Frame,
    coarse: Coarse,
    sketch: Option<Sketch>,
    upper: Option<Upper>,
    panels: OnceLock<Panels>,
    coder: Option<Coder>,
    spare: Spare,
    kernels: &'static Kernels,
}

impl Model {
    /// Builds the model of these centroids (row after row, all finite), these groups of them and this
    /// encoder.
    pub(crate) fn of_centroids(
        metric: Metric,
        dimension: usize,
        centroids: &[f32],
        groups: Option<&Groups>,
        coder: Option<&Coder>,
        kernels: &'static Kernels,
    ) -> Result<Self> {
        let encoder = coder.map_or(Encoder::None, |coder| coder.encoder);
        let mut section = Vec::new();
        if let Some(coder) = coder {
            quantize::write(coder, &mut section);
        }
        let form = (metric, dimension);
        let file = file::write(form, centroids, encoder, &section, groups)?;
        Self::from_file_for(file, kernels)
    }

    /// Reads a model file (docs/FORMAT.md); the model keeps the bytes.
    ///
    /// # Errors
    /// [`crate::Error::Format`] naming what is wrong with the bytes; [`crate::Error::Memory`].
    pub fn from_file(bytes: Vec<u8>) -> Result<Self> {
        Self::from_file_for(bytes, Kernels::active())
    }

    /// As [`Model::from_file`], with the kernels of a certain level.
    ///
    /// # Errors
    /// See [`Model::from_file`].
    pub fn from_file_for(bytes: Vec<u8>, kernels: &'static Kernels) -> Result<Self> {
        let header = file::read(&bytes)?;
        let groups = file::groups(&bytes, &header)?;
        let (frame, coarse, sketch) = {
            let mut numbers = collect(file::centroids(&bytes, &header))?;
            let frame = Frame::of(header.metric, header.dimension, &numbers)?;
            frame.apply(&mut numbers);
            let bias = frame.bias(&numbers)?;
            let coarse = kernels.coarse(&numbers, header.dimension, &bias)?;
            // Of use where a vector is compared with all cells.
            let sketch = match groups {
                None => Sketch::of(kernels, &numbers, header.dimension, &bias)?,
                Some(_) => None,
            };
            (frame, coarse, sketch)
        };
        let upper = match groups {
            Some(Groups { centroids: mut rows, offsets, searched }) => {
                frame.apply(&mut rows);
                let bias = frame.bias(&rows)?;
                Some(Upper::new(kernels, rows, &bias, offsets, searched)?)
            }
            None => None,
        };
        let section = file::section(&bytes, &header);
        let coder = quantize::read(header.metric, header.dimension, header.encoder, section)?;
        Ok(Self {
            metric: header.metric,
            dimension: header.dimension,
            nlist: header.nlist,
            fingerprint: header.fingerprint,
            file: bytes,
            frame,
            coarse,
            sketch,
            upper,
            panels: OnceLock::new(),
            coder,
            spare: Spare::default(),
            kernels,
        })
    }

    /// Hash of the content; never 0.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// How vectors are compared.
    pub fn metric(&self) -> Metric {
        self.metric
    }

    /// Components of a vector.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Number of cells.
    pub fn nlist(&self) -> usize {
        self.nlist
    }

    /// The centroids, cell after cell.
    pub fn centroids(&self) -> Rows<'_> {
        file::centroid_rows(&self.file, self.nlist, self.dimension)
    }

    /// Groups of cells that assigning and probing go by; 0 for a model that has none, whose vectors
    /// are compared with all cells.
    pub fn groups(&self) -> usize {
        self.upper.as_ref().map_or(0, Upper::count)
    }

    /// Groups that assigning a vector searches; 0 for a model that has none.
    pub fn groups_searched(&self) -> usize {
        self.upper.as_ref().map_or(0, |upper| upper.searched_for(1))
    }

    /// The groups as they are in the file.
    fn stored_groups(&self) -> Result<Option<Groups>> {
        let Self { metric, dimension, nlist, fingerprint, .. } = *self;
        let (encoder, groups) = (self.encoder(), self.groups());
        let header = file::Header { metric, dimension, nlist, fingerprint, encoder, groups };
        file::groups(&self.file, &header)
    }

    /// Both levels, if there are two.
    fn two_levels(&self) -> Option<TwoLevels<'_>> {
        let upper = self.upper.as_ref()?;
        Some(TwoLevels { kernels: self.kernels, upper, coarse: &self.coarse })
    }

    /// A copy of the centroids, row after row.
    pub(crate) fn collect_centroids(&self) -> Result<Vec<f32>> {
        collect(self.centroids())
    }

    /// The kernels that the model works with.
    pub(crate) fn kernels(&self) -> &'static Kernels {
        self.kernels
    }

    /// The file form.
    pub fn file(&self) -> &[u8] {
        &self.file
    }

    /// The centroids packed for the matrix product; the first call packs them.
    fn panels(&self) -> Result<&Panels> {
        if let Some(panels) = self.panels.get() {
            return Ok(panels);
        }
        let mut numbers = collect(self.centroids())?;
        self.frame.apply(&mut numbers);
        let panels = self.kernels.panels(&numbers, self.dimension, self.coarse.bias())?;
        Ok(self.panels.get_or_init(|| panels))
    }

    /// Memory that the model occupies now; packing for the matrix product, if it comes to that, adds
    /// the size of the centroids.
    pub fn size_in_bytes(&self) -> usize {
        let coder = self
            .coder
            .as_ref()
            .map_or(0, |coder| size_of_val(&*coder.place.origin) + coder.quantizer.size_in_bytes());
        let panels = self.panels.get().map_or(0, Panels::size_in_bytes);
        let upper = self.upper.as_ref().map_or(0, Upper::size_in_bytes);
        let sketch = self.sketch.as_ref().map_or(0, Sketch::size_in_bytes);
        let cells = self.coarse.size_in_bytes() + sketch + upper + panels;
        size_of::<Self>() + self.file.capacity() + cells + coder
    }
}

/// The components of all rows.
fn collect(rows: Rows<'_>) -> Result<Vec<f32>> {
    let mut numbers = Vec::new();
    numbers.try_reserve_exact(rows.count() * rows.dimension())?;
    (0..rows.count()).for_each(|row| numbers.extend(rows.row(row)));
    Ok(numbers)
}

impl fmt::Debug for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Model")
            .field("metric", &self.metric)
            .field("dimension", &self.dimension)
            .field("nlist", &self.nlist)
            .field("fingerprint", &format_args!("{:016x}", self.fingerprint))
            .finish_non_exhaustive()
    }
}

//! Training, assignment, probing and the model file of Ivory. Knows no Java.
//!
//! A [`Trainer`] is offered vectors, keeps a bounded sample and clusters it into a [`Model`]: `nlist`
//! centroids. The model assigns a vector to its nearest cell ([`Model::assign`]), chooses the cells
//! that a query visits ([`Model::probe`]), and has a file form ([`Model::file`],
//! [`Model::from_file`]) which docs/FORMAT.md describes.
#![forbid(unsafe_code)]

mod encoder;
mod error;
mod metric;
mod model;
mod order;
mod panic;
mod quantize;
mod random;
mod sample;
mod scan;
mod train;

pub use encoder::Encoder;
pub use error::{Error, FormatError, Result};
pub use metric::Metric;
pub use model::{MAX_DIMENSION, MAX_NLIST, Model, WorkingMemory, file_length_range};
pub use panic::panic_text;
pub use scan::{Candidate, Region, RegionWriter, Scan};
pub use train::{Phase, Progress, Trainer, TrainingParameters};

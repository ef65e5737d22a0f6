//! What the fuzz targets share: a limit to the memory that an input may cost, models to work with,
//! and checksums made right.

mod memory;
mod models;
mod readers;

pub use memory::within;
pub use models::{MODELS, sealed, work_with};
pub use readers::read_all;

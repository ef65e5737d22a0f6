//! How vectors become codes.

use crate::metric::Metric;
use std::fmt;

/// The kind of code that a model gives its vectors. All kinds are scanned by 4-bit table look-ups
/// (docs/FORMAT.md, "Codes").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Encoder {
    /// No codes.
    #[default]
    None,
    /// Product codes: 4 bits for every sub-vector of `dims` components.
    Pq {
        /// Components of a sub-vector: 2 or 4.
        dims: usize,
    },
    /// Scalar codes: `bits` for every component.
    Sq {
        /// 4 or 8.
        bits: u32,
    },
    /// `RaBitQ` codes: `bits` for every component of the randomly rotated residual.
    RaBitQ {
        /// 1, 2 or 4.
        bits: u32,
    },
}

impl Encoder {
    /// Every encoder that there is.
    pub const ALL: [Self; 8] = [
        Self::None,
        Self::Pq { dims: 2 },
        Self::Pq { dims: 4 },
        Self::Sq { bits: 4 },
        Self::Sq { bits: 8 },
        Self::RaBitQ { bits: 1 },
        Self::RaBitQ { bits: 2 },
        Self::RaBitQ { bits: 4 },
    ];

    /// The number that stands for the kind in model files and native calls: 0 none, 1 pq, 2 sq,
    /// 3 rabitq.
    pub fn code(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Pq { .. } => 1,
            Self::Sq { .. } => 2,
            Self::RaBitQ { .. } => 3,
        }
    }

    /// Components of a sub-vector, or bits; 0 for none.
    pub fn parameter(self) -> u32 {
        match self {
            Self::None => 0,
            Self::Pq { dims } => dims as u32,
            Self::Sq { bits } | Self::RaBitQ { bits } => bits,
        }
    }

    /// The encoder of these two numbers, or `None` if there is no such.
    pub fn of(code: u32, parameter: u32) -> Option<Self> {
        Self::ALL.into_iter().find(|e| (e.code(), e.parameter()) == (code, parameter))
    }

    /// The encoder for vectors of which nobody said how to encode them. THE table: the measurements
    /// behind it are in docs/BENCHMARKS.md, the reasons in docs/decisions/0016-codes.md.
    pub fn default_for(_metric: Metric, dimension: usize) -> Self {
        match dimension {
            0..256 => Self::Pq { dims: 2 },
            _ => Self::RaBitQ { bits: 1 },
        }
    }

    /// Bytes of the nibbles of a vector's code.
    pub fn code_bytes(self, dimension: usize) -> usize {
        match self {
            Self::None => 0,
            Self::Pq { dims } => dimension.div_ceil(dims).div_ceil(2),
            Self::Sq { bits } => (dimension * bits as usize).div_ceil(8),
            Self::RaBitQ { bits } => dimension.next_multiple_of(8) * bits as usize / 8,
        }
    }

    /// Corrective factors (f32) of a vector's code.
    pub fn factors(self, metric: Metric) -> usize {
        match self {
            Self::None => 0,
            Self::Pq { .. } | Self::Sq { .. } => usize::from(metric == Metric::L2),
            Self::RaBitQ { .. } => 3,
        }
    }
}

impl fmt::Display for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Pq { dims } => write!(f, "pq of {dims} dimensions"),
            Self::Sq { bits } => write!(f, "sq of {bits} bits"),
            Self::RaBitQ { bits } => write!(f, "rabitq of {bits} bits"),
        }
    }
}

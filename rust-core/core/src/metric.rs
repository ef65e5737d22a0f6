//! How vectors are compared.

/// How two vectors are compared, and so how centroids are trained and cells chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Squared Euclidean distance; smaller is nearer.
    L2,
    /// Inner product of unit vectors; larger is nearer.
    Cosine,
    /// Inner product; larger is nearer.
    InnerProduct,
}

impl Metric {
    /// The number that stands for the metric in model files and native calls.
    pub fn code(self) -> u32 {
        match self {
            Self::L2 => 0,
            Self::Cosine => 1,
            Self::InnerProduct => 2,
        }
    }

    /// The metric with that [`Metric::code`].
    pub fn of_code(code: u32) -> Option<Self> {
        [Self::L2, Self::Cosine, Self::InnerProduct].into_iter().find(|m| m.code() == code)
    }

    /// Whether centroids are directions (unit vectors) and vectors are compared with them by inner
    /// product.
    pub fn is_spherical(self) -> bool {
        self != Self::L2
    }
}

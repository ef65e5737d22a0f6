//! What a run tells about itself.

/// The steps of a run, in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Vectors are being offered.
    #[default]
    Collecting,
    /// The first centroids are being chosen.
    Seeding,
    /// Lloyd iterations.
    Iterating,
    /// The model is ready.
    Done,
}

/// A training run at one moment. Cell sizes are counts of sampled vectors.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// What is being done.
    pub phase: Phase,
    /// Vectors offered so far.
    pub vectors_offered: u64,
    /// Vectors in the sample.
    pub vectors_used: u64,
    /// Lloyd iterations done.
    pub iteration: usize,
    /// Most iterations that will be done.
    pub max_iterations: usize,
    /// Mean over the sample of the squared distance to the nearest centroid (for spherical metrics:
    /// of 1 − cosine), after the last iteration.
    pub inertia: f64,
    /// Empty cells given a new centroid so far.
    pub repaired_cells: usize,
    /// Vectors in the smallest cell.
    pub smallest_cell: u64,
    /// Vectors in the median cell.
    pub median_cell: u64,
    /// Vectors in the largest cell.
    pub largest_cell: u64,
    /// `nlist × Σ nᵢ² / (Σ nᵢ)²`; 1 means that all cells are equal.
    pub imbalance: f64,
}

impl Progress {
    /// Takes over what an iteration came to; cell sizes in any order.
    pub(super) fn iterated(
        &mut self,
        iteration: usize,
        inertia: f64,
        repaired: usize,
        sizes: Vec<u64>,
    ) {
        self.iteration = iteration;
        self.inertia = inertia;
        self.repaired_cells += repaired;
        self.set_cell_sizes(sizes);
    }

    /// Takes over cell sizes, in any order.
    pub(super) fn set_cell_sizes(&mut self, mut sizes: Vec<u64>) {
        sizes.sort_unstable();
        let (total, squares) = sizes
            .iter()
            .fold((0f64, 0f64), |(sum, squares), &n| (sum + n as f64, squares + (n * n) as f64));
        self.smallest_cell = sizes[0];
        self.median_cell = sizes[sizes.len() / 2];
        self.largest_cell = sizes[sizes.len() - 1];
        self.imbalance = sizes.len() as f64 * squares / (total * total);
    }
}

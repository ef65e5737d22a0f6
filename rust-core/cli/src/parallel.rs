//! Work on blocks of vectors by several threads. Results do not depend on how many there are.

use crate::failure::Failure;
use ivory_core::{Model, WorkingMemory};
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// Threads, and the memory that each of them assigns with.
#[derive(Debug)]
pub struct Workers {
    pool: ThreadPool,
    memories: Vec<WorkingMemory>,
}

impl Workers {
    pub fn new(threads: usize) -> Result<Self, Failure> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|error| Failure::Error(format!("threads: {error}")))?;
        let memories = (0..threads).map(|_| WorkingMemory::default()).collect();
        Ok(Self { pool, memories })
    }

    /// The threads.
    pub fn pool(&self) -> &ThreadPool {
        &self.pool
    }

    /// Replaces `cells` by the cells of a block of vectors.
    pub fn assign(
        &mut self,
        model: &Model,
        vectors: &[f32],
        cells: &mut Vec<u32>,
    ) -> Result<(), Failure> {
        let dimension = model.dimension();
        let count = vectors.len() / dimension;
        cells.clear();
        cells.resize(count, 0);
        let part = count.div_ceil(self.memories.len()).max(1);
        let memories = &mut self.memories;
        self.pool.install(|| {
            cells
                .par_chunks_mut(part)
                .zip(vectors.par_chunks(part * dimension))
                .zip(memories)
                .try_for_each(|((cells, vectors), memory)| model.assign(vectors, memory, cells))
        })?;
        Ok(())
    }
}

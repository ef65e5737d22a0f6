//! Working memory that queries lend one another.

use super::{Model, WorkingMemory};
use std::sync::{Mutex, PoisonError};

/// Most that is kept: as many queries work at a time on a large machine.
const MOST: usize = 64;

/// Working memory that no query uses. Without it each query would ask the system for some bytes a
/// cell and give them back, page by page.
#[derive(Debug, Default)]
pub(super) struct Spare(Mutex<Vec<WorkingMemory>>);

impl Model {
    /// Working memory for one query, which has been used before if possible.
    pub(crate) fn lend(&self) -> WorkingMemory {
        self.spare.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Takes working memory back.
    pub(crate) fn give_back(&self, memory: WorkingMemory) {
        let mut spare = self.spare.0.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < MOST {
            spare.push(memory);
        }
    }
}

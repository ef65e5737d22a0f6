//! The best candidates seen so far.

use crate::order::{ordered, unordered};
use std::collections::TryReserveError;

/// One document that a scan found, with its estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// The segment's number, as the caller gave it.
    pub segment: u32,
    /// The document's number within the segment.
    pub doc: u32,
    /// Smaller is nearer: about the squared distance, or the negated inner product.
    pub estimate: f32,
}

/// Keeps the `most` smallest of what it is offered, by estimate, segment and document: the same ones
/// in whatever order they come.
#[derive(Debug)]
pub(super) struct Reservoir {
    most: usize,
    /// Up to twice `most`; only now and then cut back.
    found: Vec<Key>,
    threshold: f32,
}

/// Estimate (as an integer of the same order), segment, document.
type Key = (u32, u32, u32);

impl Reservoir {
    pub fn new(most: usize) -> Result<Self, TryReserveError> {
        let mut found = Vec::new();
        found.try_reserve_exact(2 * most)?;
        Ok(Self { most, found, threshold: f32::INFINITY })
    }

    /// Most candidates kept.
    pub fn most(&self) -> usize {
        self.most
    }

    /// Nothing with a larger estimate can be among the best any more.
    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    /// Offers one candidate; the estimate is a number not above the threshold.
    #[inline]
    pub fn offer(&mut self, segment: u32, doc: u32, estimate: f32) {
        if self.found.len() == 2 * self.most {
            self.cut();
        }
        self.found.push((ordered(estimate), segment, doc));
    }

    /// Forgets what is not among the best, and lowers the threshold.
    pub fn cut(&mut self) {
        if self.found.len() >= self.most {
            let (_, &mut (last, ..), _) = self.found.select_nth_unstable(self.most - 1);
            self.found.truncate(self.most);
            self.threshold = unordered(last);
        }
    }

    /// Whether as many candidates as may be kept came since the last cut.
    pub fn is_due(&self) -> bool {
        self.found.len() >= self.most + self.most / 2
            || (self.threshold == f32::INFINITY && self.found.len() >= self.most)
    }

    /// The best, best first; the reservoir is empty then.
    pub fn take(&mut self) -> impl ExactSizeIterator<Item = Candidate> {
        self.cut();
        self.found.sort_unstable();
        self.threshold = f32::INFINITY;
        self.found.drain(..).map(|(estimate, segment, doc)| Candidate {
            segment,
            doc,
            estimate: unordered(estimate),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Reservoir;
    use crate::random::Random;

    #[test]
    fn the_best_stay_whatever_the_order() {
        let mut random = Random::new(3);
        for most in [1, 2, 7, 100] {
            for count in [0, 1, 5, 99, 100, 1000] {
                let mut all: Vec<(f32, u32, u32)> = (0..count)
                    .map(|doc| (random.below(20) as f32 - 10.0, random.below(3) as u32, doc))
                    .collect();
                let mut reservoir = Reservoir::new(most).expect("memory");
                for &(estimate, segment, doc) in &all {
                    if estimate <= reservoir.threshold() {
                        reservoir.offer(segment, doc, estimate);
                    }
                    if reservoir.is_due() {
                        reservoir.cut();
                    }
                }
                all.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
                all.truncate(most);
                let taken: Vec<_> =
                    reservoir.take().map(|c| (c.estimate, c.segment, c.doc)).collect();
                assert_eq!(taken, all, "{most} of {count}");
            }
        }
    }
}

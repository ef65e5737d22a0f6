//! The first centroids.

use crate::random::Random;

/// Chooses `count` of the points at random, each at most once.
pub(super) fn choose(points: usize, count: usize, random: &mut Random) -> Vec<u32> {
    // Floyd's sampling needs no table of all points; the order of what it finds is not random.
    let mut chosen = std::collections::HashSet::with_capacity(count);
    let mut order = Vec::with_capacity(count);
    for last in points - count..points {
        let pick = random.below(last as u64 + 1) as u32;
        let pick = if chosen.insert(pick) { pick } else { last as u32 };
        chosen.insert(pick);
        order.push(pick);
    }
    order
}

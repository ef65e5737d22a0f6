//! From rows to the block form.

use super::code_length;

/// See [`crate::Kernels::pack`]; lengths were checked.
pub(crate) fn pack(rows: &[u8], count: usize, code_bytes: usize, factors: usize, block: &mut [u8]) {
    let length = code_length(code_bytes, factors);
    let (codes, factor_bytes) = block.split_at_mut(code_bytes * count);
    for (p, place) in codes.chunks_exact_mut(count).enumerate() {
        for (j, byte) in place.iter_mut().enumerate() {
            *byte = rows[j * length + p];
        }
    }
    for (f, places) in factor_bytes.chunks_exact_mut(4 * count).enumerate() {
        for (j, place) in places.chunks_exact_mut(4).enumerate() {
            place.copy_from_slice(&rows[j * length + code_bytes + 4 * f..][..4]);
        }
    }
}

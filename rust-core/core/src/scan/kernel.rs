//! Estimates of a cell's vectors, vector by vector: slow, and what the kernels are compared with.

/// What turns sums of table entries into estimates.
#[derive(Clone, Copy, Debug)]
pub(super) struct Affine {
    pub base: f32,
    pub scale: f32,
    pub offset: f32,
    pub factors: u32,
}

/// A vector within the threshold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub position: u32,
    pub estimate: f32,
}

/// Estimates `count` vectors in block form.
pub(super) fn scan(
    entries: &[u8],
    affine: &Affine,
    blocks: &[u8],
    count: usize,
    threshold: f32,
    first: u32,
    out: &mut Vec<Found>,
) {
    let code_bytes = entries.len() / 32;
    let length = code_bytes + 4 * affine.factors as usize;
    for start in (0..count).step_by(32) {
        let width = (count - start).min(32);
        let block = &blocks[start * length..][..width * length];
        for j in 0..width {
            let mut sum = 0u32;
            for p in 0..code_bytes {
                let byte = usize::from(block[p * width + j]);
                sum += u32::from(entries[32 * p + (byte & 15)]);
                sum += u32::from(entries[32 * p + 16 + (byte >> 4)]);
            }
            let factor = |f: usize| {
                let at = code_bytes * width + 4 * (f * width + j);
                f32::from_le_bytes([block[at], block[at + 1], block[at + 2], block[at + 3]])
            };
            let scaled = affine.scale * sum as f32;
            let estimate = match affine.factors {
                0 => affine.base + scaled,
                1 => (affine.base + scaled) + factor(0),
                _ => (affine.base + factor(0)) + factor(1) * (scaled + affine.offset),
            };
            if estimate <= threshold {
                out.push(Found { position: first + (start + j) as u32, estimate });
            }
        }
    }
}

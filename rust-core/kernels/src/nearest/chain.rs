//! Keys of single points and some cells, the very bits that the tiles compute.

/// `keys[j] = bias[j] − point·row j` for rows one after the other, each product one chain of
/// multiply-adds in the order of the components.
///
/// # Safety
/// The processor must have the function's instruction set; there must be `point.len()` numbers for
/// each key.
pub(crate) type ChainKernel = unsafe fn(&[f32], &[f32], &[f32], &mut [f32]);

/// As the scalar tile computes.
pub(crate) unsafe fn plain(point: &[f32], rows: &[f32], bias: &[f32], keys: &mut [f32]) {
    chains(point, rows, bias, keys, |x, c, sum| sum + x * c);
}

/// As the AVX2 and AVX-512 tiles compute.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
pub(crate) unsafe fn fused(point: &[f32], rows: &[f32], bias: &[f32], keys: &mut [f32]) {
    chains(point, rows, bias, keys, f32::mul_add);
}

/// As the NEON tile computes.
#[cfg(target_arch = "aarch64")]
#[target_feature(enable = "neon")]
pub(crate) unsafe fn fused(point: &[f32], rows: &[f32], bias: &[f32], keys: &mut [f32]) {
    chains(point, rows, bias, keys, f32::mul_add);
}

/// Chains that run side by side, to hide the latency of a step.
const TOGETHER: usize = 8;

#[inline(always)]
fn chains(
    point: &[f32],
    rows: &[f32],
    bias: &[f32],
    keys: &mut [f32],
    step: impl Fn(f32, f32, f32) -> f32 + Copy,
) {
    let depth = point.len();
    let mut rows = rows.chunks(depth * TOGETHER);
    for (bias, keys) in bias.chunks(TOGETHER).zip(keys.chunks_mut(TOGETHER)) {
        let Some(rows) = rows.next() else { return };
        let row = |i: usize| rows.get(i * depth..(i + 1) * depth).unwrap_or(point);
        let some: [&[f32]; TOGETHER] = std::array::from_fn(row);
        let mut sums = [0f32; TOGETHER];
        for (k, &x) in point.iter().enumerate() {
            for (sum, row) in sums.iter_mut().zip(some) {
                *sum = step(x, row[k], *sum);
            }
        }
        for ((key, bias), sum) in keys.iter_mut().zip(bias).zip(sums) {
            *key = bias - sum;
        }
    }
}

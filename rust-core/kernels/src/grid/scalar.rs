//! The plain twin of the SIMD tiles, and their reference. Whole numbers are held in `f32`, which the
//! baseline of every target multiplies well.

use super::{Form, GridArguments, GridTile, WIDEST};

const HIGH: usize = 4;
const WIDE: usize = 8;

/// Components whose products, at most `255·127` each, add up to less than 2²⁴, so that `f32` is exact.
const EXACT: usize = 512;

pub(crate) const TILE: GridTile = GridTile {
    form: Form::Floats,
    high: HIGH,
    wide: WIDE,
    run: run::<EXACT>,
    floats: run::<{ usize::MAX }>,
};

/// See [`super::GridKernel`]; products of so many components are added up at a time.
unsafe fn run<const PART: usize>(t: &mut GridArguments<'_>) {
    let mut sums = [[0f64; WIDE]; HIGH];
    // SAFETY: the arguments are as their documentation says.
    unsafe {
        for part in (0..t.depth).step_by(PART) {
            let mut products = [[0f32; WIDE]; HIGH];
            for k in part..part.saturating_add(PART).min(t.depth) {
                let cells = &*t.panel.add(k * WIDE).cast::<[f32; WIDE]>();
                for (i, row) in products.iter_mut().enumerate().take(t.high) {
                    let point = *t.points.add(k * t.high + i).cast::<f32>();
                    for (sum, cell) in row.iter_mut().zip(cells) {
                        *sum += point * cell;
                    }
                }
            }
            for (sums, products) in sums.iter_mut().zip(&products) {
                for (sum, &product) in sums.iter_mut().zip(products) {
                    *sum += f64::from(product);
                }
            }
        }
        for (i, sums) in sums.iter().enumerate().take(t.high) {
            let (limit, reach) = (t.found.limits[t.start + i], t.found.reaches[t.start + i]);
            let (mut keys, mut bits) = ([0f32; WIDEST], 0u32);
            for (j, &sum) in sums.iter().enumerate() {
                keys[j] = *t.bases.add(j) - *t.units.add(j) * sum as f32 - reach * t.radii[j];
                bits |= u32::from(keys[j] <= limit) << j;
            }
            if bits != 0 {
                t.found.note(t.start + i, bits, &keys, t.radii, t.first);
            }
        }
    }
}

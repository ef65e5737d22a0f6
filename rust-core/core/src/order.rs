//! Numbers as integers of the same order, which sort and pack without a comparison function.

/// Maps numbers to integers of the same order; both zeros are equal, NaN comes last.
pub(crate) fn ordered(value: f32) -> u32 {
    let bits = (value + 0.0).to_bits();
    if value.is_nan() {
        u32::MAX
    } else if bits >> 31 == 1 {
        !bits
    } else {
        bits | 0x8000_0000
    }
}

/// The number of an [`ordered`] integer.
pub(crate) fn unordered(key: u32) -> f32 {
    f32::from_bits(if key >> 31 == 1 { key & 0x7fff_ffff } else { !key })
}

#[cfg(test)]
mod tests {
    use super::{ordered, unordered};

    #[test]
    fn integers_have_the_order_of_their_numbers() {
        let numbers =
            [f32::NEG_INFINITY, f32::MIN, -1.0, -1e-45, 0.0, 1e-45, 1.0, f32::MAX, f32::INFINITY];
        for pair in numbers.windows(2) {
            assert!(ordered(pair[0]) < ordered(pair[1]), "{pair:?}");
        }
        for number in numbers {
            assert_eq!(unordered(ordered(number)).to_bits(), number.to_bits());
        }
        assert_eq!(ordered(-0.0), ordered(0.0));
        for nan in [f32::NAN, -f32::NAN] {
            assert!(ordered(nan) > ordered(f32::INFINITY));
        }
    }
}

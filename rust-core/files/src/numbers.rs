//! Numbers of other types as `f32`.

/// IEEE 754 half precision; exact.
pub(crate) fn f32_of_f16(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let (exponent, fraction) = (u32::from(bits >> 10 & 31), u32::from(bits & 1023));
    match exponent {
        // Zero, or below the normal numbers: so many times 2⁻²⁴.
        0 => f32::from_bits(sign | (fraction as f32 * 2f32.powi(-24)).to_bits()),
        31 => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

/// The types of components in files, little endian.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    U8,
    I32,
    F16,
    F32,
    F64,
}

impl Number {
    /// Bytes of one.
    pub fn size(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::F16 => 2,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// Appends all numbers of `bytes`; what is left of an incomplete one at the end is ignored. An
    /// `f64` beyond the range of `f32` becomes infinite.
    pub fn extend(self, bytes: &[u8], into: &mut Vec<f32>) {
        match self {
            Self::U8 => into.extend(bytes.iter().map(|&x| f32::from(x))),
            Self::F16 => into.extend(
                bytes.chunks_exact(2).map(|b| f32_of_f16(u16::from_le_bytes([b[0], b[1]]))),
            ),
            Self::I32 => into.extend(
                bytes.chunks_exact(4).map(|b| i32::from_le_bytes([b[0], b[1], b[2], b[3]]) as f32),
            ),
            Self::F32 => into.extend(
                bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])),
            ),
            Self::F64 => into.extend(bytes.chunks_exact(8).map(|b| {
                f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]) as f32
            })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::f32_of_f16;

    /// All numbers, by the formula of the standard in double precision.
    #[test]
    fn half_precision_is_exact() {
        for bits in 0..=u16::MAX {
            let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
            let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
            let expected = match exponent {
                0 => sign * fraction / 1024.0 * 2f64.powi(-14),
                31 if fraction == 0.0 => sign * f64::INFINITY,
                31 => f64::NAN,
                _ => sign * (1.0 + fraction / 1024.0) * 2f64.powi(exponent - 15),
            };
            let found = f32_of_f16(bits);
            assert_eq!(found.is_nan(), expected.is_nan(), "{bits:04x}");
            if !expected.is_nan() {
                assert_eq!(f64::from(found).to_bits(), expected.to_bits(), "{bits:04x}");
            }
        }
    }
}

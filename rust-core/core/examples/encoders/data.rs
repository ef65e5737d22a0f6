//! Vectors in files: NumPy's format with float16 or float32, TEXMEX `.fvecs` and `.bvecs`, also
//! gzipped.

use std::io::Read;
use std::path::Path;

/// Vectors, row after row.
pub struct Vectors {
    pub dimension: usize,
    pub numbers: Vec<f32>,
}

impl Vectors {
    pub fn count(&self) -> usize {
        self.numbers.len() / self.dimension
    }

    pub fn row(&self, row: usize) -> &[f32] {
        &self.numbers[row * self.dimension..][..self.dimension]
    }

    /// Keeps the first rows.
    pub fn cut(mut self, count: usize) -> Self {
        self.numbers.truncate(count.saturating_mul(self.dimension));
        self
    }
}

/// Reads a file by its name's end.
pub fn read(path: &Path) -> Result<Vectors, String> {
    let fault = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut bytes = std::fs::read(path).map_err(fault)?;
    let mut name = path.to_string_lossy().into_owned();
    if let Some(inner) = name.strip_suffix(".gz").map(str::to_owned) {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut plain).map_err(fault)?;
        (bytes, name) = (plain, inner);
    }
    let vectors = match name.rsplit('.').next() {
        Some("npy") => npy(&bytes),
        Some("fvecs") => texmex(&bytes, 4, |b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])),
        Some("bvecs") => texmex(&bytes, 1, |b| f32::from(b[0])),
        _ => None,
    };
    vectors.filter(|v| v.dimension > 0).ok_or_else(|| format!("{name}: cannot read that"))
}

fn texmex(bytes: &[u8], size: usize, number: impl Fn(&[u8]) -> f32) -> Option<Vectors> {
    let dimension = u32::from_le_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let mut numbers = Vec::new();
    for row in bytes.chunks_exact(4 + size * dimension) {
        numbers.extend(row[4..].chunks_exact(size).map(&number));
    }
    Some(Vectors { dimension, numbers })
}

fn npy(bytes: &[u8]) -> Option<Vectors> {
    let header = 10 + usize::from(u16::from_le_bytes([*bytes.get(8)?, *bytes.get(9)?]));
    let text = String::from_utf8_lossy(bytes.get(10..header)?);
    let shape = text.split("'shape': (").nth(1)?.split(')').next()?;
    let dimension = shape.split(',').nth(1)?.trim().parse().ok()?;
    let numbers = if text.contains("'<f2'") {
        bytes[header..]
            .chunks_exact(2)
            .map(|b| f32_of_f16(u16::from_le_bytes([b[0], b[1]])))
            .collect()
    } else if text.contains("'<f4'") {
        let numbers = bytes[header..].chunks_exact(4);
        numbers.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
    } else {
        return None;
    };
    Some(Vectors { dimension, numbers })
}

fn f32_of_f16(bits: u16) -> f32 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f32::from(bits & 1023) / 1024.0);
    sign * match exponent {
        0 => fraction * 2f32.powi(-14),
        31 => f32::INFINITY,
        _ => (1.0 + fraction) * 2f32.powi(exponent - 15),
    }
}

//! Parquet's run-length and bit-packing hybrid, for levels and for places in a dictionary.

/// Reads numbers of `width` bits from `at` to `end` of some bytes, which the caller keeps.
#[derive(Clone, Debug, Default)]
pub(super) struct Hybrid {
    at: usize,
    end: usize,
    width: u32,
    run: Run,
}

#[derive(Clone, Copy, Debug, Default)]
enum Run {
    #[default]
    None,
    /// The same number so many times.
    Same { number: u32, left: u64 },
    /// Packed numbers: the next one begins at bit `bit` from byte `start` on.
    Packed { start: usize, bit: u64, left: u64 },
}

impl Hybrid {
    /// The range must lie within the bytes that the other calls get.
    pub fn new(at: usize, end: usize, width: u32) -> Result<Self, &'static str> {
        if width > 32 {
            return Err("numbers of more than 32 bits");
        }
        Ok(Self { at, end, width, run: Run::None })
    }

    /// Fills `out` with the next numbers.
    pub fn fill(&mut self, bytes: &[u8], mut out: &mut [u32]) -> Result<(), &'static str> {
        while !out.is_empty() {
            match &mut self.run {
                Run::Same { number, left } if *left > 0 => {
                    let count = (*left).min(out.len() as u64) as usize;
                    out[..count].fill(*number);
                    *left -= count as u64;
                    out = &mut out[count..];
                }
                Run::Packed { start, bit, left } if *left > 0 => {
                    let count = (*left).min(out.len() as u64) as usize;
                    unpack(&bytes[*start..self.at], *bit, self.width, &mut out[..count])?;
                    *bit += count as u64 * u64::from(self.width);
                    *left -= count as u64;
                    out = &mut out[count..];
                }
                _ => self.next_run(bytes)?,
            }
        }
        Ok(())
    }

    fn next_run(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        let mut head = 0u64;
        for shift in 0.. {
            let byte = self.byte(bytes)?;
            if shift == 5 {
                return Err("a run is too long");
            }
            head |= u64::from(byte & 127) << (7 * shift);
            if byte < 128 {
                break;
            }
        }
        let count = head >> 1;
        if head & 1 == 0 {
            let mut number = 0u32;
            for i in 0..self.width.div_ceil(8) {
                number |= u32::from(self.byte(bytes)?) << (8 * i);
            }
            self.run = Run::Same { number, left: count };
            return Ok(());
        }
        // The last group may be cut off by writers that do not fill it up.
        let length = count * u64::from(self.width);
        let start = self.at;
        self.at += length.min((self.end - self.at) as u64) as usize;
        self.run = Run::Packed { start, bit: 0, left: count * 8 };
        Ok(())
    }

    fn byte(&mut self, bytes: &[u8]) -> Result<u8, &'static str> {
        if self.at >= self.end {
            return Err("levels or places end early");
        }
        self.at += 1;
        Ok(bytes[self.at - 1])
    }
}

/// Takes numbers of `width` bits (at most 32), lowest bit first, from bit `bit` on.
fn unpack(bytes: &[u8], bit: u64, width: u32, out: &mut [u32]) -> Result<(), &'static str> {
    let bits = bit + out.len() as u64 * u64::from(width);
    if bits.div_ceil(8) > bytes.len() as u64 {
        return Err("levels or places end early");
    }
    let mask = (1u64 << width) - 1;
    let mut bit = bit as usize;
    for number in out {
        let rest = &bytes[bit / 8..];
        let mut word = [0; 8];
        let count = rest.len().min(8);
        word[..count].copy_from_slice(&rest[..count]);
        *number = (u64::from_le_bytes(word) >> (bit % 8) & mask) as u32;
        bit += width as usize;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Hybrid;

    fn all(bytes: &[u8], width: u32, count: usize) -> Result<Vec<u32>, &'static str> {
        let mut hybrid = Hybrid::new(0, bytes.len(), width)?;
        let mut out = vec![0; count];
        // In parts of uneven length, as they come from pages.
        for part in out.chunks_mut(5) {
            hybrid.fill(bytes, part)?;
        }
        Ok(out)
    }

    /// The example of the format's specification: 0 to 7 in three bits.
    #[test]
    fn packed() {
        let bytes = [3, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        assert_eq!(all(&bytes, 3, 8), Ok((0..8).collect()));
        assert_eq!(all(&bytes, 3, 9), Err("levels or places end early"));
        assert_eq!(all(&bytes[..3], 3, 8), Err("levels or places end early"));
        assert_eq!(all(&bytes[..3], 3, 5), Ok((0..5).collect()));
    }

    #[test]
    fn runs() {
        assert_eq!(all(&[8, 1, 4, 0, 3, 0xff], 1, 10), Ok(vec![1, 1, 1, 1, 0, 0, 1, 1, 1, 1]));
        assert_eq!(all(&[6, 0x34, 0x12], 13, 3), Ok(vec![0x1234; 3]));
        assert_eq!(all(&[6], 0, 3), Ok(vec![0; 3]));
        assert_eq!(all(&[3, 0, 0, 0, 0x80, 0, 0, 0, 0], 32, 1), Ok(vec![0x8000_0000]));
        assert_eq!(all(&[0xff; 9], 1, 1), Err("a run is too long"));
        assert_eq!(all(&[], 1, 1), Err("levels or places end early"));
        assert!(Hybrid::new(0, 0, 33).is_err());
    }
}

//! The header of an `.npy` file: a Python dictionary as text.

/// What the header says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Header {
    pub descr: String,
    pub fortran_order: bool,
    pub shape: Vec<u64>,
}

impl Header {
    /// Reads `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, in any order of keys.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let mut parser = Parser { text, at: 0 };
        let (mut descr, mut order, mut shape) = (None, None, None);
        parser.expect(b'{')?;
        while !parser.take(b'}') {
            let key = parser.string()?;
            parser.expect(b':')?;
            match key.as_str() {
                "descr" => descr = Some(parser.string()?),
                "fortran_order" => order = Some(parser.boolean()?),
                "shape" => shape = Some(parser.tuple()?),
                _ => return Err(format!("there is no key {key:?}")),
            }
            if !parser.take(b',') {
                parser.expect(b'}')?;
                break;
            }
        }
        parser.blanks();
        if parser.at < text.len() {
            return Err(format!("unexpected text at {}", parser.at));
        }
        Ok(Self {
            descr: descr.ok_or("'descr' is missing")?,
            fortran_order: order.ok_or("'fortran_order' is missing")?,
            shape: shape.ok_or("'shape' is missing")?,
        })
    }
}

struct Parser<'a> {
    text: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(|c| c.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: u8) -> bool {
        self.blanks();
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, wanted: u8) -> Result<(), String> {
        if self.take(wanted) {
            return Ok(());
        }
        Err(format!("expected {:?} at {}", char::from(wanted), self.at))
    }

    /// Bytes from here on for which `belongs` holds.
    fn run(&mut self, belongs: impl Fn(u8) -> bool) -> &str {
        let start = self.at;
        while self.peek().is_some_and(&belongs) {
            self.at += 1;
        }
        str::from_utf8(&self.text[start..self.at]).unwrap_or("")
    }

    fn string(&mut self) -> Result<String, String> {
        self.blanks();
        let quote = match self.peek() {
            Some(quote @ (b'\'' | b'"')) => quote,
            _ => return Err(format!("expected a string at {}", self.at)),
        };
        self.at += 1;
        // A list of fields, as structured arrays have, is no string; nor is there need for escapes.
        let text = self.run(|c| c.is_ascii_graphic() && c != quote && c != b'\\').to_owned();
        self.expect(quote)?;
        Ok(text)
    }

    fn boolean(&mut self) -> Result<bool, String> {
        self.blanks();
        match self.run(|c| c.is_ascii_alphabetic()) {
            "True" => Ok(true),
            "False" => Ok(false),
            _ => Err(format!("expected True or False before {}", self.at)),
        }
    }

    fn tuple(&mut self) -> Result<Vec<u64>, String> {
        let mut numbers = Vec::new();
        self.expect(b'(')?;
        while !self.take(b')') {
            self.blanks();
            let digits = self.run(|c| c.is_ascii_digit()).to_owned();
            // Python 2 marked long numbers.
            self.take(b'L');
            let at = self.at;
            numbers.push(digits.parse().map_err(|_| format!("expected a number before {at}"))?);
            if !self.take(b',') {
                self.expect(b')')?;
                break;
            }
        }
        Ok(numbers)
    }
}

/// The beginning of an `.npy` file of version 1 in C order: `descr` is the type (such as `<u4`),
/// `shape` the lengths. The numbers follow it.
pub fn write(descr: &str, shape: &[u64]) -> Vec<u8> {
    let mut lengths = String::new();
    for (i, length) in shape.iter().enumerate() {
        if i > 0 {
            lengths.push(' ');
        }
        lengths.push_str(&length.to_string());
        lengths.push(',');
    }
    if shape.len() > 1 {
        lengths.pop();
    }
    let dictionary =
        format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ({lengths}), }}");
    // Magic, version and length are 10 bytes; the numbers begin at a multiple of 64.
    let length = (10 + dictionary.len() + 1).next_multiple_of(64) - 10;
    let mut header = b"\x93NUMPY\x01\x00".to_vec();
    header.extend((length as u16).to_le_bytes());
    header.extend(format!("{dictionary:<width$}\n", width = length - 1).as_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_numpy_writes_is_read() {
        let text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }   \n";
        let header = Header::parse(text).unwrap();
        assert_eq!(header, Header { descr: "<f4".into(), fortran_order: false, shape: vec![3, 4] });
        let header =
            Header::parse(b"{\"shape\":(7L,),'fortran_order':True,'descr':'|u1'}").unwrap();
        assert_eq!(header, Header { descr: "|u1".into(), fortran_order: true, shape: vec![7] });
    }

    #[test]
    fn what_is_no_header_is_refused() {
        for (text, cause) in [
            ("", "expected '{' at 0"),
            ("{", "expected a string at 1"),
            ("{}", "'descr' is missing"),
            ("{'descr': '<f4'}", "'fortran_order' is missing"),
            ("{'descr': [('a', '<f4')]}", "expected a string at 10"),
            ("{'descr': '<f4', 'other': 1}", "there is no key \"other\""),
            ("{'fortran_order': Maybe}", "expected True or False before 23"),
            ("{'shape': (1, -2)}", "expected a number before 14"),
            ("{'shape': (99999999999999999999,)}", "expected a number before 31"),
            ("{'descr': '<f4", "expected '\\'' at 14"),
            ("{'descr': 'a', 'fortran_order': True, 'shape': ()} x", "unexpected text at 51"),
        ] {
            assert_eq!(Header::parse(text.as_bytes()).unwrap_err(), cause, "{text}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        for shape in [&[][..], &[5], &[3, 4], &[u64::MAX; 3]] {
            let bytes = write("<u4", shape);
            assert_eq!((bytes.len() % 64, bytes.last()), (0, Some(&b'\n')));
            let header = Header::parse(&bytes[10..]).unwrap();
            assert_eq!((&header.shape[..], header.descr.as_str()), (shape, "<u4"));
        }
        assert!(write("<u4", &[5]).starts_with(
            b"\x93NUMPY\x01\x00\x76\x00{'descr': '<u4', 'fortran_order': False, 'shape': (5,), }"
        ));
    }
}

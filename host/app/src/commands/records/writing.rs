//! In what the lines of a file are written that declares nothing: told line by line, since a file may be of any size.

use sunmao_runtime::text::{self, TextFault};

/// How the lines so far are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// In ASCII: everything may follow.
    Plain,
    Utf8,
    Gbk,
}

impl Writing {
    /// A line as UTF-8. What the first line beyond ASCII is written in, all are.
    pub fn read(&mut self, line: Vec<u8>) -> Result<Vec<u8>, TextFault> {
        if line.is_ascii() {
            return text::utf_8(&line).map(|_| ()).map(|()| line);
        }
        let fault = match text::utf_8(&line) {
            Ok(_) if *self != Writing::Gbk => {
                *self = Writing::Utf8;
                return Ok(line);
            }
            Ok(_) => TextFault {
                line: 1,
                suspected: "UTF-8 among lines of GBK",
            },
            Err(fault) => fault,
        };
        match text::gbk(&line) {
            Some(text) if *self != Writing::Utf8 => {
                *self = Writing::Gbk;
                Ok(text.into_bytes())
            }
            _ => Err(fault),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GBK: &[u8] = b"{\"company_name\": \"\xd1\xf9\xc0\xfd\xc4\xbe\xd7\xf7\"}";
    const TEXT: &str = "{\"company_name\": \"样例木作\"}";

    #[test]
    fn what_the_first_line_beyond_ascii_is_written_in_all_are() {
        let mut writing = Writing::Plain;
        for _ in 0..2 {
            assert_eq!(writing.read(b"{}".to_vec()).unwrap(), b"{}");
            assert_eq!(writing.read(GBK.to_vec()).unwrap(), TEXT.as_bytes());
        }
        assert!(writing.read(TEXT.as_bytes().to_vec()).is_err());
        let mut writing = Writing::Plain;
        assert_eq!(writing.read(TEXT.as_bytes().to_vec()).unwrap(), TEXT.as_bytes());
        assert_eq!(writing.read(GBK.to_vec()).unwrap_err().suspected, "GBK");
        assert!(writing.read(b"{\0}".to_vec()).is_err());
    }
}

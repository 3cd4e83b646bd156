//! In what a file of plain text is written: told from its mark, or from all of its bytes.

use crate::SheetError;
use encoding_rs::{
    CoderResult, Decoder, DecoderResult, Encoder, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE,
};
use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::rc::Rc;

const UTF_8_MARK: &[u8] = b"\xef\xbb\xbf";
const PORTION: usize = 64 * 1024;
/// Far more than a row has; one that is longer is a quotation mark that nobody closed.
const LONGEST_ROW: u64 = 4 * 1024 * 1024;

/// How a file of plain text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Its encoding. What is read as GBK may have everything that GB18030 has.
    pub encoding: &'static Encoding,
    /// Whether it begins with a byte order mark.
    pub marked: bool,
}

impl Written {
    /// UTF-8 as spreadsheets tell it from others.
    pub(crate) const MARKED_UTF_8: Written = Written {
        encoding: UTF_8,
        marked: true,
    };

    /// How a file is written, in an encoding that somebody named, or as it seems.
    pub(crate) fn of(path: &Path, named: Option<&str>) -> Result<Written, SheetError> {
        let mut file = File::open(path).map_err(|error| SheetError::reading(path, &error))?;
        let unread = |error: io::Error| SheetError::reading(path, &error);
        let mut beginning = Vec::new();
        (&mut file).take(4).read_to_end(&mut beginning).map_err(unread)?;
        if let Some((encoding, _)) = Encoding::for_bom(&beginning) {
            return Ok(Written {
                encoding,
                marked: true,
            });
        }
        if let Some(named) = named {
            let encoding = Encoding::for_label(named.as_bytes()).ok_or_else(|| {
                SheetError::new(path, "reading", format!("no encoding is called `{named}`"))
                    .with_hint("such as utf-8, gbk, gb18030, big5, utf-16le")
            })?;
            return Ok(Written {
                encoding: if encoding == encoding_rs::GBK {
                    GB18030
                } else {
                    encoding
                },
                marked: false,
            });
        }
        let encoding = detect(&beginning, file).map_err(unread)?;
        let encoding = encoding.ok_or_else(|| {
            SheetError::new(path, "reading", "its text is neither UTF-8 nor GBK nor GB18030").with_hint(
                "name its encoding with --encoding (such as big5), or save it as CSV UTF-8 or as XLSX",
            )
        })?;
        Ok(Written {
            encoding,
            marked: false,
        })
    }
}

/// The encoding in which no byte is out of place; UTF-8 before the others, since hardly any other text happens to be it.
fn detect(beginning: &[u8], mut file: File) -> io::Result<Option<&'static Encoding>> {
    let mut candidates: Vec<(&'static Encoding, Decoder)> = [UTF_8, GB18030]
        .map(|encoding| (encoding, encoding.new_decoder_without_bom_handling()))
        .into();
    let mut scratch = vec![0; PORTION * 3 + 16];
    let mut bytes = vec![0; PORTION];
    let mut portion = beginning.to_vec();
    loop {
        let is_last = portion.is_empty();
        candidates.retain_mut(|(_, decoder)| fits(decoder, &portion, &mut scratch, is_last));
        if is_last || candidates.is_empty() {
            return Ok(candidates.first().map(|(encoding, _)| *encoding));
        }
        let read = file.read(&mut bytes)?;
        portion.clear();
        portion.extend_from_slice(bytes.get(..read).unwrap_or_default());
    }
}

fn fits(decoder: &mut Decoder, mut portion: &[u8], scratch: &mut [u8], is_last: bool) -> bool {
    loop {
        let (result, read, _) = decoder.decode_to_utf8_without_replacement(portion, scratch, is_last);
        match result {
            DecoderResult::InputEmpty => return true,
            DecoderResult::OutputFull => portion = portion.get(read..).unwrap_or_default(),
            DecoderResult::Malformed(..) => return false,
        }
    }
}

/// A file's text as UTF-8, without its mark, each line with its end, which is `\n`: so lines can be counted.
pub(crate) struct Decoded {
    file: File,
    decoder: Decoder,
    bytes: Vec<u8>,
    /// What of `bytes` is not decoded yet.
    undecoded: std::ops::Range<usize>,
    is_at_end: bool,
    /// The decoder has given all it had.
    is_done: bool,
    text: Vec<u8>,
    /// The same with its ends of lines, and how much of it was handed out.
    lines: Lines,
    taken: usize,
    counts: Rc<Counts>,
}

/// Text whose lines end in one way.
#[derive(Default)]
struct Lines {
    text: Vec<u8>,
    /// A carriage return whose line feed may still come.
    is_returning: bool,
    is_within_line: bool,
}

impl Lines {
    fn add(&mut self, text: &[u8]) {
        for byte in text {
            if self.is_returning && *byte != b'\n' {
                self.text.push(b'\r');
            }
            self.is_returning = *byte == b'\r';
            if !self.is_returning {
                self.text.push(*byte);
            }
            self.is_within_line = *byte != b'\n';
        }
    }

    fn end(&mut self) {
        if self.is_within_line {
            self.text.push(b'\n');
        }
    }
}

/// How far the reading of a file came.
#[derive(Default)]
pub(crate) struct Counts {
    /// Bytes read of the file.
    pub(crate) bytes: Cell<u64>,
    /// Bytes handed out since the last row ended.
    pub(crate) since_row: Cell<u64>,
}

impl Decoded {
    pub(crate) fn open(path: &Path, written: Written) -> io::Result<(Self, Rc<Counts>)> {
        let counts = Rc::new(Counts::default());
        let decoded = Decoded {
            file: File::open(path)?,
            decoder: written.encoding.new_decoder_with_bom_removal(),
            bytes: vec![0; PORTION],
            undecoded: 0..0,
            is_at_end: false,
            is_done: false,
            text: vec![0; PORTION],
            lines: Lines::default(),
            taken: 0,
            counts: counts.clone(),
        };
        Ok((decoded, counts))
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.undecoded.is_empty() && !self.is_at_end {
            let read = self.file.read(&mut self.bytes)?;
            self.counts.bytes.set(self.counts.bytes.get() + read as u64);
            self.undecoded = 0..read;
            self.is_at_end = read == 0;
        }
        let bytes = self.bytes.get(self.undecoded.clone()).unwrap_or_default();
        let (result, read, written) =
            self.decoder
                .decode_to_utf8_without_replacement(bytes, &mut self.text, self.is_at_end);
        self.undecoded.start += read;
        self.taken = 0;
        self.lines.text.clear();
        self.lines.add(self.text.get(..written).unwrap_or_default());
        match result {
            DecoderResult::Malformed(..) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the text is not in {}", self.decoder.encoding().name()),
            )),
            DecoderResult::InputEmpty => {
                self.is_done = self.is_at_end;
                if self.is_done {
                    self.lines.end();
                }
                Ok(())
            }
            DecoderResult::OutputFull => Ok(()),
        }
    }
}

impl Read for Decoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.lines.text.len() {
            if self.is_done {
                return Ok(0);
            }
            self.fill()?;
        }
        let since = self.counts.since_row.get();
        if since > LONGEST_ROW {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("it has more than {LONGEST_ROW} bytes: is a quotation mark not closed?"),
            ));
        }
        let waiting = self.lines.text.get(self.taken..).unwrap_or_default();
        let taken = waiting.len().min(buffer.len());
        if let (Some(buffer), Some(waiting)) = (buffer.get_mut(..taken), waiting.get(..taken)) {
            buffer.copy_from_slice(waiting);
        }
        self.taken += taken;
        self.counts.since_row.set(since + taken as u64);
        Ok(taken)
    }
}

/// Text on its way into a file in another encoding.
pub(crate) struct Encoded<W> {
    inner: W,
    encoder: Encoder,
    /// The beginning of a letter whose end has not come yet.
    begun: Vec<u8>,
}

impl<W: Write> Encoded<W> {
    /// UTF-16, which nobody writes any more, becomes marked UTF-8.
    pub(crate) fn new(mut inner: W, written: Written) -> io::Result<Self> {
        let is_wide = written.encoding == UTF_16LE || written.encoding == UTF_16BE;
        if is_wide || written.marked && written.encoding == UTF_8 {
            inner.write_all(UTF_8_MARK)?;
        }
        Ok(Encoded {
            inner,
            encoder: written.encoding.new_encoder(),
            begun: Vec::new(),
        })
    }

    pub(crate) fn into_inner(self) -> W {
        self.inner
    }
}

impl<W: Write> Write for Encoded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.begun.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.begun) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let text: Vec<u8> = self.begun.drain(..whole).collect();
        let mut text = std::str::from_utf8(&text).unwrap_or_default();
        let mut encoded = vec![0; PORTION];
        while !text.is_empty() {
            let (result, read, written, _) = self.encoder.encode_from_utf8(text, &mut encoded, false);
            self.inner.write_all(encoded.get(..written).unwrap_or_default())?;
            text = text.get(read..).unwrap_or_default();
            if result == CoderResult::InputEmpty {
                break;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "姓名,手机\r\n李明,１７７\r\n𠮷田,1\r\n";

    fn read(bytes: &[u8], named: Option<&str>) -> Result<(String, Written), String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let written = Written::of(file.path(), named).map_err(|error| error.to_string())?;
        let (mut decoded, _) = Decoded::open(file.path(), written).unwrap();
        let mut text = String::new();
        decoded
            .read_to_string(&mut text)
            .map_err(|error| error.to_string())?;
        Ok((text, written))
    }

    #[test]
    fn the_encoding_is_told_from_the_bytes() {
        let long = TEXT.repeat(9_000);
        let text = |text: &str| text.replace("\r\n", "\n");
        let (text_alone, long) = (text(TEXT), text(&long));
        for text in [text_alone.as_str(), long.as_str(), "", "a,b\n"] {
            let marked = [UTF_8_MARK, text.as_bytes()].concat();
            assert_eq!(
                read(&marked, None).unwrap(),
                (text.to_owned(), Written::MARKED_UTF_8)
            );
            let (plain, written) = read(text.as_bytes(), None).unwrap();
            assert_eq!(
                (plain.as_str(), written.encoding, written.marked),
                (text, UTF_8, false)
            );
        }
        for text in [text_alone.as_str(), long.as_str()] {
            let (in_gb, _, _) = GB18030.encode(text);
            let (plain, written) = read(&in_gb, None).unwrap();
            assert_eq!((plain.as_str(), written.encoding), (text, GB18030));
            let wide: Vec<u8> = format!("\u{feff}{text}")
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect();
            assert_eq!(read(&wide, None).unwrap().0, text);
        }
    }

    #[test]
    fn ends_of_lines_are_of_one_sort() {
        for (written, text) in [
            ("a\r\nb", "a\nb\n"),
            ("a\rb\r", "a\rb\n"),
            ("a\n\r\n", "a\n\n"),
            ("\r\r\n", "\r\n"),
        ] {
            assert_eq!(read(written.as_bytes(), None).unwrap().0, text, "{written:?}");
        }
    }

    #[test]
    fn what_it_cannot_be_told_from_is_named_by_a_person() {
        let (big5, _, _) = encoding_rs::BIG5.encode("電話,地址");
        assert_eq!(read(&big5, Some("big5")).unwrap().0, "電話,地址\n");
        assert!(
            read(b"\xff\xff\xff", None)
                .unwrap_err()
                .contains("neither UTF-8 nor GBK")
        );
        assert!(read(b"a", Some("klingon")).unwrap_err().contains("klingon"));
        assert!(
            read(b"\xc0\xee", Some("utf-8"))
                .unwrap_err()
                .contains("not in UTF-8")
        );
    }

    #[test]
    fn it_is_written_as_it_was_read() {
        for encoding in [UTF_8, GB18030] {
            for marked in [true, false] {
                let written = Written { encoding, marked };
                let mut encoded = Encoded::new(Vec::new(), written).unwrap();
                for byte in TEXT.as_bytes() {
                    encoded.write_all(&[*byte]).unwrap();
                }
                let text = read(&encoded.into_inner(), None).unwrap().0;
                assert_eq!(text, TEXT.replace("\r\n", "\n"));
            }
        }
    }
}

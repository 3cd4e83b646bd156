//! Lines of a stream, none longer than it may be: however long a line is, no more than that is held in memory.

pub mod unicode;

use std::io;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// One line, without its end.
#[derive(Debug, PartialEq, Eq)]
pub enum Line {
    /// All of it.
    Whole(Vec<u8>),
    /// It is longer than a line may be, and was skipped.
    TooLong,
}

/// Reads line by line.
pub struct Lines<R> {
    reader: R,
    longest: usize,
    position: u64,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    /// Reads lines of at most this many bytes.
    pub fn new(reader: R, longest: usize) -> Self {
        Lines {
            reader,
            longest,
            position: 0,
        }
    }

    /// How many bytes the lines so far take up.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The next line; none at the end. The last line may do without its end.
    ///
    /// # Errors
    /// The stream fails.
    pub async fn next(&mut self) -> io::Result<Option<Line>> {
        let mut line = Vec::new();
        // One byte more for the end of the longest line.
        let most = self.longest as u64 + 1;
        let read = (&mut self.reader).take(most).read_until(b'\n', &mut line).await?;
        self.position += read as u64;
        if read == 0 {
            return Ok(None);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if line.len() > self.longest {
            self.skip().await?;
            return Ok(Some(Line::TooLong));
        }
        Ok(Some(Line::Whole(line)))
    }

    /// Reads on behind the end of the line.
    async fn skip(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.reader.fill_buf().await?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(buffer.len(), |end| end + 1);
            self.reader.consume(length);
            self.position += length as u64;
            if end.is_some() || length == 0 {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::BufReader;

    async fn read(text: &str, buffer: usize) -> (Vec<Line>, u64) {
        let mut lines = Lines::new(BufReader::with_capacity(buffer, text.as_bytes()), 4);
        let mut all = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            all.push(line);
        }
        (all, lines.position())
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.as_bytes().to_vec())
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_does_not_stop_the_others() {
        let text = "abcd\nabcde\n\nabcdefghijklmnop\nab";
        let expected = [
            whole("abcd"),
            Line::TooLong,
            whole(""),
            Line::TooLong,
            whole("ab"),
        ];
        for buffer in [1, 3, 5, 1024] {
            let (lines, position) = read(text, buffer).await;
            assert_eq!(lines, expected, "in portions of {buffer}");
            assert_eq!(position, text.len() as u64);
        }
    }

    #[tokio::test]
    async fn the_last_line_counts_with_and_without_its_end() {
        assert_eq!(read("", 8).await.0, []);
        assert_eq!(read("ab\n", 8).await.0, [whole("ab")]);
        assert_eq!(read("abcdef", 8).await.0, [Line::TooLong]);
    }
}

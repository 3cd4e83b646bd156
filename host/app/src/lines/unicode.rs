//! A stream of bytes as UTF-8, as far as a mark at its beginning tells: the mark is taken away, UTF-16 is translated.

use bytes::{Bytes, BytesMut};
use encoding_rs::{CoderResult, Decoder, UTF_8};
use futures::{Stream, StreamExt, TryStreamExt};
use std::future::ready;
use std::io;

/// As much as tells every mark.
const LONGEST_MARK: usize = 4;

/// The stream without a mark, and in UTF-8 where the mark said UTF-16. What has no mark passes as it is: its lines are
/// looked at one by one.
pub fn unicode(
    chunks: impl Stream<Item = io::Result<Bytes>> + Send + Unpin,
) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin {
    let end = futures::stream::once(ready(Ok(Bytes::new())));
    let mut reading = Reading::Beginning(BytesMut::new());
    // An empty portion is the end: the streams we are given have none before.
    let whole = chunks
        .try_filter(|chunk| ready(!chunk.is_empty()))
        .chain(end)
        .map(move |chunk| reading.portion(&chunk?));
    whole.try_filter(|chunk| ready(!chunk.is_empty()))
}

enum Reading {
    Beginning(BytesMut),
    Translated(Box<Decoder>),
    AsItIs,
}

impl Reading {
    fn portion(&mut self, chunk: &Bytes) -> io::Result<Bytes> {
        match self {
            Reading::AsItIs => Ok(chunk.clone()),
            Reading::Translated(decoder) => translate(decoder, chunk),
            Reading::Beginning(begun) => {
                begun.extend_from_slice(chunk);
                if begun.len() < LONGEST_MARK && !chunk.is_empty() {
                    return Ok(Bytes::new());
                }
                let begun = begun.split().freeze();
                match sunmao_runtime::text::marked(&begun) {
                    None => *self = Reading::AsItIs,
                    Some(_) => *self = Reading::Translated(Box::new(UTF_8.new_decoder())),
                }
                if matches!(self, Reading::AsItIs) {
                    return Ok(begun);
                }
                let portion = self.portion(&begun)?;
                // The end has come already where the whole text is shorter than the longest mark.
                if !chunk.is_empty() || begun.is_empty() {
                    return Ok(portion);
                }
                let rest = self.portion(chunk)?;
                Ok([portion, rest].concat().into())
            }
        }
    }
}

/// Translates a portion; an empty one is the end.
fn translate(decoder: &mut Decoder, chunk: &[u8]) -> io::Result<Bytes> {
    let is_last = chunk.is_empty();
    let room = decoder.max_utf8_buffer_length(chunk.len()).unwrap_or_default();
    let mut text = vec![0; room];
    let (result, _, written, is_damaged) = decoder.decode_to_utf8(chunk, &mut text, is_last);
    if is_damaged || result == CoderResult::OutputFull {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the text is damaged: its byte order mark promises another",
        ));
    }
    text.truncate(written);
    Ok(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: &[u8], portion: usize) -> io::Result<Vec<u8>> {
        let chunks: Vec<io::Result<Bytes>> = bytes
            .chunks(portion)
            .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
            .collect();
        let read: Vec<Bytes> = unicode(futures::stream::iter(chunks)).try_collect().await?;
        Ok(read.concat())
    }

    #[tokio::test]
    async fn a_mark_says_how_the_rest_is_read_however_it_is_cut() {
        let text = "甲\n{乙}\n";
        let utf_16: Vec<u8> = format!("\u{feff}{text}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let utf_8 = format!("\u{feff}{text}").into_bytes();
        for portion in [1, 2, 3, 5, 1024] {
            for bytes in [&utf_16[..], &utf_8[..], text.as_bytes()] {
                assert_eq!(read(bytes, portion).await.unwrap(), text.as_bytes(), "{portion}");
            }
            assert_eq!(read(b"\xc0\xee\n", portion).await.unwrap(), b"\xc0\xee\n");
            assert_eq!(read(b"", portion).await.unwrap(), b"");
            assert_eq!(read(b"\xff\xfea\0", portion).await.unwrap(), b"a");
            assert!(read(b"\xff\xfea\0b", portion).await.is_err(), "{portion}");
        }
    }
}

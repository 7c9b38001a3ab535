//! Content codings: bodies that are compressed, by clients and gateways, although nobody asked.

use std::io::{self, Read};

use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// What a body may be compressed with.
pub const CONTENT_CODINGS: &str = "gzip, deflate";

/// A content coding that is undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentCoding {
    /// `gzip`, also called `x-gzip`.
    Gzip,
    /// `deflate`: zlib's form (RFC 9110); some clients leave its head away.
    Deflate,
}

impl ContentCoding {
    /// The coding of this name, in small letters.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            _ => None,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    /// The body as it is meant, as far as one byte beyond the limit: that byte tells that there is
    /// more, however much that would be.
    ///
    /// # Errors
    /// If the body is not compressed in this way.
    pub fn undo(self, body: &[u8], limit: usize) -> io::Result<Vec<u8>> {
        match self {
            Self::Gzip => read_out(MultiGzDecoder::new(body), limit),
            Self::Deflate if has_zlib_head(body) => read_out(ZlibDecoder::new(body), limit),
            Self::Deflate => read_out(DeflateDecoder::new(body), limit),
        }
    }
}

fn read_out(decoder: impl Read, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    decoder.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// RFC 1950: method 8, and the first two bytes are a multiple of 31.
fn has_zlib_head(body: &[u8]) -> bool {
    match body {
        [first, second, ..] => {
            first & 0x0f == 8 && u16::from_be_bytes([*first, *second]).is_multiple_of(31)
        }
        _ => false,
    }
}

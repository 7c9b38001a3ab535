//! Reading a body within a limit of bytes and of time, and undoing its content coding.

use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use crate::http_server::ContentCoding;

/// Why a body was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyRefusal {
    /// It is longer than the limit.
    TooLong,
    /// It did not arrive in time.
    TooSlow,
    /// The connection broke off, or the transfer coding is wrong.
    Broken,
    /// It is compressed in a way nobody here undoes; what `Content-Encoding` says.
    ContentCoding(String),
    /// It is not compressed in the way that `Content-Encoding` says, which is this.
    NotDecoded(&'static str),
}

/// Of a body beyond the limit this much is read on, and forgotten.
const FORGOTTEN_BYTES: usize = 16 << 20;

/// A compressed body of so many bytes is decoded where it is read. It says at most a thousand times
/// as much, which takes less than a millisecond.
const DECODED_AT_ONCE: usize = 512;

/// How long a body that is refused unread may go on.
const FORGETTING_TIME: Duration = Duration::from_secs(5);

/// Reads a whole body. The limit holds for its bytes as they come, and decoded.
///
/// One that is announced as too long is refused unread. Of one that turns out to be, the rest is
/// read too: a connection that is closed before all was read is reset, and the refusal would be lost
/// on its way.
///
/// # Errors
/// If it is too long, too slow or broken.
pub async fn read_body(
    headers: &HeaderMap,
    mut body: Body,
    limit: usize,
    time: Duration,
) -> Result<Bytes, BodyRefusal> {
    let coding = match coding_of(headers) {
        Ok(coding) => coding,
        Err(refusal) => {
            forget_body(headers, body);
            return Err(refusal);
        }
    };
    if body.size_hint().lower() > limit as u64 {
        forget_body(headers, body);
        return Err(BodyRefusal::TooLong);
    }
    let whole = Limited::new(&mut body, limit).collect();
    match tokio::time::timeout(time, whole).await {
        Err(_) => Err(BodyRefusal::TooSlow),
        Ok(Ok(collected)) => decoded(collected.to_bytes(), coding, limit).await,
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            let _ = tokio::time::timeout(time, read_on(body)).await;
            Err(BodyRefusal::TooLong)
        }
        Ok(Err(_)) => Err(BodyRefusal::Broken),
    }
}

/// How a body is compressed, if it is.
fn coding_of(headers: &HeaderMap) -> Result<Option<ContentCoding>, BodyRefusal> {
    let mut all = headers.get_all(header::CONTENT_ENCODING).iter();
    let Some(first) = all.next() else {
        return Ok(None);
    };
    let unknown = |text: &[u8]| BodyRefusal::ContentCoding(String::from_utf8_lossy(text).into());
    if let Some(second) = all.next() {
        return Err(unknown(&[first.as_bytes(), b", ", second.as_bytes()].concat()));
    }
    let name = String::from_utf8_lossy(first.as_bytes()).trim().to_ascii_lowercase();
    match (name.as_str(), ContentCoding::from_name(&name)) {
        ("" | "identity", _) => Ok(None),
        (_, Some(coding)) => Ok(Some(coding)),
        (_, None) => Err(unknown(first.as_bytes())),
    }
}

/// Undoes the coding; of more than a few bytes elsewhere, so that nobody else's call waits for it.
async fn decoded(
    body: Bytes,
    coding: Option<ContentCoding>,
    limit: usize,
) -> Result<Bytes, BodyRefusal> {
    // A body of no bytes was not compressed.
    let Some(coding) = coding.filter(|_| !body.is_empty()) else {
        return Ok(body);
    };
    let is_short = body.len() <= DECODED_AT_ONCE;
    let undo = move || coding.undo(&body, limit);
    let undone = match is_short {
        true => undo(),
        false => tokio::task::spawn_blocking(undo).await.expect("undoing a coding does not panic"),
    };
    match undone {
        Ok(whole) if whole.len() > limit => Err(BodyRefusal::TooLong),
        Ok(whole) => Ok(whole.into()),
        Err(_) => Err(BodyRefusal::NotDecoded(coding.name())),
    }
}

/// Lets go of a body that is refused unread, while the refusal goes out at once.
///
/// Many clients read nothing before they have sent everything; if the connection were closed under
/// them, the refusal would be lost on its way.
pub fn forget_body(headers: &HeaderMap, body: Body) {
    // Who asks first sends nothing when it is refused.
    if !body.is_end_stream() && !headers.contains_key(header::EXPECT) {
        tokio::spawn(tokio::time::timeout(FORGETTING_TIME, read_on(body)));
    }
}

async fn read_on(mut body: Body) {
    let mut count = 0;
    while let Some(Ok(frame)) = body.frame().await
        && count < FORGOTTEN_BYTES
    {
        count += frame.data_ref().map_or(0, Bytes::len);
    }
}

#[cfg(test)]
mod tests {
    //! Content codings.

    use std::io::Write;

    use axum::http::HeaderMap;
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::{BodyRefusal, Bytes, coding_of, decoded};

    const LIMIT: usize = 1000;

    async fn read(name: &str, body: Vec<u8>) -> Result<Bytes, BodyRefusal> {
        let mut headers = HeaderMap::new();
        headers.insert("content-encoding", name.parse().expect("a header's value"));
        decoded(body.into(), coding_of(&headers)?, LIMIT).await
    }

    fn packed(name: &str, text: &[u8]) -> Vec<u8> {
        let fast = Compression::fast();
        match name {
            "gzip" => {
                let mut to = GzEncoder::new(Vec::new(), fast);
                to.write_all(text).and_then(|()| to.finish())
            }
            "zlib" => {
                let mut to = ZlibEncoder::new(Vec::new(), fast);
                to.write_all(text).and_then(|()| to.finish())
            }
            _ => {
                let mut to = DeflateEncoder::new(Vec::new(), fast);
                to.write_all(text).and_then(|()| to.finish())
            }
        }
        .expect("memory takes it")
    }

    #[tokio::test]
    async fn what_is_packed_is_unpacked_within_the_limit() {
        let fits = vec![b'x'; LIMIT];
        let more = vec![b'x'; LIMIT + 1];
        for (name, form) in
            [("gzip", "gzip"), ("X-GZIP", "gzip"), ("deflate", "zlib"), ("deflate", "raw")]
        {
            assert_eq!(read(name, packed(form, &fits)).await.expect("it fits"), fits, "{name}");
            assert_eq!(read(name, packed(form, &more)).await, Err(BodyRefusal::TooLong), "{name}");
        }
        let bomb = packed("gzip", &vec![0; 50_000_000]);
        assert_eq!(read("gzip", bomb).await, Err(BodyRefusal::TooLong));
        let two = [packed("gzip", b"one "), packed("gzip", b"two")].concat();
        assert_eq!(read("gzip", two).await.expect("two members"), "one two");
    }

    #[tokio::test]
    async fn what_is_not_packed_as_it_says_is_refused_and_other_codings_by_name() {
        let plain = || b"{}".to_vec();
        assert_eq!(read("identity", plain()).await.expect("as it is"), "{}");
        assert_eq!(read("gzip", plain()).await, Err(BodyRefusal::NotDecoded("gzip")));
        let mut cut = packed("gzip", b"a text that is cut");
        cut.truncate(20);
        assert_eq!(read("gzip", cut).await, Err(BodyRefusal::NotDecoded("gzip")));
        for name in ["br", "zstd", "compress", "gzip, gzip"] {
            assert_eq!(read(name, plain()).await, Err(BodyRefusal::ContentCoding(name.into())));
        }
    }
}

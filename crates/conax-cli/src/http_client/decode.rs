//! Bodies that are compressed, as gateways send them although nobody asked.

use std::borrow::Cow;

use conax_sim::http_server::ContentCoding;
use hyper::header::{CONTENT_ENCODING, HeaderMap};

use super::ANSWER_LIMIT;

/// The body as it is meant.
///
/// # Errors
/// A sentence, if its coding is not known, it is broken, or too long.
pub(crate) fn decoded<'b>(headers: &HeaderMap, body: &'b [u8]) -> Result<Cow<'b, [u8]>, String> {
    decoded_within(ANSWER_LIMIT, headers, body)
}

fn decoded_within<'b>(
    limit: usize,
    headers: &HeaderMap,
    body: &'b [u8],
) -> Result<Cow<'b, [u8]>, String> {
    let values = headers.get_all(CONTENT_ENCODING).iter();
    let values = values.filter_map(|value| value.to_str().ok());
    let codings = values.flat_map(|value| value.split(',')).map(|one| one.trim().to_lowercase());
    let codings: Vec<String> = codings.filter(|one| !matches!(&**one, "" | "identity")).collect();
    let mut body = Cow::Borrowed(body);
    // The last one was applied last.
    for coding in codings.iter().rev().filter(|_| !body.is_empty()).collect::<Vec<_>>() {
        body = Cow::Owned(decoded_once(limit, coding, &body)?);
    }
    Ok(body)
}

fn decoded_once(limit: usize, coding: &str, body: &[u8]) -> Result<Vec<u8>, String> {
    let known = ContentCoding::from_name(coding).ok_or_else(|| {
        format!("the answer is coded as `{coding}`; gzip and deflate can be read")
    })?;
    let read = known.undo(body, limit);
    let read = read.map_err(|error| format!("the answer is no {coding}: {error}"))?;
    match read.len() > limit {
        true => Err(format!("the answer has more than {limit} bytes once it is decoded")),
        false => Ok(read),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, repeat};

    use flate2::Compression;
    use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use hyper::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};

    use super::decoded_within;

    const LIMIT: usize = 1 << 20;

    fn all_of(mut encoder: impl Read) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        encoder.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn read(codings: &[&'static str], body: &[u8]) -> Result<Vec<u8>, String> {
        let mut headers = HeaderMap::new();
        for coding in codings {
            headers.append(CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        decoded_within(LIMIT, &headers, body).map(std::borrow::Cow::into_owned)
    }

    fn gzip(body: impl Read) -> Vec<u8> {
        all_of(GzEncoder::new(body, Compression::fast())).expect("memory can be read")
    }

    #[test]
    fn a_body_is_read_as_its_codings_say_in_their_order() {
        let plain = b"plain".as_slice();
        let zlib = all_of(ZlibEncoder::new(plain, Compression::fast())).expect("it is memory");
        let raw = all_of(DeflateEncoder::new(plain, Compression::fast())).expect("it is memory");
        for (codings, body) in [
            (&[][..], plain.to_vec()),
            (&["identity"], plain.to_vec()),
            (&["gzip"], gzip(plain)),
            (&["X-GZip"], gzip(plain)),
            (&["deflate"], zlib.clone()),
            (&["deflate"], raw),
            (&["deflate, gzip"], gzip(&*zlib)),
            (&["deflate", "gzip"], gzip(&*zlib)),
        ] {
            assert_eq!(read(codings, &body).as_deref(), Ok(plain), "{codings:?}");
        }
        assert_eq!(read(&["gzip"], b"").as_deref(), Ok(&b""[..]), "nothing is nothing");
    }

    #[test]
    fn what_cannot_be_decoded_is_told() {
        let bomb = gzip(repeat(b' ').take(LIMIT as u64 + 1));
        for (codings, body, tells) in [
            (["br"], &b"x"[..], "coded as `br`; gzip and deflate can be read"),
            (["gzip"], b"no gzip at all", "the answer is no gzip"),
            (["gzip"], &gzip(&b"plain"[..])[..12], "the answer is no gzip"),
            (["gzip"], &bomb, "more than 1048576 bytes once it is decoded"),
        ] {
            let problem = read(&codings, body).expect_err(tells);
            assert!(problem.contains(tells), "{problem}");
        }
    }
}

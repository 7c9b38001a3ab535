//! The seal of a snapshot file: nobody without the key reads it, or changes it unnoticed.
//!
//! A file is a head in clear (what it is, its format, which key sealed it, the nonce) and the rest
//! sealed by XChaCha20-Poly1305, with the head as associated data.

use std::fmt;

use chacha20poly1305::aead::Generate;
use chacha20poly1305::{AeadInOut, Key, KeyInit, XChaCha20Poly1305, XNonce};

/// What every snapshot file begins with.
const MAGIC: &[u8] = b"conax-sim snapshot\n";
/// The format that is written, and the only one that is read.
const FORMAT: u8 = 5;
const MARK_LEN: usize = 8;
const NONCE_LEN: usize = 24;
const HEAD_LEN: usize = MAGIC.len() + 1 + MARK_LEN + NONCE_LEN;

/// Why a file is not brought back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileRefusal {
    /// It is something else.
    #[error("this is no snapshot of conax-sim: it does not begin like one")]
    NoSnapshot,
    /// Another version of the program wrote it.
    #[error("the snapshot has the format {0}; this program reads the format {FORMAT} only")]
    OtherFormat(u8),
    /// Another key sealed it.
    #[error(
        "the snapshot was sealed with another key: give both processes the same one with the \
         setting `snapshot-key-file`"
    )]
    OtherKey,
    /// The seal is broken.
    #[error("the snapshot is cut or altered: its seal is broken")]
    Broken,
    /// The seal holds, and what it holds makes no sense here.
    #[error("the snapshot cannot be brought back: {0}")]
    Unfit(String),
}

/// The key that seals snapshot files.
#[derive(Clone)]
pub struct SealKey(Key);

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl SealKey {
    /// A key nobody knows, from the system's own chance: no file outlives the process.
    #[must_use]
    pub fn random() -> Self {
        Self(Key::generate())
    }

    /// A key nobody knows, as [`SealKey::parse`] reads it.
    #[must_use]
    pub fn random_digits() -> String {
        Key::generate().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads 32 bytes as 64 hexadecimal digits; nothing else.
    #[must_use]
    pub fn parse(digits: &str) -> Option<Self> {
        let digits = digits.as_bytes();
        let mut key = [0; 32];
        if digits.len() != 64 {
            return None;
        }
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |letter: u8| char::from(letter).to_digit(16);
            let value = digit(pair[0])? * 16 + digit(pair[1])?;
            *byte = u8::try_from(value).ok()?;
        }
        Some(Self(key.into()))
    }

    /// A file that holds these bytes, whatever they mean.
    #[must_use]
    pub fn seal(&self, body: &[u8]) -> Vec<u8> {
        let mut file = room_for(body.len());
        file.extend_from_slice(body);
        seal(file, self)
    }

    /// What a file holds, whatever it means.
    ///
    /// # Errors
    /// If it is no file of ours, or its seal does not hold.
    pub fn open(&self, file: &[u8]) -> Result<Vec<u8>, FileRefusal> {
        open(file, self)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0)
    }

    /// Tells keys apart without telling the key: the seal of nothing.
    fn mark(&self) -> [u8; MARK_LEN] {
        let mut nothing = Vec::new();
        let sealed = self.cipher().encrypt_in_place(&XNonce::default(), MAGIC, &mut nothing);
        let mut mark = [0; MARK_LEN];
        if sealed.is_ok() {
            mark.copy_from_slice(&nothing[..MARK_LEN]);
        }
        mark
    }
}

/// The beginning of a file whose body is about so long: what is written behind it can be sealed
/// where it stands.
pub(crate) fn room_for(size: usize) -> Vec<u8> {
    let mut file = Vec::with_capacity(HEAD_LEN + size);
    file.resize(HEAD_LEN, 0);
    file
}

/// Seals what stands behind the beginning, as a file.
pub(crate) fn seal(mut file: Vec<u8>, key: &SealKey) -> Vec<u8> {
    let nonce = XNonce::generate();
    let (head, body) = file.split_at_mut(HEAD_LEN);
    head.copy_from_slice(&[MAGIC, &[FORMAT], &key.mark(), &nonce].concat());
    let tag = key
        .cipher()
        .encrypt_inout_detached(&nonce, head, body.into())
        .expect("a snapshot is shorter than the 256 GiB of one seal");
    file.extend_from_slice(&tag);
    file
}

/// What a file holds.
///
/// # Errors
/// If it is no file of ours, or its seal does not hold.
pub(crate) fn open(file: &[u8], key: &SealKey) -> Result<Vec<u8>, FileRefusal> {
    if !file.starts_with(MAGIC) {
        return Err(FileRefusal::NoSnapshot);
    }
    let (head, sealed) = file.split_at_checked(HEAD_LEN).ok_or(FileRefusal::Broken)?;
    let (format, rest) = (head[MAGIC.len()], &head[MAGIC.len() + 1..]);
    if format != FORMAT {
        return Err(FileRefusal::OtherFormat(format));
    }
    let (mark, nonce) = rest.split_at(MARK_LEN);
    if mark != key.mark() {
        return Err(FileRefusal::OtherKey);
    }
    let nonce = XNonce::try_from(nonce).map_err(|_| FileRefusal::Broken)?;
    let mut body = sealed.to_vec();
    let opened = key.cipher().decrypt_in_place(&nonce, head, &mut body);
    opened.map_err(|_| FileRefusal::Broken)?;
    Ok(body)
}

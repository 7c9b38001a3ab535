//! How the nouns are stored, as far as a derive does not say it.
//!
//! With the feature `storage` the nouns derive serde's traits, so that whoever stores them (a
//! snapshot file, a database) writes and reads the nouns themselves. Which format that is is not
//! known here; it must be a binary one, because secrets stand in it in clear
//! ([`Secret`](crate::secret::Secret) refuses formats that people read).
//!
//! What is shared in memory is shared again when it is read: within [`sharing`], equal texts
//! become one text, and a user who made many requests is written once and is one user again.

use std::any::Any;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use foldhash::fast::FixedState;
use serde::de::{Deserialize, Deserializer, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};

/// What was written or read so far.
#[derive(Default)]
struct Shared {
    texts: HashSet<Arc<str>, FixedState>,
    wholes: Vec<Arc<dyn Any + Send + Sync>>,
    places: HashMap<*const (), usize, FixedState>,
}

thread_local! {
    // serde's derived code hands nothing down to the parts of a noun, so what they share lies here.
    static SHARED: RefCell<Option<Shared>> = const { RefCell::new(None) };
}

/// Writes, or reads, on this thread what shares texts and users. What was written by one call is
/// read by one call, in the same order.
pub fn sharing<T>(work: impl FnOnce() -> T) -> T {
    struct Outer(Option<Shared>);
    impl Drop for Outer {
        fn drop(&mut self) {
            SHARED.set(self.0.take());
        }
    }
    let _outer = Outer(SHARED.replace(Some(Shared::default())));
    work()
}

fn share(text: &str) -> Arc<str> {
    SHARED.with_borrow_mut(|shared| {
        let Some(Shared { texts, .. }) = shared else {
            return Arc::from(text);
        };
        if let Some(known) = texts.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = Arc::from(text);
        texts.insert(Arc::clone(&new));
        new
    })
}

/// A text that many have, or one that is its owner's alone.
pub(crate) struct Text<const SHARED: bool>(Arc<str>);

impl<'de, const SHARED: bool> Deserialize<'de> for Text<SHARED> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<const SHARED: bool>;
        impl<const SHARED: bool> Visitor<'_> for Reader<SHARED> {
            type Value = Text<SHARED>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(if SHARED { share(text) } else { Arc::from(text) }))
            }
        }
        deserializer.deserialize_str(Reader)
    }
}

/// Where texts stand: one, one at most, or many.
pub(crate) trait Texts: Sized {
    /// The same with texts that can be read.
    type Read<const SHARED: bool>: for<'de> Deserialize<'de>;

    fn of<const SHARED: bool>(read: Self::Read<SHARED>) -> Self;
}

impl Texts for Arc<str> {
    type Read<const SHARED: bool> = Text<SHARED>;

    fn of<const SHARED: bool>(read: Text<SHARED>) -> Self {
        read.0
    }
}

impl Texts for Option<Arc<str>> {
    type Read<const SHARED: bool> = Option<Text<SHARED>>;

    fn of<const SHARED: bool>(read: Option<Text<SHARED>>) -> Self {
        read.map(|text| text.0)
    }
}

impl Texts for Vec<Arc<str>> {
    type Read<const SHARED: bool> = Vec<Text<SHARED>>;

    fn of<const SHARED: bool>(read: Vec<Text<SHARED>>) -> Self {
        read.into_iter().map(|text| text.0).collect()
    }
}

/// Reads texts that others have as well.
pub(crate) fn shared<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Texts,
{
    T::Read::<true>::deserialize(deserializer).map(T::of)
}

/// Reads texts that nobody else has: looking for them would cost more than it saves.
pub(crate) fn own<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Texts,
{
    T::Read::<false>::deserialize(deserializer).map(T::of)
}

/// What many share as a whole, such as a user: written in full the first time and by number then.
pub(crate) mod once {
    use super::{Any, Arc, Deserialize, Deserializer, SHARED, Serialize, Serializer};
    use serde::de::Error as _;

    #[derive(serde::Serialize, serde::Deserialize)]
    enum Written<T> {
        New(T),
        Known(usize),
    }

    pub(crate) fn serialize<T, S>(whole: &Arc<T>, serializer: S) -> Result<S::Ok, S::Error>
    where
        T: Serialize + Any + Send + Sync,
        S: Serializer,
    {
        let address = Arc::as_ptr(whole).cast();
        let known = SHARED.with_borrow_mut(|shared| {
            let shared = shared.as_mut()?;
            let known = shared.places.get(&address).copied();
            if known.is_none() {
                // It is kept, so that no other can come to stand at its address.
                shared.wholes.push(Arc::clone(whole) as Arc<dyn Any + Send + Sync>);
                shared.places.insert(address, shared.wholes.len() - 1);
            }
            known
        });
        match known {
            Some(place) => Written::Known(place),
            None => Written::New(&**whole),
        }
        .serialize(serializer)
    }

    pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<Arc<T>, D::Error>
    where
        T: Deserialize<'de> + Any + Send + Sync,
        D: Deserializer<'de>,
    {
        let written = Written::<T>::deserialize(deserializer)?;
        SHARED.with_borrow_mut(|shared| match (written, shared) {
            (Written::New(whole), None) => Ok(Arc::new(whole)),
            (Written::New(whole), Some(shared)) => {
                let whole = Arc::new(whole);
                shared.wholes.push(Arc::clone(&whole) as Arc<dyn Any + Send + Sync>);
                Ok(whole)
            }
            (Written::Known(place), shared) => {
                let found = shared.as_ref().and_then(|known| known.wholes.get(place));
                let found = found.and_then(|whole| Arc::clone(whole).downcast().ok());
                found
                    .ok_or_else(|| D::Error::custom("a user of this number was not written before"))
            }
        })
    }
}

/// An id of 128 random bits: as bytes, which are shorter and quicker than a number of that size.
pub(crate) mod bits {
    use super::{Deserializer, Serializer, bytes};

    pub(crate) fn serialize<S: Serializer>(bits: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&bits.to_be_bytes())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<u128, D::Error> {
        bytes(d).map(u128::from_be_bytes)
    }
}

/// Reads so many bytes.
pub(crate) fn bytes<'de, const LEN: usize, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<[u8; LEN], D::Error> {
    struct Reader<const LEN: usize>;
    impl<const LEN: usize> Visitor<'_> for Reader<LEN> {
        type Value = [u8; LEN];

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{LEN} bytes")
        }

        fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
            let fits = <[u8; LEN]>::try_from(bytes);
            fits.map_err(|_| E::invalid_length(bytes.len(), &self))
        }
    }
    deserializer.deserialize_bytes(Reader)
}

/// Writes what must stay secret, unless the format is one that people read.
pub(crate) fn secret<T, S>(secret: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Serialize + ?Sized,
    S: Serializer,
{
    match serializer.is_human_readable() {
        true => Err(S::Error::custom("a secret is not written in clear")),
        false => secret.serialize(serializer),
    }
}

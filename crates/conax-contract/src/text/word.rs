//! Values that are one of a few words.

use super::finding::{Finding, Findings, shown};
use super::marked::{Marked, Node};
use super::near::{near_miss, same_beginning};

/// A type whose values are written as one of a few words.
pub trait Word: Copy + 'static {
    /// Every value, in the order a person should read them.
    const ALL: &'static [Self];

    /// How the value is written; the only place with the spelling.
    fn word(self) -> &'static str;

    /// The value written as `word`.
    #[must_use]
    fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.word() == word)
    }
}

/// Makes closed lists of the model words of files, spelled as the lists themselves say.
macro_rules! words_of_lists {
    ($($list:ty),+ $(,)?) => {
        $(impl $crate::text::Word for $list {
            const ALL: &'static [Self] = &Self::ALL;

            fn word(self) -> &'static str {
                self.code()
            }
        })+
    };
}

pub(crate) use words_of_lists;

/// How a word is written to JSON and read from it.
pub(crate) mod as_word {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use super::Word;

    pub(crate) fn serialize<S: Serializer, T: Word>(
        value: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(value.word())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>, T: Word>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        let text = String::deserialize(deserializer)?;
        T::from_word(&text).ok_or_else(|| {
            let words: Vec<_> = T::ALL.iter().map(|one| format!("`{}`", one.word())).collect();
            let words = words.join(", ");
            D::Error::custom(format!("unknown variant `{text}`, expected one of {words}"))
        })
    }
}

/// Reads one of the words of `T`.
pub fn word<T: Word>(marked: &Marked, findings: &mut Findings) -> Option<T> {
    let Node::Scalar(scalar) = &marked.node else {
        let message = format!("{} stands where one word is expected", marked.kind());
        findings.add(Finding::new(marked.mark(), message).with_hint(allowed::<T>()));
        return None;
    };
    let value = T::from_word(&scalar.text);
    if value.is_none() {
        let message = if scalar.text.is_empty() {
            "a word is missing here".to_owned()
        } else {
            format!("{} is not one of the words allowed here", shown(&scalar.text))
        };
        findings.add(Finding::new(marked.span, message).with_hint(suggestion::<T>(&scalar.text)));
    }
    value
}

/// A long list is not repeated beside the word that was probably meant.
const LIST_LIMIT: usize = 6;

fn suggestion<T: Word>(found: &str) -> String {
    let words = || T::ALL.iter().map(|value| value.word());
    let near = near_miss(found, words()).or_else(|| same_beginning(found, words()));
    match near {
        Some(near) if T::ALL.len() > LIST_LIMIT => format!("did you mean `{near}`?"),
        Some(near) => format!("did you mean `{near}`? {}", allowed::<T>()),
        None => allowed::<T>(),
    }
}

fn allowed<T: Word>() -> String {
    let words: Vec<String> = T::ALL.iter().map(|value| format!("`{}`", value.word())).collect();
    format!("allowed: {}", words.join(", "))
}

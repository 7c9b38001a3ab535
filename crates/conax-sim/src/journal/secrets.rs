//! The secrets of a world, to be found wherever they stand: a client puts a token where a number
//! is due and a PIN under `priority`.

use std::borrow::Cow;
use std::collections::HashSet;

use conax_contract::world::WorldSpec;
use foldhash::fast::FixedState;

/// What stands for a secret.
const MASK: &str = "***";
/// Shorter values would hide half of everything.
const SHORTEST: usize = 3;
/// The PIN every new card has: it is known to everybody, and its digits stand in many numbers.
const USUAL_PIN: &str = "0000";

/// Tokens, passwords, keys and PINs.
#[derive(Debug, Default)]
pub struct WorldSecrets {
    /// Those of letters and digits: a text is searched word by word.
    words: HashSet<Box<str>, FixedState>,
    /// The others.
    phrases: Vec<Box<str>>,
}

impl WorldSecrets {
    /// Those a world begins with.
    #[must_use]
    pub fn of(world: &WorldSpec) -> Self {
        let mut secrets = Self::default();
        let users = world.users.iter().filter_map(|user| user.password.as_ref());
        let domains = world.cas.domains.iter();
        let cards = world.cas.smartcards.iter();
        let all = users
            .chain(world.tokens.iter().map(|token| &token.token))
            .chain(world.web_api_keys.iter().map(|key| &key.key))
            .chain(domains.filter_map(|domain| domain.password.as_ref()))
            .chain(cards.filter_map(|card| card.pin.as_ref()))
            .chain(&world.cas.settings.default_pin);
        all.for_each(|secret| secrets.add(secret.expose()));
        secrets
    }

    fn add(&mut self, secret: &str) {
        if secret.len() < SHORTEST || secret == USUAL_PIN {
            return;
        }
        match secret.chars().all(char::is_alphanumeric) {
            true => {
                self.words.insert(secret.into());
            }
            false => self.phrases.push(secret.into()),
        }
    }

    /// The text with a mask for each of them; borrowed when there is none.
    #[must_use]
    pub fn masked<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut shown = Cow::Borrowed(text);
        for phrase in &self.phrases {
            if shown.contains(&**phrase) {
                shown = Cow::Owned(shown.replace(&**phrase, MASK));
            }
        }
        match self.has_word(&shown) {
            true => Cow::Owned(self.without_words(&shown)),
            false => shown,
        }
    }

    fn has_word(&self, text: &str) -> bool {
        words(text).any(|word| self.is_secret(word))
    }

    fn is_secret(&self, word: &str) -> bool {
        word.len() >= SHORTEST && self.words.contains(word)
    }

    fn without_words(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        for word in words(text) {
            let at = rest.find(word).unwrap_or(0);
            let before = &rest[..at];
            let after = &rest[at + word.len()..];
            out.push_str(before);
            let is_part = joins_digits(&out, word, after);
            out.push_str(match self.is_secret(word) && !is_part {
                true => MASK,
                false => word,
            });
            rest = after;
        }
        out + rest
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|word| !word.is_empty())
}

/// Whether digits are a part of a date, a time or a number in groups.
fn joins_digits(before: &str, word: &str, after: &str) -> bool {
    let is_digits = word.bytes().all(|byte| byte.is_ascii_digit());
    let joins = |mark: Option<char>, next: Option<char>| {
        mark.is_some_and(|mark| "-.:".contains(mark))
            && next.is_some_and(|next| next.is_ascii_digit())
    };
    let (mut back, mut on) = (before.chars().rev(), after.chars());
    is_digits && (joins(back.next(), back.next()) || joins(on.next(), on.next()))
}

#[cfg(test)]
mod tests {
    //! What is found and what is left alone.

    use conax_contract::world::WorldSpec;

    use super::WorldSecrets;

    #[test]
    fn a_secret_of_the_world_is_found_wherever_it_stands() {
        let world = "world: x\nusers: [{ id: \"1\", username: a, password: \"let me-in\" }]\n\
                     tokens: [{ token: \"CA4A8117CA4A8117\", username: a }]\n\
                     cas: { settings: { default_pin: \"7391\" } }\n";
        let world = WorldSpec::parse(world).expect("a world");
        let secrets = WorldSecrets::of(&world);
        for (text, shown) in [
            ("/x?CA4A8117CA4A8117", "/x?***"),
            ("{\"priority\": \"7391\"}", "{\"priority\": \"***\"}"),
            ("a let me-in b", "a *** b"),
            ("2014-7391-01 17391 7391x", "2014-7391-01 17391 7391x"),
            ("7391, and 7391.", "***, and ***."),
            ("nothing", "nothing"),
        ] {
            assert_eq!(secrets.masked(text), shown);
        }
    }
}

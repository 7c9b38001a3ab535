//! The secrets of a world, to be found wherever they stand: a client puts a token where a number
//! is due and a PIN under `priority`.

use std::borrow::Cow;
use std::sync::{PoisonError, RwLock};

use conax_contract::secret::KnownSecrets;
use conax_contract::world::WorldSpec;
use conax_model::crm::Sessions;

/// So many issued tokens are known twice over; older ones have ended long ago.
const ISSUED_LIMIT: usize = 20_000;

/// Tokens, passwords, keys and PINs a world began with, and the tokens it issued.
#[derive(Debug, Default)]
pub struct WorldSecrets {
    known: KnownSecrets,
    issued: RwLock<Issued>,
}

/// Two lists, of which the older one is let go when the younger one is full.
#[derive(Debug, Default)]
struct Issued {
    young: KnownSecrets,
    old: KnownSecrets,
}

impl WorldSecrets {
    /// Those of a world, and the tokens that are valid in it.
    #[must_use]
    pub fn of(world: &WorldSpec, sessions: &Sessions) -> Self {
        let mut known = KnownSecrets::default();
        known.add_world(world);
        sessions.all().for_each(|(token, ..)| known.add(token));
        Self { known, issued: RwLock::default() }
    }

    /// Makes a token known that was issued. It stays a secret when it has ended: nobody has to ask.
    pub fn add_token(&self, token: &str) {
        let mut issued = self.issued.write().unwrap_or_else(PoisonError::into_inner);
        if issued.young.len() >= ISSUED_LIMIT {
            issued.old = std::mem::take(&mut issued.young);
        }
        issued.young.add(token);
    }

    /// The text with a mask for each of them; borrowed when there is none.
    #[must_use]
    pub fn masked<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let issued = self.issued.read().unwrap_or_else(PoisonError::into_inner);
        let lists = [&self.known, &issued.young, &issued.old];
        masked_by(lists, Cow::Borrowed(text))
    }
}

/// The text without the secrets of several lists.
pub(super) fn masked_by<'t, 'l>(
    lists: impl IntoIterator<Item = &'l KnownSecrets>,
    text: Cow<'t, str>,
) -> Cow<'t, str> {
    let mask = |text: Cow<'t, str>, list: &KnownSecrets| match list.masked(&text) {
        Cow::Owned(masked) => Cow::Owned(masked),
        Cow::Borrowed(_) => text,
    };
    lists.into_iter().fold(text, mask)
}

#[cfg(test)]
mod tests {
    //! What is found and what is left alone.

    use conax_contract::world::WorldSpec;
    use conax_model::crm::Sessions;

    use super::{ISSUED_LIMIT, WorldSecrets};

    #[test]
    fn a_secret_of_the_world_is_found_wherever_it_stands() {
        let world = "world: x\nusers: [{ id: \"1\", username: a, password: \"let me-in\" }]\n\
                     tokens: [{ token: \"CA4A8117CA4A8117\", username: a }]\n\
                     cas: { settings: { default_pin: \"7391\" } }\n";
        let world = WorldSpec::parse(world).expect("a world");
        let secrets = WorldSecrets::of(&world, &Sessions::default());
        for (text, shown) in [
            ("/x?CA4A8117CA4A8117", "/x?***"),
            ("/x?%43A4A8117CA4A8117", "/x?***"),
            ("/x?ca4a8117ca4a8117", "/x?***"),
            ("Basic YTpsZXQgbWUtaW4=", "Basic ***"),
            ("{\"priority\": \"7391\"}", "{\"priority\": \"***\"}"),
            ("a let me-in b", "a *** b"),
            ("2014-7391-01 17391 7391x", "2014-7391-01 17391 7391x"),
            ("7391, and 7391.", "***, and ***."),
            ("nothing", "nothing"),
        ] {
            assert_eq!(secrets.masked(text), shown);
        }
    }

    #[test]
    fn an_issued_token_is_known_until_many_others_were_issued() {
        let secrets = WorldSecrets::default();
        let token = |index: usize| format!("TOKEN{index:06}");
        for index in 0..=2 * ISSUED_LIMIT {
            secrets.add_token(&token(index));
        }
        let last = token(2 * ISSUED_LIMIT);
        assert_eq!(secrets.masked(&last), "***");
        assert_eq!(secrets.masked(&token(ISSUED_LIMIT)), "***");
        assert_eq!(secrets.masked(&token(0)), token(0));
    }
}

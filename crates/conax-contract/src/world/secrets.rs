//! The secrets of a world: one list of them, for whoever hides them and for filling in masks.
//!
//! A person reads a world with its secrets masked, edits it and sends it back. What is still a
//! mask then means "as it is"; what is not is a new secret.

use std::collections::BTreeMap;

use super::mask::{is_mask, masked_token};
use super::{
    CasSmartcardSpec, DomainSpec, ParameterSpec, ParameterValue, TokenSpec, UserSpec,
    WebApiKeySpec, WorldSpec,
};
use crate::secret::{KnownSecrets, SecretText};
use crate::text::shown;

/// The PIN every new card has: it is known to everybody, and its digits stand in many numbers.
const USUAL_PIN: &str = "0000";

/// What a secret belongs to: by this it is found again. Tokens and keys are found by their masks.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    User(String),
    Domain(String),
    Smartcard(String),
    Settings,
    Request { id: String, parameter: String },
    Token(String),
    WebApiKey(String),
}

/// Calls `$found` with each secret of a world and its owner. `$iter` is `iter` or `iter_mut`, `$mask`
/// makes the mask of a token or key.
macro_rules! each_secret {
    ($world:expr, $iter:ident, $mask:expr, $found:expr) => {{
        let (world, mask, mut found) = ($world, $mask, $found);
        for UserSpec { user, password, .. } in world.users.$iter() {
            password.$iter().for_each(|it| found(Owner::User(user.username.to_string()), it));
        }
        for DomainSpec { name, password, .. } in world.cas.domains.$iter() {
            password.$iter().for_each(|it| found(Owner::Domain(name.clone()), it));
        }
        for CasSmartcardSpec { id, pin, .. } in world.cas.smartcards.$iter() {
            pin.$iter().for_each(|it| found(Owner::Smartcard(id.clone()), it));
        }
        world.cas.settings.default_pin.$iter().for_each(|it| found(Owner::Settings, it));
        for record in world.provisioning_requests.$iter() {
            for ParameterSpec { id, value, .. } in record.parameters_set.$iter() {
                if let ParameterValue::Pin(pin) = value {
                    found(Owner::Request { id: record.id.clone(), parameter: id.clone() }, pin);
                }
            }
        }
        for TokenSpec { token, .. } in world.tokens.$iter() {
            found(Owner::Token(mask(token.expose())), token);
        }
        for WebApiKeySpec { key, .. } in world.web_api_keys.$iter() {
            found(Owner::WebApiKey(mask(key.expose())), key);
        }
    }};
}

impl KnownSecrets {
    /// Adds the tokens, passwords, keys and PINs a world begins with.
    pub fn add_world(&mut self, world: &WorldSpec) {
        each_secret!(world, iter, str::to_owned, |_, secret: &SecretText<'_>| {
            if secret.expose() != USUAL_PIN {
                self.add(secret.expose());
            }
        });
    }
}

impl WorldSpec {
    /// Replaces masks by the secrets of `current`: passwords by username or domain, PINs by
    /// smartcard, tokens and keys by what the mask still shows of them.
    ///
    /// # Errors
    /// A sentence for each mask that stands for no secret of `current`, or for more than one. The
    /// world must not be used then.
    pub fn unmask(&mut self, current: &Self) -> Result<(), Vec<String>> {
        let mut known: BTreeMap<Owner, Vec<&SecretText<'static>>> = BTreeMap::new();
        each_secret!(current, iter, masked_token, |owner: Owner, secret| {
            known.entry(owner.folded()).or_default().push(secret);
        });
        let mut refusals = Vec::new();
        let fill = |owner: Owner, secret: &mut SecretText<'static>| {
            if is_mask(secret.expose()) {
                match known.get(&owner.clone().folded()).map_or(&[][..], Vec::as_slice) {
                    [known] => *secret = (*known).clone(),
                    found => refusals.push(owner.refusal(found.len())),
                }
            }
        };
        each_secret!(self, iter_mut, str::to_owned, fill);
        if refusals.is_empty() { Ok(()) } else { Err(refusals) }
    }
}

impl Owner {
    /// The form in which equal owners are equal: the case of a username does not matter.
    fn folded(self) -> Self {
        match self {
            Self::User(name) => Self::User(name.to_lowercase()),
            owner => owner,
        }
    }

    /// Why its mask cannot be filled in from a world in which so many secrets fit.
    fn refusal(&self, fitting: usize) -> String {
        let (secret, mask) = match self {
            Self::User(name) => (format!("password of user {}", shown(name)), None),
            Self::Domain(name) => (format!("password of domain {}", shown(name)), None),
            Self::Smartcard(id) => (format!("PIN of smartcard {}", shown(id)), None),
            Self::Settings => ("default PIN".to_owned(), None),
            Self::Request { id, .. } => {
                (format!("PIN of provisioning request {}", shown(id)), None)
            }
            Self::Token(mask) => ("token".to_owned(), Some(shown(mask))),
            Self::WebApiKey(mask) => ("web API key".to_owned(), Some(shown(mask))),
        };
        let none = "is masked and the current world has none";
        match (mask, fitting) {
            (None, _) => format!("the {secret} {none} to fill in; write it"),
            (Some(mask), 0) => format!("{secret} {mask} {none} that looks like it; write it"),
            (Some(mask), _) => {
                format!(
                    "{secret} {mask} stands for any of {fitting} of the current world; write it"
                )
            }
        }
    }
}

//! Filling masked secrets from the world they came from.
//!
//! A person reads a world with its secrets masked, edits it and sends it back. What is still a
//! mask then means "as it is"; what is not is a new secret.

use crate::secret::SecretText;
use std::collections::BTreeMap;

use super::mask::{is_mask, masked_token};
use super::spec::{ParameterValue, WorldSpec};
use crate::text::shown;

impl WorldSpec {
    /// Replaces masks by the secrets of `current`: passwords by username or domain, PINs by
    /// smartcard, tokens and keys by what the mask still shows of them.
    ///
    /// # Errors
    /// A sentence for each mask that stands for no secret of `current`, or for more than one. The
    /// world must not be used then.
    pub fn unmask(&mut self, current: &Self) -> Result<(), Vec<String>> {
        let mut refusals = Vec::new();
        unmask_passwords(self, current, &mut refusals);
        unmask_pins(self, current, &mut refusals);
        let tokens = Known::tokens(current.tokens.iter().map(|token| &token.token));
        for token in &mut self.tokens {
            tokens.fill_token(&mut token.token, "token", &mut refusals);
        }
        let keys = Known::tokens(current.web_api_keys.iter().map(|key| &key.key));
        for key in &mut self.web_api_keys {
            keys.fill_token(&mut key.key, "web API key", &mut refusals);
        }
        if refusals.is_empty() { Ok(()) } else { Err(refusals) }
    }
}

/// The secrets of the current world by the name under which a mask finds them.
struct Known<'c>(BTreeMap<String, Vec<&'c SecretText<'static>>>);

impl<'c> Known<'c> {
    fn by_name(named: impl Iterator<Item = (String, &'c SecretText<'static>)>) -> Self {
        let mut secrets: BTreeMap<String, Vec<&SecretText<'static>>> = BTreeMap::new();
        for (name, secret) in named {
            secrets.entry(name).or_default().push(secret);
        }
        Self(secrets)
    }

    fn tokens(tokens: impl Iterator<Item = &'c SecretText<'static>>) -> Self {
        Self::by_name(tokens.map(|token| (masked_token(token.expose()), token)))
    }

    /// Fills `secret`, which belongs to what is called `owner` in messages.
    fn fill(
        &self,
        secret: &mut SecretText<'static>,
        name: &str,
        owner: &str,
        refusals: &mut Vec<String>,
    ) {
        if !is_mask(secret.expose()) {
            return;
        }
        match self.0.get(name).map(Vec::as_slice) {
            Some([known]) => *secret = (*known).clone(),
            _ => refusals.push(format!(
                "the {owner} is masked and the current world has none to fill in; write it"
            )),
        }
    }

    fn fill_token(&self, token: &mut SecretText<'static>, noun: &str, refusals: &mut Vec<String>) {
        if !is_mask(token.expose()) {
            return;
        }
        let mask = shown(token.expose());
        match self.0.get(token.expose()).map(Vec::as_slice) {
            Some([known]) => *token = (*known).clone(),
            Some(several) => refusals.push(format!(
                "{noun} {mask} stands for any of {} of the current world; write it",
                several.len()
            )),
            None => refusals.push(format!(
                "{noun} {mask} is masked and the current world has none that looks like it; \
                 write it"
            )),
        }
    }
}

fn unmask_passwords(world: &mut WorldSpec, current: &WorldSpec, refusals: &mut Vec<String>) {
    let of_users = current.users.iter().filter_map(|user| {
        let password = user.password.as_ref()?;
        Some((user.user.username.to_lowercase(), password))
    });
    let users = Known::by_name(of_users);
    for user in &mut world.users {
        let owner = format!("password of user {}", shown(&user.user.username));
        if let Some(password) = &mut user.password {
            users.fill(password, &user.user.username.to_lowercase(), &owner, refusals);
        }
    }
    let of_domains = current.cas.domains.iter().filter_map(|domain| {
        let password = domain.password.as_ref()?;
        Some((domain.name.clone(), password))
    });
    let domains = Known::by_name(of_domains);
    for domain in &mut world.cas.domains {
        let owner = format!("password of domain {}", shown(&domain.name));
        if let Some(password) = &mut domain.password {
            domains.fill(password, &domain.name, &owner, refusals);
        }
    }
}

fn unmask_pins(world: &mut WorldSpec, current: &WorldSpec, refusals: &mut Vec<String>) {
    let of_cards = current.cas.smartcards.iter().filter_map(|card| {
        let pin = card.pin.as_ref()?;
        Some((card.id.clone(), pin))
    });
    let cards = Known::by_name(of_cards);
    for card in &mut world.cas.smartcards {
        let owner = format!("PIN of smartcard {}", shown(&card.id));
        if let Some(pin) = &mut card.pin {
            cards.fill(pin, &card.id, &owner, refusals);
        }
    }
    let of_settings = current.cas.settings.default_pin.iter();
    let default = Known::by_name(of_settings.map(|pin| (String::new(), pin)));
    if let Some(pin) = &mut world.cas.settings.default_pin {
        default.fill(pin, "", "default PIN", refusals);
    }
    unmask_parameters(world, current, refusals);
}

/// PINs that wait to be sent, by the ids of their provisioning request and parameter.
fn unmask_parameters(world: &mut WorldSpec, current: &WorldSpec, refusals: &mut Vec<String>) {
    let name = |record: &str, parameter: &str| format!("{record} {parameter}");
    let mut pins = Vec::new();
    for record in &current.provisioning_requests {
        for parameter in &record.parameters_set {
            if let ParameterValue::Pin(pin) = &parameter.value {
                pins.push((name(&record.id, &parameter.id), pin));
            }
        }
    }
    let known = Known::by_name(pins.into_iter());
    for record in &mut world.provisioning_requests {
        for parameter in &mut record.parameters_set {
            if let ParameterValue::Pin(pin) = &mut parameter.value {
                let owner = format!("PIN of provisioning request {}", shown(&record.id));
                known.fill(pin, &name(&record.id, &parameter.id), &owner, refusals);
            }
        }
    }
}

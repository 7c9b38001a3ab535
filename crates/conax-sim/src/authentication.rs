//! Who may command the head-end, and for which SMS domain.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use conax_model::id::DomainName;
use conax_model::secret::Secret;

use crate::settings::CasAuthentication;

/// The users of the head-end, and how often each has failed in a row.
#[derive(Clone, Debug)]
pub struct Authentication {
    default_domain: DomainName,
    users: BTreeMap<String, GateUser>,
}

#[derive(Clone, Debug)]
struct GateUser {
    password: Secret,
    domain: DomainName,
    failure_count: u32,
}

/// What the gate says to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Come in, as this domain.
    As(DomainName),
    /// Say who you are, rightly (HTTP 401).
    Unknown,
    /// Not any more (HTTP 403).
    LockedOut,
}

impl Authentication {
    /// A gate through which calls without credentials come as `default_domain`, where that is
    /// allowed.
    #[must_use]
    pub fn new(default_domain: DomainName) -> Self {
        Self { default_domain, users: BTreeMap::new() }
    }

    /// Makes a user known.
    pub fn add_user(&mut self, name: &str, password: Secret, domain: DomainName) {
        self.users.insert(name.to_owned(), GateUser { password, domain, failure_count: 0 });
    }

    /// How often each user failed in a row.
    pub(crate) fn failures(&self) -> impl Iterator<Item = (&str, u32)> {
        let users = self.users.iter();
        users.map(|(name, user)| (name.as_str(), user.failure_count))
    }

    /// Sets how often a user failed in a row; nothing if there is no such user.
    pub(crate) fn set_failures(&mut self, name: &str, count: u32) {
        if let Some(user) = self.users.get_mut(name) {
            user.failure_count = count;
        }
    }

    /// Judges the `Authorization` header of a call.
    pub fn enter(&mut self, mode: CasAuthentication, header: Option<&str>) -> Entry {
        let failure_limit = match mode {
            CasAuthentication::Off => return self.enter_freely(header),
            CasAuthentication::Basic => u32::MAX,
            CasAuthentication::BasicWithLockout { failure_limit } => failure_limit,
        };
        let Some((name, password)) = header.and_then(basic_credentials) else {
            return Entry::Unknown;
        };
        let Some(user) = self.users.get_mut(&name) else {
            return Entry::Unknown;
        };
        if user.failure_count >= failure_limit {
            return Entry::LockedOut;
        }
        if user.password.expose() != password.expose() {
            user.failure_count = user.failure_count.saturating_add(1);
            return Entry::Unknown;
        }
        user.failure_count = 0;
        Entry::As(user.domain.clone())
    }

    /// Nobody is asked; whoever says who it is, is taken for that.
    #[must_use]
    pub fn enter_freely(&self, header: Option<&str>) -> Entry {
        let credentials = header.and_then(basic_credentials);
        let user = credentials.and_then(|(name, _)| self.users.get(&name));
        Entry::As(user.map_or(&self.default_domain, |user| &user.domain).clone())
    }
}

/// User name and password of a Basic `Authorization` header. The scheme's case does not matter
/// (Attested: clients send it in lower case too).
pub(crate) fn basic_credentials(header: &str) -> Option<(String, Secret)> {
    let (scheme, encoded) = header.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), Secret::new(password)))
}

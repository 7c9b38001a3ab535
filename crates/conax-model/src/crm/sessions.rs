//! Login tokens and how long they live.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use foldhash::fast::FixedState;

use crate::crm::reference::Author;
use crate::entropy::Ids;
use crate::noted::Noted;
use crate::time::SimTime;

/// How many sessions are kept before expired ones are looked for.
const SWEEP_ABOVE: usize = 1024;

/// How long a token lives (Attested: `token.idle-one-hour`, Attested: `token.fixed-two-hours`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenPolicy {
    /// Until it was not used for this long; one hour up to R11.
    Idle(Duration),
    /// This long from its issue, used or not; two hours from R12.
    Fixed(Duration),
}

impl Default for TokenPolicy {
    fn default() -> Self {
        Self::Idle(Duration::from_secs(60 * 60))
    }
}

/// When one token dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum Expiry {
    /// Never: tokens a world fixes, so that documented requests can be pasted (Ours).
    Never,
    /// At this point.
    At(SimTime),
    /// When `limit` has passed since the last use.
    AfterIdle {
        /// The last use.
        last_used: SimTime,
        /// How long it may stay unused.
        limit: Duration,
    },
}

impl Expiry {
    fn is_over(self, now: SimTime) -> bool {
        match self {
            Self::Never => false,
            Self::At(end) => now >= end,
            Self::AfterIdle { last_used, limit } => now >= last_used + limit,
        }
    }
}

#[derive(Clone, Debug)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
struct Session {
    #[cfg_attr(feature = "storage", serde(with = "crate::storage::once"))]
    author: Arc<Author>,
    expiry: Expiry,
}

impl Session {
    fn used_until_the_minute_ended(&self) -> Self {
        let mut session = self.clone();
        if let Expiry::AfterIdle { last_used, .. } = &mut session.expiry {
            *last_used = SimTime::from_millis((minute(*last_used) + 1) * USE_NOTED_EVERY);
        }
        session
    }
}

fn minute(time: SimTime) -> i64 {
    time.millis().div_euclid(USE_NOTED_EVERY)
}

/// The tokens that are valid. Several of one user are valid side by side (Attested).
#[derive(Clone, Default)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Sessions {
    #[cfg_attr(feature = "storage", serde(serialize_with = "crate::storage::secret"))]
    by_token: HashMap<Box<str>, Session, FixedState>,
    /// Tokens that were made known, used or ended.
    #[cfg_attr(feature = "storage", serde(skip))]
    noted: Noted<BTreeSet<Box<str>>>,
}

/// How often the last use of a token is noted: one that is stored is never older than it was, and
/// newer by no more than this.
const USE_NOTED_EVERY: i64 = 60_000;

/// What was changed in the tokens.
#[derive(Default)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct SessionsChange(
    #[cfg_attr(feature = "storage", serde(serialize_with = "crate::storage::secret"))]
    Vec<(Box<str>, Option<Session>)>,
);

impl SessionsChange {
    /// Whether nothing was changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Only their number: tokens are secret.
impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sessions").field("count", &self.by_token.len()).finish()
    }
}

impl Sessions {
    /// How many tokens are known, those that have expired unnoticed included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_token.len()
    }

    /// Whether no token is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_token.is_empty()
    }

    /// Makes a token known that was not issued here.
    pub fn fix(&mut self, token: &str, author: Arc<Author>) {
        self.admit(token, author, Expiry::Never);
    }

    /// Makes a token known until it expires.
    pub fn admit(&mut self, token: &str, author: Arc<Author>, expiry: Expiry) {
        let session = Session { author, expiry };
        self.by_token.insert(token.into(), session);
        self.note(token);
    }

    fn note(&mut self, token: &str) {
        self.noted.note(|tokens| {
            tokens.insert(token.into());
        });
    }

    /// What was changed since this was last asked; nothing if all of it is new. From now on changes
    /// are noted. The last use of a token is told every minute only, and as the end of that minute.
    pub fn changes(&mut self) -> Option<SessionsChange> {
        let tokens = self.noted.take()?;
        let changed = tokens.into_iter().map(|token| {
            let session = self.by_token.get(&token).map(Session::used_until_the_minute_ended);
            (token, session)
        });
        Some(SessionsChange(changed.collect()))
    }

    /// Makes a change that was noted in tokens like these.
    pub fn apply(&mut self, change: SessionsChange) {
        for (token, session) in change.0 {
            match session {
                Some(session) => self.by_token.insert(token, session),
                None => self.by_token.remove(&token),
            };
        }
    }

    /// Every token with its user and its end, in no order. Call it only to keep them elsewhere, as
    /// safely.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Arc<Author>, Expiry)> {
        let sessions = self.by_token.iter();
        sessions.map(|(token, session)| (&**token, &session.author, session.expiry))
    }

    /// Issues a token of 32 upper-case hexadecimal digits (Shown).
    pub fn issue(
        &mut self,
        author: Arc<Author>,
        policy: TokenPolicy,
        now: SimTime,
        ids: &mut Ids,
    ) -> String {
        if self.by_token.len() > SWEEP_ABOVE {
            self.by_token.retain(|_, session| !session.expiry.is_over(now));
        }
        let expiry = match policy {
            TokenPolicy::Fixed(life) => Expiry::At(now + life),
            TokenPolicy::Idle(limit) => Expiry::AfterIdle { last_used: now, limit },
        };
        let token = ids.hex_id().to_string();
        self.admit(&token, author, expiry);
        token
    }

    /// The user of a valid token; using it keeps an idle-limited token alive.
    pub fn check(&mut self, token: &str, now: SimTime) -> Option<Arc<Author>> {
        let session = self.by_token.get_mut(token)?;
        if session.expiry.is_over(now) {
            self.by_token.remove(token);
            self.note(token);
            return None;
        }
        let author = Arc::clone(&session.author);
        if let Expiry::AfterIdle { last_used, .. } = &mut session.expiry {
            let before = std::mem::replace(last_used, now);
            if minute(before) != minute(now) {
                self.note(token);
            }
        }
        Some(author)
    }

    /// Ends a token; false if it was not valid.
    pub fn release(&mut self, token: &str, now: SimTime) -> bool {
        self.note(token);
        self.by_token.remove(token).is_some_and(|session| !session.expiry.is_over(now))
    }
}

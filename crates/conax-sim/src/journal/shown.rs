//! An exchange as it may be shown: secrets are masked here, and not while it is recorded.
//!
//! What is a secret is said in [`conax_contract::secret`]: by its name, by the world, by the token
//! that was issued, and whatever stands under the name of one in the same exchange.

use std::borrow::Cow;

use conax_contract::crm::{Operation, mask_query};
use conax_contract::secret::KnownSecrets;
use conax_contract::trace::traceparent;

use super::secrets::masked_by;
use super::{Exchange, TARGET_LIMIT, cut};

/// What may stand before a documented path, in which nobody looks for secrets.
const USUAL_BASES: [&str; 2] = ["/", "/crmapi/rest/v2/"];

/// An exchange as it may be shown: every secret is masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Path and query.
    pub target: String,
    /// The smartcard concerned.
    pub card: Option<String>,
    /// The body that was sent.
    pub call: String,
    /// The body that came back.
    pub reply: String,
}

impl Exchange {
    /// All of it, secrets masked.
    #[must_use]
    pub fn shown(&self) -> Shown {
        let mut own = self.secrets_of_call();
        own.add_reply(&self.reply);
        Shown {
            target: self.shown_target(&own),
            card: self.masked_card(),
            call: self.shown_body(&self.call, self.call_len, &own),
            reply: self.shown_body(&self.reply, self.reply_len, &own),
        }
    }

    /// Path and query, secrets masked.
    #[must_use]
    pub fn masked_target(&self) -> String {
        match is_documented(&self.target) {
            true => self.target.to_string(),
            false => self.shown_target(&self.secrets_of_call()),
        }
    }

    /// The smartcard as whoever called named it, secrets masked.
    #[must_use]
    pub fn masked_card(&self) -> Option<String> {
        let card = self.subject.card.as_deref()?;
        Some(self.secrets.masked(card).into_owned())
    }

    /// The trace it belongs to, as the header names it; who calls may write anything there.
    #[must_use]
    pub fn traceparent(&self) -> Option<String> {
        let text = traceparent(self.subject.trace.as_deref()?);
        Some(self.secrets.masked(&text).into_owned())
    }

    /// The body that was sent, secrets masked.
    #[must_use]
    pub fn masked_call(&self) -> String {
        self.shown().call
    }

    /// The body that came back, secrets masked.
    #[must_use]
    pub fn masked_reply(&self) -> String {
        self.shown().reply
    }

    /// What stands under secret names in the call: a PIN may stand under `priority` as well.
    fn secrets_of_call(&self) -> KnownSecrets {
        let mut own = KnownSecrets::default();
        own.add_call(&self.target, &self.call);
        own
    }

    fn shown_target(&self, own: &KnownSecrets) -> String {
        let named = match self.target.split_once('?') {
            None => Cow::Borrowed(&*self.target),
            Some((path, query)) => format!("{path}?{}", mask_query(query)).into(),
        };
        let shown = masked_by([own], named);
        cut(&self.secrets.masked(&shown), TARGET_LIMIT).into_owned()
    }

    fn shown_body(&self, body: &[u8], full_len: usize, own: &KnownSecrets) -> String {
        if body.len() < full_len {
            return format!("(a body of {full_len} bytes, too long to keep)");
        }
        let named = self.surface.masked(self.profile, body);
        let shown = masked_by([own], named.into());
        self.secrets.masked(&shown).into_owned()
    }
}

/// Whether a target is one of the documented paths and nothing else.
fn is_documented(target: &str) -> bool {
    let mut operations = Operation::ALL.into_iter();
    target == "/"
        || operations.any(|operation| {
            let base = target.strip_suffix(operation.path());
            base.is_some_and(|base| USUAL_BASES.contains(&base))
        })
}

//! Rules as plain data, without places.

use std::time::Duration;

use chrono::NaiveDateTime;

use super::shape::ShapeSpec;
use crate::cas::RejectionCause;
use crate::crm::{Priority, RequestType};
use crate::text::Word;

/// What a fault file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaultFile {
    /// What it is, for people.
    pub description: Option<String>,
    /// The rules, in order.
    pub rules: Vec<RuleSpec>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleSpec {
    /// Its name; absent: one is made.
    pub name: Option<String>,
    /// Who is met.
    pub selector: SelectorSpec,
    /// What goes wrong.
    pub script: ScriptSpec,
    /// What takes one entry of the script.
    pub per: SharingSpec,
    /// How many hits it has.
    pub times: Option<u64>,
    /// How long it lives.
    pub ttl: Option<Duration>,
    /// Whether it rests.
    pub paused: bool,
    /// The rule as it was written, as JSON.
    pub written: serde_json::Value,
}

impl RuleSpec {
    /// What the rule is called that a call brought along for its provisioning request.
    #[must_use]
    pub fn name_for_request(number: u64) -> String {
        format!("request-{number}")
    }

    /// The rule for the command of one provisioning request, once, as if it had been written so.
    #[must_use]
    pub fn for_request(mut self, number: u64) -> Self {
        let name = Self::name_for_request(number);
        self.written["name"] = name.as_str().into();
        self.written["when"]["request"] = number.into();
        self.written["times"] = 1.into();
        self.name = Some(name);
        self.selector.request = Some(number);
        self.times = Some(1);
        self
    }
}

/// Who is met.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SelectorSpec {
    /// Kinds of command.
    pub commands: Vec<RequestType>,
    /// A pattern for the smartcard.
    pub card: Option<String>,
    /// A pattern for the product.
    pub product: Option<String>,
    /// A pattern for the pairing module.
    pub module: Option<String>,
    /// A pattern for the subscription's number.
    pub subscription: Option<String>,
    /// The priority.
    pub priority: Option<Priority>,
    /// The number of one provisioning request.
    pub request: Option<u64>,
    /// Not before.
    pub from: Option<NaiveDateTime>,
    /// Not from then on.
    pub until: Option<NaiveDateTime>,
    /// A window that opens and closes.
    pub cycle: Option<CycleSpec>,
    /// Only above so many exchanges at a time.
    pub above: Option<usize>,
    /// Only beyond so many exchanges on one connection.
    pub above_on_connection: Option<usize>,
    /// A share from 0 to 1.
    pub probability: Option<f64>,
    /// Every so many-th.
    pub every: Option<u64>,
    /// Not the first so many.
    pub after: u64,
    /// Only the first so many.
    pub first: Option<u64>,
}

/// A window that opens and closes again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CycleSpec {
    /// Open for so long, first.
    pub on: Duration,
    /// Closed for so long, then.
    pub off: Duration,
}

/// One entry of a script.
#[derive(Clone, Debug, PartialEq)]
pub struct EntrySpec {
    /// The name of a preset, number first, or the actions in words.
    pub title: String,
    /// What goes wrong; nothing: it goes well.
    pub actions: Vec<ActionSpec>,
}

/// What goes wrong, hit by hit.
#[derive(Clone, Debug, PartialEq)]
pub enum ScriptSpec {
    /// The same every time.
    Always(EntrySpec),
    /// One entry after the other, then no more.
    Sequence(Vec<EntrySpec>),
    /// One entry after the other, again and again.
    Circle(Vec<EntrySpec>),
}

macro_rules! words {
    ($(#[$doc:meta])* pub enum $name:ident { $($(#[$item_doc:meta])* $item:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$item_doc])* $item,)+ }

        impl Word for $name {
            const ALL: &'static [Self] = &[$(Self::$item,)+];

            fn word(self) -> &'static str {
                match self { $(Self::$item => $word,)+ }
            }
        }
    };
}

words! {
    /// What takes one entry of a script.
    pub enum SharingSpec {
        /// Each exchange.
        Exchange = "exchange",
        /// Each provisioning request.
        Attempt = "attempt",
        /// Each command.
        Command = "command",
    }
}

words! {
    /// When, in the life of an exchange.
    pub enum PhaseSpec {
        /// While the connection is made.
        Connect = "connect",
        /// Before anything is done.
        BeforeApply = "before-apply",
        /// After everything is done.
        AfterApply = "after-apply",
    }
}

words! {
    /// What is wrong with the certificates.
    pub enum TlsSpec {
        /// The server's is over.
        Expired = "expired",
        /// Nobody vouches for the server's.
        SelfSigned = "self-signed",
        /// The server's is for another host.
        WrongHost = "wrong-host",
        /// The client has none, or an unknown one.
        ClientCertificate = "client-certificate",
    }
}

/// One thing that goes wrong, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionSpec {
    /// When.
    pub phase: PhaseSpec,
    /// What.
    pub what: WhatSpec,
}

/// One thing that goes wrong. The words are those of the file; see `docs/faults.md`.
#[derive(Clone, Debug, PartialEq)]
pub enum WhatSpec {
    /// `delay: SHAPE`
    Delay(ShapeSpec),
    /// `refuse`
    Refuse,
    /// `no-route`
    NoRoute,
    /// `connect-timeout`
    ConnectTimeout,
    /// `tls: WORD`
    Tls(TlsSpec),
    /// `silence`
    Silence,
    /// `reset`
    Reset,
    /// `hang-up`
    HangUp,
    /// `http: STATUS` or with `type` and `body`
    Http {
        /// The status.
        status: u16,
        /// The content type.
        content_type: String,
        /// The body.
        body: String,
    },
    /// `soap-fault: { code, string }`
    SoapFault {
        /// The code.
        code: String,
        /// The string; `{operation}` stands for the operation's name.
        string: String,
    },
    /// `reject: CAUSE` or with `message`
    Reject {
        /// The cause.
        cause: RejectionCause,
        /// The text.
        message: Option<String>,
    },
    /// `false-ok`
    FalseOk,
    /// `twice`
    Twice,
    /// `swap`
    Swap,
    /// `late: DURATION`
    Late(Duration),
    /// `stale: DURATION`
    Stale(Duration),
    /// `partial: COUNT`; 0 is half
    Partial(usize),
    /// `lose: DURATION`
    Lose(Duration),
    /// `emm-lag: DURATION`
    EmmLag(Duration),
    /// `clock-skew: DURATION`, or with a minus before it; in milliseconds
    ClockSkew(i64),
    /// `console-cancel`
    ConsoleCancel,
    /// `cut: PERCENT`; a share from 0 to 1
    Cut(f64),
    /// `trickle: BYTES_A_SECOND`
    Trickle(u32),
    /// `garble`
    Garble,
    /// `encoding: NAME`
    Encoding(String),
    /// `byte-order-mark`
    ByteOrderMark,
    /// `no-transaction-id`
    NoTransactionId,
    /// `repeated-transaction-id`
    RepeatedTransactionId,
    /// `foreign-transaction-id`
    ForeignTransactionId,
    /// `no-status`
    NoStatus,
    /// `status: TEXT`
    UnknownStatus(String),
    /// `throttle: { per_second, burst, rejects }`
    Throttle {
        /// Commands a second.
        per_second: f64,
        /// Commands at once.
        burst: u32,
        /// By a rejection instead of HTTP 503.
        rejects: bool,
    },
}

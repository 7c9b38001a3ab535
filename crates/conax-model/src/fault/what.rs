//! Everything that can go wrong with one exchange.

use std::time::Duration;

use super::delay::DelayShape;
use crate::cas::RejectionCause;
use crate::word_list;

word_list! {
    /// When, in the life of an exchange.
    #[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
    pub enum Phase {
        /// While the connection is made: nothing of the command is there yet.
        Connect = "connect", Ours;
        /// The command was read and nothing is done yet.
        BeforeApply = "before-apply", Ours;
        /// The command was carried out and nothing is answered yet.
        AfterApply = "after-apply", Ours;
    }
}

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum What {
    /// It takes longer.
    Delay(DelayShape),
    /// No connection comes about.
    Connect(ConnectFault),
    /// The exchange ends otherwise than by the regular answer.
    End(End),
    /// What is done is not what was told.
    Effect(Effect),
    /// Something happens to the head-end besides.
    Command(CommandFault),
    /// The regular answer is damaged.
    Answer(AnswerFault),
    /// Too many commands are turned away.
    Throttle(Throttle),
}

/// Why no connection comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum ConnectFault {
    /// Nobody listens.
    Refused,
    /// There is no way to the host.
    NoRoute,
    /// Nobody answers.
    TimedOut,
    /// The TLS handshake fails.
    Tls(TlsFault),
}

word_list! {
    /// What is wrong with the certificates.
    #[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
    pub enum TlsFault {
        /// The server's certificate is over.
        Expired = "expired", Ours;
        /// Nobody vouches for the server's certificate.
        SelfSigned = "self-signed", Ours;
        /// The server's certificate is for another host.
        WrongHost = "wrong-host", Ours;
        /// The client has none, or one the server does not know.
        ClientCertificate = "client-certificate", Ours;
    }
}

/// How an exchange ends when it does not end by the regular answer.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum End {
    /// Not at all: the client waits until it gives up.
    Silence,
    /// The connection is reset.
    Reset,
    /// The connection is closed.
    HangUp,
    /// By an HTTP answer of another kind.
    Http {
        /// The status.
        status: u16,
        /// The content type.
        content_type: String,
        /// The body.
        body: String,
    },
    /// By a SOAP fault.
    SoapFault {
        /// The fault code.
        code: String,
        /// The fault string; `{operation}` stands for the operation's name.
        string: String,
    },
    /// By a rejection.
    Reject {
        /// Why.
        cause: RejectionCause,
        /// The text; absent: one for the cause.
        message: Option<String>,
    },
}

/// What is done instead of what was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum Effect {
    /// Nothing, and it is answered as if it had been done.
    FalseOk,
    /// The same, twice.
    Twice,
    /// The next command of the same smartcard is carried out before this one.
    Swap,
    /// It is carried out later.
    Late(Duration),
    /// A question is answered from the state of some time ago.
    Stale(Duration),
    /// Only the first so many smartcards or products of the command; 0 stands for half of them.
    Partial(usize),
}

/// What happens to the head-end besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum CommandFault {
    /// It restarts after the command and has lost what was done in the last so long.
    Lose(Duration),
    /// What was accepted reaches the card this much later.
    EmmLag(Duration),
    /// Its clock is this many milliseconds ahead.
    ClockSkew(i64),
    /// Somebody at its console cancels every product of the smartcard.
    ConsoleCancel,
}

/// What is wrong with the regular answer.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum AnswerFault {
    /// It breaks off after this share of its body.
    Cut(f64),
    /// Its bytes come at this pace, in bytes a second.
    Trickle(u32),
    /// A tag of it is broken.
    Garble,
    /// It says another encoding than it has.
    Encoding(String),
    /// It begins with a byte order mark.
    ByteOrderMark,
    /// It has no transaction id.
    NoTransactionId,
    /// It has the transaction id of the answer before.
    RepeatedTransactionId,
    /// It has a transaction id of nobody's.
    ForeignTransactionId,
    /// It has no status code.
    NoStatus,
    /// It has a status code nobody knows.
    UnknownStatus(String),
}

/// A token bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Throttle {
    /// Commands a second that are let through.
    pub per_second: f64,
    /// Commands at once that are let through after a rest.
    pub burst: u32,
    /// Whether a command beyond that is answered by a rejection, else by HTTP 503.
    pub rejects: bool,
}

/// One thing that goes wrong, and when.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub struct Action {
    /// When.
    pub phase: Phase,
    /// What.
    pub what: What,
}

impl Action {
    /// What goes wrong, at its usual time or, if that makes sense, at the time that was said.
    #[must_use]
    pub const fn new(what: What, said: Option<Phase>) -> Self {
        let phase = match (&what, said) {
            (What::Delay(_) | What::End(_), Some(Phase::AfterApply)) | (What::Answer(_), _) => {
                Phase::AfterApply
            }
            (What::Connect(_), _) => Phase::Connect,
            _ => Phase::BeforeApply,
        };
        Self { phase, what }
    }

    /// Whether it only makes the exchange longer.
    #[must_use]
    pub const fn is_delay(&self) -> bool {
        matches!(self.what, What::Delay(_))
    }

    /// Whether it decides about the connection, before there is a command.
    #[must_use]
    pub const fn is_connect(&self) -> bool {
        matches!(self.what, What::Connect(_))
    }
}

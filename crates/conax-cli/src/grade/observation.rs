//! What was seen of a client in one scene: its calls with what it got for them, how it ended, what
//! it wrote. Facts only, raw: nothing here is shown before it is masked.
//!
//! Pure. What the calls mean is read in `reading`, what follows from them in `judge`.

use std::time::Duration;

/// Where the client sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seat {
    /// It calls the provisioning API.
    A,
    /// It is a CRM that speaks to Conax.
    C,
}

impl Seat {
    /// The letter of the command line.
    pub(crate) const fn letter(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::C => "c",
        }
    }
}

/// What became of the answer to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// It was given as the simulator gave it.
    Answer,
    /// The trap answered, and the simulator never saw the call.
    TrapAnswer,
    /// It was kept back for ever.
    Silence,
    /// The connection was closed instead.
    HangUp,
    /// The connection was closed, and the simulator never saw the call.
    NotPassedOn,
    /// Only the beginning of it was given.
    Beginning,
}

/// One call of the client.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    /// When it had arrived, since the client was started.
    pub(crate) at: Duration,
    /// HTTP verb.
    pub(crate) verb: String,
    /// Path and query as received.
    pub(crate) target: String,
    /// The header of that name.
    pub(crate) content_type: Option<String>,
    /// Whether it said who it is in a header.
    pub(crate) is_authorized: bool,
    /// Its body.
    pub(crate) call: String,
    /// HTTP status of the answer, given or kept back.
    pub(crate) status: Option<u16>,
    /// The body of the answer, given or kept back.
    pub(crate) reply: String,
    /// When the answer was handed out.
    pub(crate) answered: Option<Duration>,
    /// What became of the answer.
    pub(crate) got: Delivery,
    /// Whether the client went away before there was an answer.
    pub(crate) is_left: bool,
}

/// How the client ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// By itself, with this exit code.
    Code(i32),
    /// By a signal that was not ours.
    Signal,
    /// It was still running when its time was over.
    Overtime,
}

/// Something nobody may read, and what it is.
#[derive(Clone)]
pub(crate) struct Canary {
    /// What it is.
    pub(crate) name: &'static str,
    /// The secret itself.
    pub(crate) value: String,
}

/// Text that the client wrote.
pub(crate) struct Written {
    /// Where: standard output, standard error, or a file.
    pub(crate) place: String,
    /// What.
    pub(crate) text: String,
}

/// One scene, as far as it was seen.
pub(crate) struct Observation {
    /// The name of the scene.
    pub(crate) scene: &'static str,
    /// Where the client sits.
    pub(crate) seat: Seat,
    /// How long it had.
    pub(crate) deadline: Duration,
    /// Whether its request was never sent to Conax.
    pub(crate) is_unsettled: bool,
    /// Its calls in order of their arrival.
    pub(crate) exchanges: Vec<Exchange>,
    /// How it ended.
    pub(crate) ended: Ended,
    /// What it wrote.
    pub(crate) written: Vec<Written>,
    /// What must not be in a log; passwords and PINs come first.
    pub(crate) canaries: Vec<Canary>,
    /// The reference of an order that was there before.
    pub(crate) known_reference: String,
    /// The number of the request that had it.
    pub(crate) known_number: String,
    /// Whether Conax has the service on the card afterwards.
    pub(crate) is_entitled: bool,
    /// How many orders for the card Conax carried out, runs after the client's end included.
    pub(crate) done_count: usize,
}

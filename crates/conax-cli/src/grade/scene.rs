//! The scenes of the worst day: one table. Each sets one trap for the client.
//!
//! Pure. How a trap is sprung is the business of `proxy`, which only follows [`TrapState`].

use super::observation::Seat;
use super::reading::Intent;

/// What the client is asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Switch the service on.
    Activate,
    /// Set the PIN.
    SetPin,
}

impl Task {
    /// The word in the environment of the client.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Activate => "activate",
            Self::SetPin => "set-pin",
        }
    }
}

/// What happens to calls on their way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trap {
    /// Nothing.
    None,
    /// The first order is carried out, and its answer kept back for ever.
    KeepAnswer,
    /// The first order is carried out, and the connection closed.
    HangUp,
    /// The first order never arrives, and the connection is closed.
    LoseOrder,
    /// The first order is carried out, and its answer breaks off.
    CutAnswer,
    /// The answer to the first order comes after a fifth of the time.
    LateAnswer,
    /// Every order is refused with this message.
    Refuse(&'static str),
    /// The first calls are turned away with HTTP 503.
    TurnAway,
    /// The token ends before the first call that needs one.
    EndToken,
}

/// How many calls are turned away.
const TURNED_AWAY: usize = 4;

/// Whether and when requests are sent to Conax.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settles {
    /// Before this look of the client is answered, and before all later ones: no clock is in it.
    AtQuery(usize),
    /// Never, unless the client asks for it at once.
    Never,
}

/// A scene.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) sentence: &'static str,
    pub(crate) seats: &'static [Seat],
    pub(crate) task: Task,
    pub(crate) trap: Trap,
    /// What goes wrong at Conax, in the language of fault rules.
    pub(crate) fault: &'static str,
    pub(crate) settles: Settles,
}

const BOTH: &[Seat] = &[Seat::A, Seat::C];
const API: &[Seat] = &[Seat::A];

const CALM: Scene = Scene {
    name: "calm",
    sentence: "nothing goes wrong",
    seats: BOTH,
    task: Task::Activate,
    trap: Trap::None,
    fault: "",
    settles: Settles::AtQuery(2),
};

/// Every scene, the calm one first.
pub(crate) const SCENES: &[Scene] = &[
    CALM,
    Scene {
        name: "pin",
        sentence: "nothing goes wrong, and the order carries a PIN",
        task: Task::SetPin,
        ..CALM
    },
    Scene {
        name: "lost-answer",
        sentence: "the first order is carried out, and no answer comes",
        trap: Trap::KeepAnswer,
        ..CALM
    },
    Scene {
        name: "hang-up",
        sentence: "the first order is carried out, and the connection is closed",
        trap: Trap::HangUp,
        ..CALM
    },
    Scene {
        name: "lost-order",
        sentence: "the first order never arrives, and the connection is closed",
        trap: Trap::LoseOrder,
        ..CALM
    },
    Scene {
        name: "cut-answer",
        sentence: "the first order is carried out, and its answer breaks off after the OK",
        trap: Trap::CutAnswer,
        ..CALM
    },
    Scene {
        name: "late-answer",
        sentence: "the answer to the first order takes a fifth of the time there is",
        trap: Trap::LateAnswer,
        ..CALM
    },
    Scene {
        name: "refused",
        sentence: "the API refuses every order",
        seats: API,
        trap: Trap::Refuse("the service is not on the subscription"),
        ..CALM
    },
    Scene {
        name: "refused-with-ok",
        sentence: "the API refuses every order, and the text of the refusal has an OK in it",
        seats: API,
        trap: Trap::Refuse("the service is not OK for the subscription"),
        ..CALM
    },
    Scene {
        name: "rejected",
        sentence: "Conax rejects the order",
        fault: "{ when: { command: ADD_SUBSCRIPTIONS }, preset: f26 }",
        ..CALM
    },
    Scene {
        name: "rejected-with-ok",
        sentence: "Conax rejects the order, and its message has an OK in it",
        fault: "{ when: { command: ADD_SUBSCRIPTIONS }, do: { reject: { \
                status: CLIENT_NOT_MANAGED_BY_SMS, message: the smartcard is not OK here } } }",
        ..CALM
    },
    Scene {
        name: "known-reference",
        sentence: "Conax says OK, with the transaction id of an earlier order",
        fault: "{ when: { command: ADD_SUBSCRIPTIONS }, preset: f24 }",
        ..CALM
    },
    Scene {
        name: "slow-run",
        sentence: "the request is PENDING for three looks",
        seats: API,
        settles: Settles::AtQuery(4),
        ..CALM
    },
    Scene {
        name: "no-run",
        sentence: "the request stays PENDING for ever",
        seats: API,
        settles: Settles::Never,
        ..CALM
    },
    Scene {
        name: "ended-token",
        sentence: "the token ends before the first order",
        seats: API,
        trap: Trap::EndToken,
        ..CALM
    },
    Scene {
        name: "overload",
        sentence: "the first four calls are turned away with HTTP 503",
        trap: Trap::TurnAway,
        ..CALM
    },
];

/// Counts calls and says what is done with each.
#[derive(Debug)]
pub(crate) struct TrapState {
    trap: Trap,
    calls: usize,
    orders: usize,
    /// Calls that need a token.
    tokens: usize,
}

impl TrapState {
    pub(crate) const fn new(trap: Trap) -> Self {
        Self { trap, calls: 0, orders: 0, tokens: 0 }
    }

    /// The trap that is sprung with the next call.
    pub(crate) fn next(&mut self, intent: &Intent) -> Trap {
        let is_order = matches!(intent, Intent::Order(_));
        let needs_token = is_order || *intent == Intent::Query;
        self.calls += 1;
        self.orders += usize::from(is_order);
        self.tokens += usize::from(needs_token);
        let is_sprung = match self.trap {
            Trap::None => false,
            Trap::KeepAnswer
            | Trap::HangUp
            | Trap::LoseOrder
            | Trap::CutAnswer
            | Trap::LateAnswer => is_order && self.orders == 1,
            Trap::Refuse(_) => is_order,
            Trap::TurnAway => self.calls <= TURNED_AWAY,
            Trap::EndToken => self.tokens == 1 && *intent != Intent::Login,
        };
        if is_sprung { self.trap } else { Trap::None }
    }
}

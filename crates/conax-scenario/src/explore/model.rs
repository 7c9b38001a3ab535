//! The reference model: what the documents say becomes of orders, and no more. It knows nothing of
//! the simulator.

use std::collections::{BTreeMap, BTreeSet};

use conax_contract::crm::Operation;

/// A request as the model believes it.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) operation: Operation,
    pub(super) card: usize,
    pub(super) service: usize,
    pub(super) is_express: bool,
    /// When it is due, in seconds since the beginning.
    pub(super) due: u64,
    pub(super) at_once: bool,
    pub(super) state: State,
    /// Whether its end left a reference.
    pub(super) has_reference: bool,
}

/// Where a request is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Pending,
    Completed,
    Rejected,
}

impl State {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Completed => "COMPLETED",
            Self::Rejected => "REJECTED",
        }
    }
}

/// How the next command for a smartcard fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The connection is refused.
    Refused,
    /// It is carried out, and the connection is reset.
    AppliedThenReset,
    /// The head-end does not know the smartcard.
    Unknown,
    /// It is told OK, and nothing is carried out.
    FalseOk,
    /// It is carried out twice.
    Twice,
}

impl Fate {
    pub(super) const ALL: [(Self, &'static str); 5] = [
        (Self::Refused, "f01"),
        (Self::AppliedThenReset, "f06"),
        (Self::Unknown, "f25"),
        (Self::FalseOk, "f35"),
        (Self::Twice, "f37"),
    ];
}

/// What the model believes.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    /// Seconds since the beginning.
    pub(super) now: u64,
    /// Every request, in the order of creation.
    pub(super) made: Vec<Made>,
    /// Fates that wait for a command, in order.
    pub(super) fates: Vec<(usize, Fate)>,
    /// Active services by smartcard.
    pub(super) active: BTreeSet<(usize, usize)>,
    /// Modules by smartcard.
    pub(super) paired: BTreeMap<usize, BTreeSet<usize>>,
    pub(super) twice: u64,
    pub(super) false_completions: u64,
    pub(super) unknown_to_crm: u64,
    /// Whether a fault met something whose outcome the documents leave open.
    pub(super) is_unsure: bool,
}

/// What the head-end said of a command.
enum Answer {
    Accepted,
    Refused,
}

impl Model {
    /// Records an order; one to be sent at once is sent.
    pub(super) fn create(&mut self, made: Made) -> usize {
        let at_once = made.at_once;
        self.made.push(made);
        let index = self.made.len() - 1;
        if at_once {
            self.send(index);
        }
        index
    }

    /// Lets time pass: what is due is sent, in order.
    pub(super) fn pass(&mut self, seconds: u64) {
        let end = self.now + seconds;
        loop {
            let begin = self.now;
            let waiting = self.made.iter().enumerate();
            let next = waiting
                .filter(|(_, made)| made.state == State::Pending && made.due <= end)
                .min_by_key(|(index, made)| (made.due.max(begin), !made.is_express, *index));
            let Some((index, made)) = next else { break };
            self.now = made.due.max(begin);
            self.send(index);
        }
        self.now = end;
    }

    /// How many requests are in this state.
    pub(super) fn count(&self, state: State) -> usize {
        self.made.iter().filter(|made| made.state == state).count()
    }

    fn send(&mut self, index: usize) {
        let card = self.made[index].card;
        let fate = self.fates.iter().position(|(of, _)| *of == card);
        let fate = fate.map(|at| self.fates.remove(at).1);
        let (state, has_reference) = match fate {
            None => match self.apply(index) {
                Answer::Accepted => (State::Completed, true),
                Answer::Refused => (State::Rejected, false),
            },
            Some(Fate::Refused | Fate::Unknown) => (State::Rejected, false),
            Some(Fate::AppliedThenReset) => {
                match self.apply(index) {
                    Answer::Accepted => self.unknown_to_crm += 1,
                    Answer::Refused => self.is_unsure = true,
                }
                (State::Rejected, false)
            }
            // What would be refused is refused.
            Some(Fate::FalseOk) if !self.would_accept(index) => (State::Rejected, false),
            Some(Fate::FalseOk) => {
                self.false_completions += 1;
                self.unknown_to_crm += 1;
                (State::Completed, true)
            }
            Some(Fate::Twice) => match self.apply(index) {
                Answer::Accepted => {
                    self.twice += 1;
                    (State::Completed, true)
                }
                Answer::Refused => {
                    self.is_unsure = true;
                    (State::Rejected, false)
                }
            },
        };
        self.made[index].state = state;
        self.made[index].has_reference = has_reference;
    }

    fn would_accept(&self, index: usize) -> bool {
        let made = &self.made[index];
        made.operation != Operation::AddToExistingPairing || self.paired.contains_key(&made.card)
    }

    fn apply(&mut self, index: usize) -> Answer {
        let made = &self.made[index];
        let (card, service) = (made.card, made.service);
        match made.operation {
            Operation::AddSubscriptions => {
                self.active.insert((card, service));
            }
            Operation::CancelSubscriptions => {
                self.active.remove(&(card, service));
            }
            Operation::CreatePairing => {
                self.paired.insert(card, BTreeSet::from([0]));
            }
            Operation::AddToExistingPairing => match self.paired.get_mut(&card) {
                Some(modules) => {
                    modules.insert(1);
                }
                None => return Answer::Refused,
            },
            _ => {}
        }
        Answer::Accepted
    }
}

//! A tiny language for stories: `add 1 7; wait 5s; cancel 1 7`.
//!
//! Sentences (times are counted from the moment of the sentence: `5s`, `2d`, `-5s`):
//!
//! ```text
//! add 1 7,8 from=2d until=9d    cancel 1 7        active 1
//! pair 1,2 m1                   join 1 2 m2       status 1      status m1
//! pin 1 1234                    pin 1
//! mail 1 hello at=5s seq=3      bark 1,2 hello for=20           repeat 1 hello 3x10
//! fingerprint 1 A at=5s for=100 (for=centiseconds; card `all`)
//! wait 5s                       block 1           unblock 1     retire 1
//! as b                          (the domain that speaks from now on)
//! ```
//!
//! Domain `a` manages cards 1 to 3, domain `b` card 9. There are products 7, 8 and 9, the
//! withdrawn product `old`, modules m1 to m3 and the withdrawn module `mw`.

use std::time::Duration;

use crate::cas::{
    Answer, CardSpec, CardState, CasSettings, CasState, KeyState, ModuleSpec, Outcome, ProductKind,
    ProductSpec, ProductState, Transaction,
};
use crate::command::{Command, Fingerprint, RequestedPeriod, TextMessage};
use crate::entropy::{Ids, Seed};
use crate::id::{DomainName, PairingModuleId, ProductId, SmartcardId};
use crate::secret::Secret;
use crate::time::SimTime;

/// Tells the script to a head-end with default settings and compares what is left.
///
/// The expectation names its subject: `card 1: 7`, `pairing 1: 1 2 x m1`, `pin 1: 1234`,
/// `state 1: Stock`, `messages 1: bark OnAir`, `fingerprints: A Queued`, `last: accepted`.
#[track_caller]
pub(super) fn check(script: &str, expected: &str) {
    check_with(CasSettings::default(), script, expected);
}

/// As `check`, with other settings.
#[track_caller]
pub(super) fn check_with(settings: CasSettings, script: &str, expected: &str) {
    let story = tell(settings, script);
    for line in expected.split("; ") {
        let subject = line.split(':').next().unwrap();
        let found = format!("{subject}: {}", story.facts(subject));
        assert_eq!(found, line, "after `{script}`:\n{}", story.told());
    }
}

/// Tells the script.
pub(super) fn tell(settings: CasSettings, script: &str) -> Story {
    let mut story = Story::new(settings);
    for sentence in script.split("; ") {
        story.sentence(sentence);
    }
    story
}

/// A head-end and how far its story is told.
pub(super) struct Story {
    pub(super) state: CasState,
    pub(super) now: SimTime,
    ids: Ids,
    domain: DomainName,
    transactions: Vec<Transaction>,
}

impl Story {
    pub(super) fn new(settings: CasSettings) -> Self {
        Self {
            state: world(settings),
            // 2014-11-28T15:05:20, the moment of the documented example.
            now: SimTime::from_millis(1_417_187_120_000),
            ids: Ids::new(Seed(1), "story"),
            domain: DomainName::new("a"),
            transactions: Vec::new(),
        }
    }

    /// The last transaction.
    pub(super) fn last(&self) -> &Transaction {
        self.transactions.last().unwrap()
    }

    /// Applies a command as the domain that speaks.
    pub(super) fn apply(&mut self, command: &Command) -> &Transaction {
        let domain = &self.domain;
        let transaction = self.state.apply(domain, command, self.now, &mut self.ids);
        self.transactions.push(transaction);
        self.last()
    }

    fn sentence(&mut self, sentence: &str) {
        let words: Vec<&str> = sentence.split(' ').collect();
        let card = |index: usize| SmartcardId::new(words[index]);
        match words[0] {
            "wait" => self.now = shift(self.now, words[1]),
            "as" => self.domain = DomainName::new(words[1]),
            "block" => self.state.block_card(&card(1)).unwrap(),
            "unblock" => self.state.unblock_card(&card(1)).unwrap(),
            "retire" => self.state.retire_card(&card(1)).unwrap(),
            _ => {
                let command = command(self.now, &words);
                self.apply(&command);
            }
        }
    }

    fn told(&self) -> String {
        let line = |transaction: &Transaction| {
            let Transaction { kind, inputs, outcome, effect, .. } = transaction;
            format!("  {kind:?} {inputs}\n    {outcome:?}\n    {effect}\n")
        };
        self.transactions.iter().map(line).collect()
    }

    fn facts(&self, subject: &str) -> String {
        let (what, id) = subject.split_once(' ').unwrap_or((subject, ""));
        let card = SmartcardId::new(id);
        let now = self.now;
        let words: Vec<String> = match what {
            "card" => self
                .state
                .entitlements(&card, now)
                .iter()
                .map(|view| format!("{} {:?}", view.product, view.state))
                .collect(),
            "active" => texts(self.state.active_products(&card, now)),
            "pairing" => vec![self.pairing_facts(id)],
            "pin" => vec![self.state.card(&card, now).unwrap().pin.expose()],
            "state" => vec![format!("{:?}", self.state.card(&card, now).unwrap().state)],
            "messages" => self
                .state
                .messages(now)
                .filter(|message| message.card == card)
                .map(|message| format!("{} {:?}", message.kind, message.state))
                .collect(),
            "fingerprints" => self
                .state
                .fingerprints(now)
                .map(|job| format!("{} {:?}", job.slot, job.state))
                .collect(),
            "last" => vec![outcome_in_words(&self.last().outcome)],
            "effect" => vec![self.last().effect.to_string()],
            other => panic!("no subject `{other}`"),
        };
        let words = words.join(", ");
        if words.is_empty() {
            return "nothing".to_owned();
        }
        words
    }

    fn pairing_facts(&self, id: &str) -> String {
        let by_card = self.state.pairing_of_card(&SmartcardId::new(id));
        let by_module = self.state.pairing_of_module(&PairingModuleId::new(id));
        let Some(pairing) = by_card.or(by_module) else {
            return "nothing".to_owned();
        };
        let cards = texts(&pairing.cards).join(" ");
        format!("{cards} x {}", texts(&pairing.modules).join(" "))
    }
}

fn outcome_in_words(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Rejected(rejection) => format!("{:?}", rejection.cause),
        Outcome::Accepted(Answer::None) => "accepted".to_owned(),
        Outcome::Accepted(Answer::ActiveSubscriptions(active)) => {
            format!("active {:?}", texts(active.iter().map(|one| &one.product)))
        }
        Outcome::Accepted(
            Answer::CardPairing { paired, cards, modules }
            | Answer::ModulePairing { paired, cards, modules },
        ) => format!("paired {paired} {cards:?} {modules:?}"),
    }
}

fn texts<T: ToString>(values: impl IntoIterator<Item = T>) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

/// The moment `offset` (`5s`, `-5s`, `2d`) from now.
fn shift(now: SimTime, offset: &str) -> SimTime {
    let (number, unit) = offset.split_at(offset.len() - 1);
    let seconds: i64 = number.parse().unwrap();
    let seconds = seconds * if unit == "d" { 86_400 } else { 1 };
    SimTime::from_millis(now.millis() + seconds * 1000)
}

/// A sentence's words and its moment.
struct Sentence<'a> {
    now: SimTime,
    words: &'a [&'a str],
}

impl Sentence<'_> {
    fn option(&self, name: &str) -> Option<&str> {
        let mut options = self.words.iter().filter_map(|word| word.split_once('='));
        let found = options.find(|(found, _)| *found == name);
        found.map(|(_, value)| value)
    }

    fn time(&self, name: &str) -> Option<SimTime> {
        self.option(name).map(|offset| shift(self.now, offset))
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.option(name).map(|number| number.parse().unwrap())
    }

    fn card(&self) -> SmartcardId {
        SmartcardId::new(self.words[1])
    }

    fn message(&self) -> TextMessage {
        TextMessage {
            cards: cards(self.words[1]),
            text: self.words[2].to_owned(),
            start: self.time("at"),
            sequence_number: self.number("seq"),
        }
    }

    fn repeated(&self) -> Command {
        let (count, interval) = self.words[3].split_once('x').unwrap();
        Command::SendRepeatingBarkMessageToClient {
            message: self.message(),
            display_seconds: self.number("for"),
            repetition_count: count.parse().unwrap(),
            repetition_interval_seconds: interval.parse().unwrap(),
        }
    }

    fn fingerprint(&self) -> Fingerprint {
        Fingerprint {
            card: (self.words[1] != "all").then(|| self.card()),
            display_at: self.time("at"),
            position_x: self.number("x"),
            position_y: self.number("y"),
            height: self.number("height"),
            display_centiseconds: self.number("for"),
            slot: Some(self.words[2].to_owned()),
        }
    }
}

fn command(now: SimTime, words: &[&str]) -> Command {
    let sentence = Sentence { now, words };
    let card = SmartcardId::new(words[1]);
    match words[0] {
        "add" => Command::AddSubscriptions {
            card,
            products: list(words[2], ProductId::new),
            period: RequestedPeriod { start: sentence.time("from"), end: sentence.time("until") },
        },
        "cancel" => Command::CancelSubscriptions { card, products: list(words[2], ProductId::new) },
        "active" => Command::GetActiveSubscriptions { card },
        "pair" => Command::CreatePairing {
            cards: cards(words[1]),
            modules: list(words[2], PairingModuleId::new),
        },
        "join" => Command::AddToExistingPairing {
            existing_card: card,
            cards: members(&words[2..], false).map(SmartcardId::new).collect(),
            modules: members(&words[2..], true).map(PairingModuleId::new).collect(),
        },
        "status" if words[1].starts_with('m') => {
            Command::GetPairingStatusForPairingModule { module: PairingModuleId::new(words[1]) }
        }
        "status" => Command::GetPairingStatusForCard { card },
        "pin" if words.len() == 2 => Command::UpdateCaPinToDefaultValue { card },
        "pin" => Command::UpdateCaPinToGivenValue { card, pin: Secret::new(words[2]) },
        "mail" => Command::SendMailMessageToClient(sentence.message()),
        "bark" => Command::SendBarkMessageToClient {
            message: sentence.message(),
            display_seconds: sentence.number("for"),
        },
        "repeat" => sentence.repeated(),
        "fingerprint" => Command::DisplayFingerprint(sentence.fingerprint()),
        other => panic!("no sentence `{other}`"),
    }
}

fn list<T>(words: &str, id: impl Fn(String) -> T) -> Vec<T> {
    let words = words.split(',').filter(|word| !word.is_empty());
    words.map(|word| id(word.to_owned())).collect()
}

/// The ids `1,2`, `-` for none, or `1..500`.
fn cards(words: &str) -> Vec<SmartcardId> {
    if words == "-" {
        return Vec::new();
    }
    match words.split_once("..") {
        Some((first, last)) => {
            let range = first.parse::<u32>().unwrap()..=last.parse().unwrap();
            range.map(|id| SmartcardId::new(id.to_string())).collect()
        }
        None => list(words, SmartcardId::new),
    }
}

fn members<'a>(words: &'a [&str], is_module: bool) -> impl Iterator<Item = &'a str> {
    let words = words.iter().flat_map(|words| words.split(','));
    words.filter(move |word| word.starts_with('m') == is_module)
}

fn world(settings: CasSettings) -> CasState {
    let mut state = CasState::new(settings);
    for (id, domain) in [("1", "a"), ("2", "a"), ("3", "a"), ("9", "b")] {
        state.load_card(CardSpec {
            id: SmartcardId::new(id),
            domain: DomainName::new(domain),
            state: CardState::Stock,
            pin: None,
        });
    }
    for (id, product_state) in [
        ("7", ProductState::Defined),
        ("8", ProductState::Defined),
        ("9", ProductState::Defined),
        ("old", ProductState::Withdrawn),
    ] {
        state.load_product(ProductSpec {
            id: ProductId::new(id),
            label: format!("Package {id}"),
            kind: ProductKind::Subscription,
            state: product_state,
        });
    }
    for (id, key) in [
        ("m1", KeyState::Loaded),
        ("m2", KeyState::Loaded),
        ("m3", KeyState::Loaded),
        ("mw", KeyState::Withdrawn),
    ] {
        state.load_module(ModuleSpec { id: PairingModuleId::new(id), key });
    }
    state
}

/// One second.
pub(super) const SECOND: Duration = Duration::from_secs(1);

//! Random settings and commands over a small universe: a few cards, products and modules, some of
//! them blocked, foreign, withdrawn, unknown or malformed.

use std::fmt::Debug;
use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;

use crate::cas::{
    AddedSets, BatchAtomicity, CancelMissing, CasSettings, OverlappingFingerprints, PeriodPolicy,
    RepairPolicy,
};
use crate::command::{Command, CommandKind, Fingerprint, RequestedPeriod, TextMessage};
use crate::id::{DomainName, PairingModuleId, ProductId, SmartcardId};
use crate::secret::Secret;
use crate::time::SimTime;

use super::bench::{card, module, north, product, south};

/// One step of a story: some time passes, then a domain tells a command.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) wait: Duration,
    pub(super) domain: DomainName,
    pub(super) command: Command,
}

/// What the commands of a story may name.
#[derive(Clone, Copy)]
pub(super) struct Universe {
    /// Mostly these. A name listed twice comes twice as often.
    pub(super) cards: &'static [&'static str],
    pub(super) products: &'static [&'static str],
    pub(super) modules: &'static [&'static str],
    /// Seldom these: foreign, blocked, retired, unknown, malformed.
    pub(super) odd_cards: &'static [&'static str],
    pub(super) odd_modules: &'static [&'static str],
    /// Whether a fingerprint may be for all cards.
    pub(super) has_all_cards: bool,
}

/// Everything there is, and a few things there are not.
pub(super) const EVERYTHING: Universe = Universe {
    cards: &["c1", "c1", "c1", "c1", "c2", "c2", "c3"],
    products: &["p1", "p1", "p1", "p1", "p2", "p2", "p3"],
    modules: &["m1", "m1", "m2", "m3"],
    odd_cards: &["c4", "c4", "c4", "c4", "c5", "c5", "c8", "c9", "no card"],
    odd_modules: &["m4", "m9", "!"],
    has_all_cards: true,
};

const ODD_PRODUCTS: &[&str] = &["p4", "p9", "?"];

/// PINs no other text of the story contains. Some are four digits.
const PINS: &[&str] = &["7351", "8642", "9753", "73518", "86q2", "wx", "７３５１"];

const SECOND: i64 = 1000;
const DAY: i64 = 24 * 60 * 60 * SECOND;

pub(super) fn settings() -> impl Strategy<Value = CasSettings> {
    let policies = select(vec![
        PeriodPolicy::OpenEnded,
        PeriodPolicy::OpenEnded,
        PeriodPolicy::ToMonthEnd { additional_months: 0 },
        PeriodPolicy::ToMonthEnd { additional_months: 1 },
        PeriodPolicy::Explicit,
    ]);
    let cancelling = select(vec![CancelMissing::Accept, CancelMissing::Reject]);
    let repairing = prop_oneof![2 => Just(RepairPolicy::Replace), 1 => Just(RepairPolicy::Reject)];
    let adding = select(vec![AddedSets::One, AddedSets::OneOrBoth]);
    let batches = select(vec![BatchAtomicity::Whole, BatchAtomicity::EachCard]);
    let overlaps = select(vec![OverlappingFingerprints::Replace, OverlappingFingerprints::Refuse]);
    (policies, cancelling, repairing, adding, batches, overlaps).prop_map(
        |(policy, cancelling, repairing, adding, batches, overlaps)| CasSettings {
            period_policy: policy,
            cancel_missing: cancelling,
            repair_policy: repairing,
            added_sets: adding,
            batch_atomicity: batches,
            overlapping_fingerprints: overlaps,
            ..CasSettings::default()
        },
    )
}

/// As `settings`, with room for little and sometimes a kind of command switched off.
pub(super) fn tight_settings() -> impl Strategy<Value = CasSettings> {
    let switched_off = option::weighted(0.1, select(CommandKind::ALL.to_vec()));
    (settings(), switched_off).prop_map(|(settings, switched_off)| CasSettings {
        product_slot_limit: 2,
        pairing_group_limit: 3,
        live_message_limit: 3,
        live_fingerprint_limit: 3,
        finished_limit: 2,
        switched_off: switched_off.into_iter().collect(),
        ..settings
    })
}

pub(super) fn steps(universe: Universe) -> impl Strategy<Value = Vec<Step>> {
    vec(step(universe), 0..24)
}

/// A story of screens only, on few cards, so that messages and fingerprints meet.
pub(super) fn steps_on_screen() -> impl Strategy<Value = Vec<Step>> {
    let universe = Universe { cards: &["c1", "c1", "c1", "c2"], ..EVERYTHING };
    let domain = prop_oneof![2 => Just(north()), 1 => Just(south())];
    let command = prop_oneof![message(universe), fingerprint(universe)];
    let step = (wait(), domain, command).prop_map(|(wait, domain, command)| Step {
        wait,
        domain,
        command,
    });
    vec(step, 0..30)
}

/// A story of one product on one card, in periods that touch, overlap and lie apart.
pub(super) fn steps_of_renewal() -> impl Strategy<Value = Vec<Step>> {
    let step = (wait(), 0..20_i64, 1..8_i64, 0..12).prop_map(|(wait, start, length, dice)| {
        let (card, products) = (card("c1"), vec![product("p1")]);
        let command = if dice == 0 {
            Command::CancelSubscriptions { card, products }
        } else {
            let period = RequestedPeriod {
                start: Some(SimTime::from_millis(start * 2 * DAY)),
                end: Some(SimTime::from_millis((start + length) * 2 * DAY)),
            };
            Command::AddSubscriptions { card, products, period }
        };
        Step { wait, domain: north(), command }
    });
    vec(step, 0..10)
}

pub(super) fn step(universe: Universe) -> impl Strategy<Value = Step> {
    let foreign = Universe { cards: &["c4"], odd_cards: universe.cards, ..universe };
    let told = prop_oneof![
        8 => (Just(north()), command(universe)),
        1 => (Just(south()), command(foreign)),
    ];
    (wait(), told).prop_map(|(wait, (domain, command))| Step { wait, domain, command })
}

pub(super) fn wait() -> impl Strategy<Value = Duration> {
    select(vec![0, 0, 0, 0, 0, 1, 1, 5, 5, 30, 30, 3600, 86_400, 20 * 86_400])
        .prop_map(Duration::from_secs)
}

/// Boxed: unboxed, the state of this strategy is too large for the stack of a test.
pub(super) fn command(universe: Universe) -> BoxedStrategy<Command> {
    prop_oneof![
        6 => add(universe).boxed(),
        4 => cancel(universe).boxed(),
        6 => pairing(universe).boxed(),
        2 => pin(universe).boxed(),
        1 => fingerprint(universe).boxed(),
        5 => message(universe).boxed(),
        1 => query(universe).boxed(),
    ]
    .boxed()
}

pub(super) fn add(universe: Universe) -> impl Strategy<Value = Command> {
    (card_of(universe), products_of(universe), period())
        .prop_map(|(card, products, period)| Command::AddSubscriptions { card, products, period })
}

pub(super) fn cancel(universe: Universe) -> impl Strategy<Value = Command> {
    (card_of(universe), products_of(universe))
        .prop_map(|(card, products)| Command::CancelSubscriptions { card, products })
}

pub(super) fn pairing(universe: Universe) -> impl Strategy<Value = Command> {
    let create = (cards_of(universe), modules_of(universe))
        .prop_map(|(cards, modules)| Command::CreatePairing { cards, modules });
    let added = prop_oneof![
        3 => cards_of(universe).prop_map(|cards| (cards, Vec::new())),
        3 => modules_of(universe).prop_map(|modules| (Vec::new(), modules)),
        1 => (cards_of(universe), modules_of(universe)),
    ];
    let grow = (card_of(universe), added).prop_map(|(existing_card, (cards, modules))| {
        Command::AddToExistingPairing { existing_card, cards, modules }
    });
    prop_oneof![3 => create, 4 => grow]
}

pub(super) fn pin(universe: Universe) -> impl Strategy<Value = Command> {
    let default = card_of(universe).prop_map(|card| Command::UpdateCaPinToDefaultValue { card });
    let given = (card_of(universe), select(PINS))
        .prop_map(|(card, pin)| Command::UpdateCaPinToGivenValue { card, pin: Secret::new(pin) });
    prop_oneof![1 => default, 3 => given]
}

pub(super) fn query(universe: Universe) -> impl Strategy<Value = Command> {
    let module = mostly(universe.modules, universe.odd_modules).prop_map(module);
    prop_oneof![
        card_of(universe).prop_map(|card| Command::GetActiveSubscriptions { card }),
        card_of(universe).prop_map(|card| Command::GetPairingStatusForCard { card }),
        module.prop_map(|module| Command::GetPairingStatusForPairingModule { module }),
    ]
}

pub(super) fn fingerprint(universe: Universe) -> impl Strategy<Value = Command> {
    let card = if universe.has_all_cards {
        option::weighted(0.6, card_of(universe)).boxed()
    } else {
        card_of(universe).prop_map(Some).boxed()
    };
    let slot = option::of(select(&["A", "A", "A", "A", "B", "a", "AB"][..]));
    let duration = option::of(select(&[1, 3000, 6000, 60_000, 0, 65_536][..]));
    let height = option::of(select(&[0, 16, 255, 256][..]));
    (card, moment(), height, duration, slot).prop_map(
        |(card, display_at, height, display_centiseconds, slot)| {
            Command::DisplayFingerprint(Fingerprint {
                card,
                display_at,
                position_x: Some(10),
                position_y: None,
                height,
                display_centiseconds,
                slot: slot.map(str::to_owned),
            })
        },
    )
}

pub(super) fn message(universe: Universe) -> impl Strategy<Value = Command> {
    let display = option::of(select(&[1, 20, 60, 0, -5, 70_000][..]));
    let count = select(&[1, 2, 255, 0, 256][..]);
    let interval = select(&[10, 10, 60, 2550, 9, 15, 2560][..]);
    (text_message(universe), display, count, interval, 0..3).prop_map(
        |(message, display_seconds, repetition_count, interval, kind)| match kind {
            0 => Command::SendMailMessageToClient(message),
            1 => Command::SendBarkMessageToClient { message, display_seconds },
            _ => Command::SendRepeatingBarkMessageToClient {
                message,
                display_seconds,
                repetition_count,
                repetition_interval_seconds: interval,
            },
        },
    )
}

fn text_message(universe: Universe) -> impl Strategy<Value = TextMessage> {
    let text = prop_oneof![
        6 => Just("please pay".to_owned()),
        1 => any::<bool>().prop_map(|fits| "x".repeat(if fits { 129 } else { 142 })),
        1 => select(&["", " ", "\u{7}", "žluťoučký kůň"][..]).prop_map(str::to_owned),
    ];
    let sequence = option::weighted(0.7, select(&[1_i64, 257, -255, 2][..]));
    (cards_of(universe), text, moment(), sequence).prop_map(
        |(cards, text, start, sequence_number)| TextMessage { cards, text, start, sequence_number },
    )
}

/// Start and end of an entitlement, counted from now.
fn period() -> impl Strategy<Value = RequestedPeriod> {
    let starts = select(&[0, -10 * DAY, 5 * DAY, 10 * DAY, 25 * DAY, 40 * DAY, 400 * DAY][..]);
    let ends = select(&[10 * DAY, 10 * DAY, 25 * DAY, 26 * DAY, 60 * DAY, -DAY][..]);
    let odd = (option::weighted(0.7, starts), option::weighted(0.7, ends));
    prop_oneof![2 => Just((None, None)), 1 => odd].prop_map(|(start, end)| RequestedPeriod {
        start: start.map(SimTime::from_millis),
        end: end.map(SimTime::from_millis),
    })
}

/// The start of something shown, counted from now.
fn moment() -> impl Strategy<Value = Option<SimTime>> {
    let offsets = [0, -2 * SECOND, 3 * SECOND, 60 * SECOND, DAY, DAY, 3 * DAY, -DAY, 400 * DAY];
    option::weighted(0.6, select(offsets.to_vec()).prop_map(SimTime::from_millis))
}

fn card_of(universe: Universe) -> impl Strategy<Value = SmartcardId> {
    mostly(universe.cards, universe.odd_cards).prop_map(card)
}

fn cards_of(universe: Universe) -> impl Strategy<Value = Vec<SmartcardId>> {
    few(card_of(universe))
}

fn products_of(universe: Universe) -> impl Strategy<Value = Vec<ProductId>> {
    few(mostly(universe.products, ODD_PRODUCTS).prop_map(product))
}

fn modules_of(universe: Universe) -> impl Strategy<Value = Vec<PairingModuleId>> {
    few(mostly(universe.modules, universe.odd_modules).prop_map(module))
}

fn mostly(
    usual: &'static [&'static str],
    odd: &'static [&'static str],
) -> impl Strategy<Value = &'static str> {
    prop_oneof![14 => select(usual), 1 => select(odd)]
}

/// One or two; seldom none, or one of them twice.
fn few<T: Debug + PartialEq>(one: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    (vec(one, 1..=2), 0..20).prop_map(|(mut few, dice)| {
        match dice {
            0 => few.clear(),
            1 => {}
            _ => few.dedup(),
        }
        few
    })
}

/// The command with its times counted from `now`.
pub(super) fn shifted(command: &Command, now: SimTime) -> Command {
    let shift = |time: &mut Option<SimTime>| {
        *time = time.map(|offset| SimTime::from_millis(now.millis() + offset.millis()));
    };
    let mut command = command.clone();
    match &mut command {
        Command::AddSubscriptions { period, .. } => {
            shift(&mut period.start);
            shift(&mut period.end);
        }
        Command::DisplayFingerprint(fingerprint) => shift(&mut fingerprint.display_at),
        Command::SendMailMessageToClient(message)
        | Command::SendBarkMessageToClient { message, .. }
        | Command::SendRepeatingBarkMessageToClient { message, .. } => shift(&mut message.start),
        Command::CancelSubscriptions { .. }
        | Command::GetActiveSubscriptions { .. }
        | Command::CreatePairing { .. }
        | Command::AddToExistingPairing { .. }
        | Command::GetPairingStatusForCard { .. }
        | Command::GetPairingStatusForPairingModule { .. }
        | Command::UpdateCaPinToDefaultValue { .. }
        | Command::UpdateCaPinToGivenValue { .. } => {}
    }
    command
}

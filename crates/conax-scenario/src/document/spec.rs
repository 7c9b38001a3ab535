//! A scenario as data: what a file says, checked, with the places it was said at.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDateTime;
use conax_contract::clause::Strictness;
use conax_contract::crm::Operation;
use conax_contract::text::{Placed, Span};
use conax_contract::world::WorldSpec;

use super::matcher::Matcher;
use super::template::Template;

/// One scenario, or one row of one that is a table.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The sentence that says what it shows, variables filled in.
    pub name: String,
    /// Which row of the table it is, by content: `thing=unknown`; none: there is no table.
    pub row: Option<Row>,
    /// Where it begins.
    pub span: Span,
    /// The texts of its file and of those it includes, by their paths.
    pub sources: Arc<Sources>,
    /// Why it matters, for people.
    pub description: Option<String>,
    /// Words to choose it by.
    pub tags: Vec<String>,
    /// Clauses and requirements it covers.
    pub protects: Vec<String>,
    /// How strictly every answer is held against the contract; none: not at all.
    pub contract: Option<Strictness>,
    /// The seed of ids, dice and generated data; none: the run's.
    pub seed: Option<u64>,
    /// The simulated date it begins at; none: [`Scenario::DEFAULT_CLOCK`].
    pub clock: Option<NaiveDateTime>,
    /// What both sides start from.
    pub world: Arc<World>,
    /// Settings of the program that differ from its defaults.
    pub settings: Vec<Setting>,
    /// The fault rules that hold from the start, as JSON.
    pub faults: Vec<Placed<Template>>,
    /// Whether due requests are sent as time passes, or only by `process`.
    pub runs: Runs,
    /// Names of its variables, which may get other values from outside.
    pub variables: Vec<String>,
    /// Names of secrets it is given from outside.
    pub secrets: Vec<String>,
    /// What happens.
    pub steps: Vec<Step>,
    /// What happens in the end, whatever happened before.
    pub cleanup: Vec<Step>,
}

impl Scenario {
    /// The date a scenario begins at that names none.
    // Shown: the date of the documented examples.
    pub const DEFAULT_CLOCK: &str = "2014-09-24T15:00:00";

    /// Whether a step looks at the ledger.
    #[must_use]
    pub fn looks_at_ledger(&self) -> bool {
        fn looks(step: &Step) -> bool {
            match &step.action {
                Action::ExpectLedger(_) => true,
                Action::Repeat(repeat) => repeat.steps.iter().any(looks),
                Action::Use(included) => included.steps.iter().any(looks),
                _ => false,
            }
        }
        self.steps.iter().chain(&self.cleanup).any(looks)
    }

    /// Its sentence with its row, as reports name it.
    #[must_use]
    pub fn title(&self) -> String {
        match &self.row {
            Some(row) => format!("{} [{}]", self.name, row.content),
            None => self.name.clone(),
        }
    }
}

/// Texts of files by their paths.
pub type Sources = BTreeMap<Arc<str>, Arc<str>>;

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number, from 1.
    pub number: usize,
    /// What is in it, so that its name stays the same when rows are added.
    pub content: String,
}

/// Where a scenario begins.
#[derive(Debug)]
pub struct World {
    /// Its name as the scenario gives it.
    pub name: String,
    /// Everything.
    pub spec: Arc<WorldSpec>,
    /// The smartcards a `crowd` added.
    pub crowd: Vec<String>,
}

/// A setting of the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: Placed<String>,
    /// Its value, as a flag would have it.
    pub value: Placed<String>,
}

/// Who makes processing runs while time passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Runs {
    /// Whatever is due is sent, as a simulator with a short run interval does.
    #[default]
    WhenDue,
    /// Only `process` sends.
    ByHand,
}

/// One step.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it is written.
    pub span: Span,
    /// The file it stands in, if it came from an included one.
    pub file: Option<Arc<str>>,
    /// What happens.
    pub action: Action,
}

/// What happens in a step.
#[derive(Clone, Debug)]
pub enum Action {
    /// A documented operation.
    Call(Box<Call>),
    /// Any HTTP call.
    Raw(Box<RawCall>),
    /// A request that comes from a screen of the CRM, not from the documented API.
    Utility(Box<Utility>),
    /// Time passes.
    Advance(Passing),
    /// A processing run, now.
    Process(Vec<Expected>),
    /// Time passes until nothing more is due.
    Settle(Option<Duration>),
    /// Time passes until a request has ended, or it is clear that it will not end so.
    Wait(Box<Wait>),
    /// What the head-end holds.
    ExpectConax(Box<ConaxExpectation>),
    /// What became of all requests, counted.
    ExpectLedger(Vec<Expected>),
    /// Where the two sides differ.
    ExpectDrift(DriftExpectation),
    /// How often the two sides spoke.
    ExpectExchanges(Box<ExchangeExpectation>),
    /// Fault rules from here on.
    Fault(Vec<Placed<Template>>),
    /// No more of these rules; without a name, none at all.
    Calm(Option<Template>),
    /// Requests for every difference, sent at once.
    Heal,
    /// Steps again and again.
    Repeat(Box<Repeat>),
    /// Calls at the same time.
    Parallel(Vec<Step>),
    /// Steps of another file.
    Use(Box<Included>),
}

/// A documented operation.
#[derive(Clone, Debug)]
pub struct Call {
    /// Which.
    pub operation: Operation,
    /// Its parameters by their documented names.
    pub parameters: Vec<(String, Template)>,
    /// The token; none: the last one kept as `token`, or the one the target knows.
    pub token: Token,
    /// User name and password of a Basic header.
    pub basic: Option<Template>,
    /// Headers besides.
    pub headers: Vec<(String, Template)>,
    /// What is expected of the reply.
    pub expect: ReplyExpectation,
    /// What to remember of it.
    pub keep: Vec<Keep>,
}

/// Which token a call carries.
#[derive(Clone, Debug)]
pub enum Token {
    /// The usual one.
    Usual,
    /// None.
    Absent,
    /// This one.
    Given(Template),
}

/// Any HTTP call.
#[derive(Clone, Debug)]
pub struct RawCall {
    /// Where to.
    pub api: Api,
    /// The verb.
    pub method: String,
    /// Path and query.
    pub path: Template,
    /// Headers.
    pub headers: Vec<(String, Template)>,
    /// What is sent.
    pub body: Body,
    /// What is expected of the reply.
    pub expect: ReplyExpectation,
    /// What to remember of it.
    pub keep: Vec<Keep>,
}

/// A listening surface of the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Api {
    /// The provisioning API.
    Crm,
    /// The head-end.
    Cas,
    /// The control API.
    Control,
}

impl Api {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crm => "crm",
            Self::Cas => "cas",
            Self::Control => "control",
        }
    }
}

/// What a raw call sends.
#[derive(Clone, Debug)]
pub enum Body {
    /// Nothing.
    Empty,
    /// Text, as it is.
    Text(Template),
    /// A value as JSON.
    Json(Template),
    /// Any bytes.
    Bytes(Vec<u8>),
}

/// A request that comes from a screen of the CRM.
#[derive(Clone, Debug)]
pub struct Utility {
    /// Its members.
    pub members: Vec<(String, Template)>,
    /// What to remember of the reply.
    pub keep: Vec<Keep>,
}

/// How much time passes.
#[derive(Clone, Debug)]
pub enum Passing {
    /// This much.
    By(Duration),
    /// Until the clock shows this.
    To(NaiveDateTime),
}

/// Waiting for a request to end.
#[derive(Clone, Debug)]
pub struct Wait {
    /// Number or id of the request.
    pub request: Placed<Template>,
    /// The state that is waited for.
    pub until: Placed<String>,
    /// States it must not come to on the way.
    pub never: Vec<Placed<String>>,
    /// How long, in the target's time.
    pub within: Placed<Duration>,
    /// What is expected of the request then.
    pub expect: Vec<Expected>,
    /// What to remember of it.
    pub keep: Vec<Keep>,
}

/// What is expected of a reply.
#[derive(Clone, Debug, Default)]
pub struct ReplyExpectation {
    /// The HTTP status.
    pub http: Option<Placed<Matcher>>,
    /// Everything else, by path.
    pub members: Vec<Expected>,
    /// A documented example, and the members that may differ.
    pub example: Option<ExampleExpectation>,
    /// Whether `status` is expected to be `OK` without anybody saying so.
    pub assumes_ok: bool,
}

/// Like a documented example, except for some members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleExpectation {
    /// Whose example.
    pub operation: Placed<String>,
    /// Members that may differ, wherever they are.
    pub except: Vec<String>,
}

/// What is expected at a path.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The path as it is written.
    pub path: Path,
    /// Where it is written, with its value.
    pub span: Span,
    /// What is expected there.
    pub matcher: Matcher,
}

/// A way into a reply, such as `smartcard.serial_number` or `items.0.id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// As it is written.
    pub text: String,
    /// Its parts.
    pub parts: Vec<String>,
}

impl Path {
    /// Reads a path.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let parts = text.split('.').filter(|part| !part.is_empty());
        Self { text: text.to_owned(), parts: parts.map(str::to_owned).collect() }
    }
}

/// Something to remember.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Under which name.
    pub name: String,
    /// What.
    pub path: Placed<Path>,
}

/// What the head-end holds of a smartcard.
#[derive(Clone, Debug)]
pub struct ConaxExpectation {
    /// The smartcard.
    pub card: Placed<Template>,
    /// The products it may show, in any order.
    pub entitled: Option<Placed<Matcher>>,
    /// What it is paired with, cards and modules in any order.
    pub paired: Option<Placed<Matcher>>,
    /// Anything else of what the control API tells of it.
    pub members: Vec<Expected>,
}

/// Where the two sides differ.
#[derive(Clone, Debug)]
pub enum DriftExpectation {
    /// Nowhere.
    None,
    /// Here and nowhere else, in any order.
    Exactly(Vec<Placed<Vec<Expected>>>),
}

/// How often the two sides spoke.
#[derive(Clone, Debug)]
pub struct ExchangeExpectation {
    /// Where: at Conax, unless told otherwise.
    pub api: String,
    /// About this smartcard only.
    pub card: Option<Template>,
    /// About this request only.
    pub request: Option<Template>,
    /// How many.
    pub count: Placed<Matcher>,
}

/// Steps again and again.
#[derive(Clone, Debug)]
pub struct Repeat {
    /// How often, or for what.
    pub over: Over,
    /// What.
    pub steps: Vec<Step>,
}

/// How often steps are repeated.
#[derive(Clone, Debug)]
pub enum Over {
    /// So often; `$index` counts from 1.
    Times(u64),
    /// For every item of a list, which has this name in it.
    Each {
        /// The name.
        name: String,
        /// The list.
        list: Placed<Template>,
    },
}

/// Steps of another file.
#[derive(Clone, Debug)]
pub struct Included {
    /// The file.
    pub path: Arc<str>,
    /// Its parameters.
    pub with: Vec<(String, Template)>,
    /// What is remembered of it: here, there.
    pub keep: Vec<(String, String)>,
    /// Its steps.
    pub steps: Vec<Step>,
}

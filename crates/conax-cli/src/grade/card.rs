//! The report card: what was judged, and its words for every reader. Pure.

use std::time::Duration;

use conax_contract::cas;
use conax_contract::crm::{is_secret_name, mask_json, mask_target};
use conax_contract::text::render_duration;

use super::judge::secrets::secret_in;
use super::judge::{Breach, Evidence, Finding, Verdict, judge};
use super::law::Law;
use super::observation::{Delivery, Ended, Exchange, Observation, Seat};
use super::reading::{End, read_given};
use crate::exit::Exit;
use crate::flags::quoted;
use crate::print;

/// Everything a report says.
pub(crate) struct Card {
    pub(crate) seat: Seat,
    pub(crate) seed: u64,
    pub(crate) deadline: Duration,
    /// The command, as it may be shown.
    pub(crate) command: String,
    pub(crate) scenes: Vec<Observation>,
    pub(crate) rows: Vec<Row>,
    pub(crate) is_interrupted: bool,
}

/// A law with its verdict.
pub(crate) struct Row {
    pub(crate) law: &'static Law,
    pub(crate) verdict: Verdict,
}

impl Row {
    /// The word for the verdict.
    pub(crate) const fn word(&self) -> &'static str {
        match self.verdict.finding {
            Finding::Kept(_) => "kept",
            Finding::Broken(_) => "BROKEN",
            Finding::NotExercised(_) | Finding::NamedBy(_) => "not exercised",
        }
    }

    /// Where it was so, or why nowhere, in a few words.
    pub(crate) fn place(&self) -> String {
        match &self.verdict.finding {
            Finding::NotExercised(why) => why.clone(),
            Finding::NamedBy(law) => format!("{law} names why"),
            Finding::Kept(_) | Finding::Broken(_) => print::few(&self.verdict.scenes, 3),
        }
    }

    pub(crate) const fn breach(&self) -> Option<&Breach> {
        match &self.verdict.finding {
            Finding::Broken(breach) => Some(breach),
            Finding::Kept(_) | Finding::NotExercised(_) | Finding::NamedBy(_) => None,
        }
    }
}

/// Judges laws over scenes.
pub(crate) fn judge_all(laws: &[&'static Law], scenes: &[Observation]) -> Vec<Row> {
    let scenes: Vec<Evidence<'_>> = scenes.iter().map(Evidence::of).collect();
    let rows = laws.iter().map(|law| Row { law, verdict: judge(law, &scenes) });
    rows.collect()
}

/// How many laws were kept, broken, and not exercised.
pub(crate) struct Counts {
    pub(crate) kept: usize,
    pub(crate) broken: usize,
    pub(crate) not_exercised: usize,
}

/// A call as it may be shown.
pub(crate) struct Shown {
    pub(crate) number: usize,
    pub(crate) line: String,
    pub(crate) sent: String,
    /// What became of the answer, and what it says in a few words.
    pub(crate) got: String,
    pub(crate) reply: String,
}

impl Card {
    pub(crate) fn counts(&self) -> Counts {
        let count = |wanted: fn(&Finding) -> bool| {
            let findings = self.rows.iter().map(|row| &row.verdict.finding);
            findings.filter(|finding| wanted(finding)).count()
        };
        Counts {
            kept: count(|finding| matches!(finding, Finding::Kept(_))),
            broken: count(|finding| matches!(finding, Finding::Broken(_))),
            not_exercised: count(|finding| {
                matches!(finding, Finding::NotExercised(_) | Finding::NamedBy(_))
            }),
        }
    }

    pub(crate) fn exit(&self) -> Exit {
        let counts = self.counts();
        match (self.is_interrupted, counts.broken, counts.kept) {
            (true, _, _) => Exit::Interrupted,
            (false, 1.., _) => Exit::NotMet,
            (false, 0, 0) => Exit::NothingRan,
            (false, 0, _) => Exit::Met,
        }
    }

    /// The last line: what came of it.
    pub(crate) fn conclusion(&self) -> String {
        let Counts { kept, broken, not_exercised } = self.counts();
        let laws = |count: usize| match count {
            1 => "1 law".to_owned(),
            count => format!("{count} laws"),
        };
        format!(
            "exit {}: {} broken, {kept} kept, {not_exercised} not exercised",
            self.exit().code(),
            laws(broken),
        )
    }

    /// The command that plays one scene again.
    pub(crate) fn again(&self, scene: &str) -> String {
        format!(
            "conax-sim grade --seat {} --seed {} --timeout {} --scene {scene} -- {}",
            self.seat.letter(),
            self.seed,
            render_duration(self.deadline),
            self.command
        )
    }

    fn scene(&self, name: &str) -> Option<&Observation> {
        self.scenes.iter().find(|seen| seen.scene == name)
    }

    /// The calls that show how a law was broken.
    pub(crate) fn shown(&self, row: &Row) -> Vec<Shown> {
        let (Some(breach), Some(seen)) = (row.breach(), self.scene(row.verdict.scene)) else {
            return Vec::new();
        };
        let places = breach.exchanges.iter();
        let calls = places.filter_map(|place| Some((*place, seen.exchanges.get(*place)?)));
        calls.map(|(place, call)| shown(seen, place, call)).collect()
    }
}

fn shown(seen: &Observation, place: usize, call: &Exchange) -> Shown {
    let masked = |body: &str| match (seen.seat, body) {
        (_, "") => String::new(),
        (Seat::A, body) => mask_json(body.as_bytes()),
        (Seat::C, body) => cas::mask_secrets(body.as_bytes()),
    };
    let target = mask_target(&call.target);
    Shown {
        number: place + 1,
        line: hidden(seen, &format!("{} {target}", call.verb)),
        sent: hidden(seen, &masked(&call.call)),
        got: hidden(seen, &format!("{}{}", got(call), gist(seen.seat, call))),
        reply: hidden(seen, &masked(&call.reply)),
    }
}

/// What an answer says, whether it was given or kept back.
fn gist(seat: Seat, call: &Exchange) -> String {
    let read = read_given(seat, call);
    let mut words = match read.end {
        End::Accepted => vec!["OK".to_owned()],
        End::Refused { code, message } => vec![format!("{code}: {message}")],
        End::Busy | End::Fault | End::Unknown => Vec::new(),
    };
    words.extend(read.items.iter().take(3).map(|item| {
        let reference = match item.reference.as_str() {
            "" => String::new(),
            reference => format!(" with reference {reference}"),
        };
        format!("request {} {}{reference}", item.number, item.state)
    }));
    words.extend(read.transaction.map(|id| format!("transaction {id}")));
    match words.is_empty() {
        true => String::new(),
        false => format!(": {}", words.join(", ")),
    }
}

/// Besides what names tell to be secret: the secrets of the scene, wherever they stand.
fn hidden(seen: &Observation, text: &str) -> String {
    let canaries = seen.canaries.iter();
    let text = canaries.fold(text.to_owned(), |text, canary| text.replace(&canary.value, "***"));
    match secret_in(seen, &text, |_| true) {
        // Where it stands in another form, and how much of the text that is, is not worth a guess.
        Some(_) => "***".to_owned(),
        None => text,
    }
}

fn got(call: &Exchange) -> String {
    if call.got == Delivery::NotPassedOn {
        return "nothing: it never arrived, and the connection was closed".to_owned();
    }
    let status = match call.status {
        Some(status) => format!("HTTP {status}"),
        None => return "no answer before the end".to_owned(),
    };
    let left = match call.is_left {
        true => ", and the client went away before",
        false => "",
    };
    match call.got {
        Delivery::Answer | Delivery::TrapAnswer => format!("{status}{left}"),
        Delivery::Silence => format!("{status}, kept back for ever{left}"),
        Delivery::HangUp | Delivery::NotPassedOn => {
            format!("{status}, but the connection was closed instead")
        }
        Delivery::Beginning => format!("{status}, of which the last fifth did not arrive"),
    }
}

/// How the client ended, in words.
pub(crate) fn ended(seen: &Observation) -> String {
    match seen.ended {
        Ended::Code(0) => "success (exit code 0)".to_owned(),
        Ended::Code(code) => format!("no success (exit code {code})"),
        Ended::Signal => "ended by a signal".to_owned(),
        Ended::Overtime => format!("ended after {}", render_duration(seen.deadline)),
    }
}

/// A command as it may be shown: quoted for a shell, values of secrets starred.
pub(crate) fn shown_command(command: &[String]) -> String {
    let mut is_next_secret = false;
    let words = command.iter().map(|word| {
        let name = word.trim_start_matches('-');
        let is_flag = name.len() < word.len();
        let shown = match word.split_once('=') {
            _ if is_next_secret => "***".to_owned(),
            Some((flag, _)) if is_secret_name(flag.trim_start_matches('-')) => {
                format!("{flag}=***")
            }
            _ => quoted(word),
        };
        is_next_secret = is_flag && !is_next_secret && is_secret_name(name);
        shown
    });
    words.collect::<Vec<_>>().join(" ")
}

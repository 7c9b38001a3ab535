//! What a verification asks, in order: each probe is a few calls that show whether some clauses
//! hold. Judging what any answer shows is not their business; the witness does it.

mod again;
mod creating;
mod dated;
mod laws;
mod life;
mod login;
mod methods;
mod misnamed;
mod orders;
mod reading;
mod refusing;
mod together;

use conax_contract::clause::{Clause, Seen};

use super::session::{Credentials, Options, Session};
use super::world::TargetWorld;
use super::{ExchangeNote, VerifyRecord};
use crate::conformance::Verdicts;
use crate::target::Target;

/// A part of a verification.
pub struct Probe {
    /// Its name, for `--only`.
    pub name: &'static str,
    /// What it asks.
    pub about: &'static str,
    /// Whether it sends anything but GETs.
    pub writes: bool,
    /// How many requests it creates there.
    creates: fn(&TargetWorld, &Options) -> usize,
    run: fn(&mut Session<'_>),
}

const fn nothing(_: &TargetWorld, _: &Options) -> usize {
    0
}

/// Every probe, in the order they are made.
#[must_use]
pub const fn probes() -> &'static [Probe] {
    &[
        Probe {
            name: "login",
            about: "ways to a token and its end",
            writes: true,
            creates: login::creations,
            run: login::run,
        },
        Probe {
            name: "token",
            about: "calls without a valid token",
            writes: false,
            creates: nothing,
            run: login::run_token,
        },
        Probe {
            name: "methods",
            about: "verbs, paths, bodies",
            writes: true,
            creates: methods::creations,
            run: methods::run,
        },
        Probe {
            name: "creations",
            about: "the six operations, in every documented form",
            writes: true,
            creates: creating::creations,
            run: creating::run,
        },
        Probe {
            name: "refusals",
            about: "what has to be refused, and changes nothing",
            writes: true,
            creates: nothing,
            run: refusing::run,
        },
        Probe {
            name: "reading",
            about: "show, list, projections, pages",
            writes: false,
            creates: nothing,
            run: reading::run,
        },
        Probe {
            name: "together",
            about: "requests created at the same time",
            writes: true,
            creates: together::creations,
            run: together::run,
        },
        Probe {
            name: "life",
            about: "how requests end",
            writes: true,
            creates: life::creations,
            run: life::run,
        },
        Probe {
            name: "laws",
            about: "what holds whatever is behind the API",
            writes: false,
            creates: nothing,
            run: laws::run,
        },
        Probe {
            name: "doubles",
            about: "the same order twice, orders in another order",
            writes: true,
            creates: laws::creations,
            run: laws::run_writing,
        },
        Probe {
            name: "again",
            about: "everything that was created, once more after a while",
            writes: true,
            creates: again::creations,
            run: again::run,
        },
    ]
}

/// How many requests a verification will create at such a target.
#[must_use]
pub fn planned_creations(world: &TargetWorld, options: &Options, only: &[String]) -> usize {
    let chosen = chosen(options, only);
    chosen.map(|probe| (probe.creates)(world, options)).sum()
}

fn chosen<'o>(options: &'o Options, only: &'o [String]) -> impl Iterator<Item = &'static Probe> {
    probes().iter().filter(move |probe| {
        (only.is_empty() || only.iter().any(|name| name == probe.name))
            && !(probe.writes && options.is_read_only)
    })
}

/// Stars out secrets a target repeats in its texts, and what would move a terminal's cursor.
fn hide(secrets: &[String], text: &mut String) {
    for secret in secrets {
        if text.contains(secret.as_str()) {
            *text = text.replace(secret.as_str(), "***");
        }
    }
    if text.contains(|sign: char| sign.is_control() && sign != '\n') {
        *text = text.replace(|sign: char| sign.is_control() && sign != '\n', "?");
    }
}

/// Who is told of every probe before it is made.
pub type Observer<'h> = &'h mut dyn FnMut(&Probe);

/// Verifies a target; `hear` is told of every probe before it is made.
pub fn verify(
    target: &mut dyn Target,
    world: &TargetWorld,
    credentials: &Credentials,
    options: &Options,
    (only, observe): (&[String], Observer<'_>),
) -> (VerifyRecord, Verdicts) {
    let mut session = Session::new(target, world, credentials, options);
    let checked = session.check_api();
    for probe in chosen(options, only) {
        if session.trouble().is_some() || checked.is_err() {
            break;
        }
        observe(probe);
        (probe.run)(&mut session);
    }
    if checked.is_ok() {
        session.read_again();
    }
    if options.is_read_only {
        for clause in Clause::all().iter().filter(|clause| clause.seen == Seen::Api) {
            session.untestable(&[&clause.id], "only GETs were sent");
        }
    }
    let secrets = session.secrets();
    let looked_at_nothing = checked.is_err();
    let is_refused = checked.as_ref().is_err_and(|unopened| unopened.is_refused);
    let checked = checked.map_err(|unopened| unopened.why);
    let mut trouble = checked.err().or(session.trouble().map(str::to_owned));
    if let Some(trouble) = &mut trouble {
        hide(&secrets, trouble);
    }
    let (witness, mut notes, created) = session.into_parts();
    let verdicts = match looked_at_nothing {
        // What one login shows of something else is no verdict on this API.
        true => Verdicts::default(),
        false => witness.conclude(),
    };
    let mut clauses = VerifyRecord::clauses_of(&verdicts);
    for one in clauses.iter_mut().flat_map(|clause| &mut clause.breaks) {
        hide(&secrets, &mut one.expected);
        hide(&secrets, &mut one.found);
    }
    for note in &mut notes {
        hide(&secrets, &mut note.reply);
        witness.hide_pins(&mut note.reply);
    }
    let calls = notes.len();
    let shows = |note: &ExchangeNote| {
        let mut breaks = clauses.iter().flat_map(|clause| &clause.breaks);
        breaks.any(|one| one.exchange == Some(note.number))
    };
    let record = VerifyRecord {
        kind: VerifyRecord::KIND.to_owned(),
        format: super::record::FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        target: options.address.clone(),
        warnings: options.warnings.clone(),
        is_read_only: options.is_read_only,
        calls,
        created,
        trouble,
        is_refused,
        exchanges: notes.iter().filter(|note| shows(note)).cloned().collect(),
        clauses,
    };
    (record, witness.verdicts)
}

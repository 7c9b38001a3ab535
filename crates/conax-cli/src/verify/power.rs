//! `verify --prove-power`: verification and exploration against implementations that are known to
//! be wrong.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use clap::ArgMatches;
use conax_contract::clause::Strictness;
use conax_contract::text::parse_moment;
use conax_contract::world::WorldSpec;
use conax_scenario::conformance::{Standing, Verdicts};
use conax_scenario::defect::{Defect, Mutant, defects};
use conax_scenario::explore::{Counterexample, Inventory};
use conax_scenario::run::Stop;
use conax_scenario::target::Target;
use conax_scenario::verify::{Power, VerifyRecord, verify};

use super::{Order, START};
use crate::exit::Exit;
use crate::explore::{Progress, Search, SearchTarget, search_all};
use crate::failure::{Failure, OrFail};
use crate::flags::{Flags, meant};
use crate::print;
use crate::run::usual_target;

/// Clauses that are named for each defect; the rest is counted.
const NAMED: usize = 3;

/// Sequences an exploration may play until it has to have found a defect.
const CASES: u32 = 6_000;

/// What became of one defect.
struct Caught {
    defect: &'static Defect,
    verdicts: Verdicts,
    explored: Option<Counterexample>,
}

/// The defects that were named; all if none.
pub(super) fn chosen(matches: &ArgMatches) -> Result<Vec<&'static Defect>, Failure> {
    let named = matches.texts("defect");
    let find = |name: &String| {
        Defect::find(name).ok_or_else(|| {
            let names = || defects().iter().map(|defect| defect.name);
            let all = || format!("there are {}", names().collect::<Vec<_>>().join(", "));
            Failure::usage(format!("--defect: there is no defect `{name}`")).hint(meant(
                name,
                names(),
                all,
            ))
        })
    };
    let chosen: Vec<&'static Defect> = named.iter().map(find).collect::<Result<_, _>>()?;
    Ok(match chosen.is_empty() {
        true => defects().iter().collect(),
        false => chosen,
    })
}

/// Verifies the right target, then verifies and explores each wrong one, and prints which clause
/// caught which, and in how many steps an exploration shows it.
pub(super) fn prove(order: &Order, defects: &[&'static Defect]) -> Result<Exit, Failure> {
    let began = Instant::now();
    let (clean, _) = verified(order, None)?;
    if clean.standing(Standing::Broken).next().is_some() {
        let problem = "the right simulator breaks a clause already, so nothing can be proved\n   \
                       hint: `conax-sim verify --target self --strict may` tells which";
        return Err(Failure::new(Exit::NotMet, problem));
    }
    let caught = in_parallel(order, defects)?;
    let wrong: Vec<(&'static Defect, Verdicts)> =
        caught.iter().map(|one| (one.defect, one.verdicts.clone())).collect();
    let power = Power::of(&clean, &wrong);
    // What some defects could not break says nothing of a clause.
    let is_whole = defects.len() == conax_scenario::defect::defects().len();
    print_power(&power, &caught, is_whole);
    let by_either = |one: &&Caught| one.explored.is_some() || one.verdicts.break_count() > 0;
    let found = caught.iter().filter(by_either).count();
    let explored = caught.iter().filter_map(|one| one.explored.as_ref());
    let steps: Vec<usize> = explored.map(|found| found.lines.len()).collect();
    let held = clean.standing(Standing::Held).count();
    print::result(format_args!(
        "{found} of {} defects caught in {:.1} s: {} by verify, {} by explore in {} steps at most",
        caught.len(),
        began.elapsed().as_secs_f64(),
        caught.iter().filter(|one| one.verdicts.break_count() > 0).count(),
        steps.len(),
        steps.iter().max().unwrap_or(&0)
    ));
    if !is_whole {
        return Ok(exit(found, &caught));
    }
    print::result(format_args!(
        "{} of {held} clauses that held were broken by a defect, {} are vacuous here",
        held - power.vacuous.len(),
        power.vacuous.len()
    ));
    Ok(exit(found, &caught))
}

fn exit(found: usize, caught: &[Caught]) -> Exit {
    match found == caught.len() {
        true => Exit::Met,
        false => Exit::NotMet,
    }
}

fn print_power(power: &Power, caught: &[Caught], is_whole: bool) {
    for ((name, ids), one) in power.caught.iter().zip(caught) {
        let by = match ids.is_empty() {
            true => "no clause".to_owned(),
            false => print::few(ids, NAMED),
        };
        let explored = match &one.explored {
            Some(found) => format!("; explore: {} steps", found.lines.len()),
            None => "; explore: not found".to_owned(),
        };
        let mark = if ids.is_empty() && one.explored.is_none() { "NOT CAUGHT " } else { "" };
        print::meaning(name, 27, &format!("{mark}{by}{explored}"));
    }
    if is_whole && !power.vacuous.is_empty() {
        print::result("\nvacuous here: these held, and no defect could break them");
        for id in &power.vacuous {
            print::result(format_args!("  {id}"));
        }
    }
    print::result("");
}

/// One verification in this process, of the right target or of a wrong one.
fn verified(
    order: &Order,
    defect: Option<&'static Defect>,
) -> Result<(VerifyRecord, Verdicts), Failure> {
    let start = parse_moment(START).unwrap_or_default();
    let stop = Arc::new(Stop::default());
    let honest = usual_target(order.seed, start, &WorldSpec::demo(), stop);
    let honest = honest.or_fail(Exit::Surroundings)?;
    let mut target: Box<dyn Target> = match defect {
        None => honest,
        Some(defect) => Box::new(Mutant::new(honest, defect)),
    };
    let on_probe = &mut |_: &_| {};
    Ok(verify(
        target.as_mut(),
        &order.world,
        &order.credentials,
        &order.options,
        (&order.only, on_probe),
    ))
}

/// The shortest sequence that shows a defect.
fn explored(order: &Order, defect: &'static Defect) -> Option<Counterexample> {
    let search = Search {
        subject: SearchTarget::Ourselves,
        inventory: Inventory::own(),
        least: Strictness::May,
        cases: CASES,
        moves: 12,
        jobs: 1,
        limit: None,
        defect: Some(defect),
    };
    search_all(&search, order.seed, &Arc::new(Stop::default()), &Progress::new(false))
}

/// Every defect, each by the worker that is free.
fn in_parallel(order: &Order, defects: &[&'static Defect]) -> Result<Vec<Caught>, Failure> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<Caught, Failure>)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(defect) = defects.get(index).copied() else {
                        break;
                    };
                    let one = verified(order, Some(defect)).map(|(_, verdicts)| Caught {
                        defect,
                        verdicts,
                        explored: explored(order, defect),
                    });
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((index, one));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, one)| one).collect()
}

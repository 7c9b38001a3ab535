//! `verify --prove-power`: the verification against implementations that are known to be wrong.

use std::sync::Arc;
use std::time::Instant;

use conax_contract::text::parse_moment;
use conax_contract::world::WorldSpec;
use conax_scenario::conformance::Verdicts;
use conax_scenario::defect::{Defect, Liar, defects};
use conax_scenario::run::Stop;
use conax_scenario::target::Target;
use conax_scenario::verify::{Power, VerifyRecord, verify};

use super::{Order, Refused, START};
use crate::exit::Exit;
use crate::print;
use crate::run::in_process::usual_target;

/// Clauses that are named for each defect; the rest is counted.
const NAMED: usize = 3;

/// Verifies the right target, then each wrong one, and prints which clause caught which.
pub(super) fn prove(order: &Order) -> Result<Exit, Refused> {
    let began = Instant::now();
    let (clean, _) = verified(order, None)?;
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let wrong = in_parallel(order, workers)?;
    let power = Power::of(&clean, &wrong);
    tell(&power);
    let missed: Vec<&str> = power.missed().collect();
    let caught = power.caught.len() - missed.len();
    print::result(format_args!(
        "{caught} of {} defects caught in {:.1} s; {} clauses that held can fail, {} cannot",
        power.caught.len(),
        began.elapsed().as_secs_f64(),
        clean
            .standing(conax_scenario::conformance::Standing::Held)
            .count()
            - power.vacuous.len(),
        power.vacuous.len()
    ));
    Ok(if missed.is_empty() {
        Exit::Met
    } else {
        Exit::NotMet
    })
}

fn tell(power: &Power) {
    for (name, ids) in &power.caught {
        let some: Vec<&str> = ids.iter().take(NAMED).map(String::as_str).collect();
        let more = match ids.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let by = match some.is_empty() {
            true => "NOT CAUGHT".to_owned(),
            false => format!("{}{more}", some.join(", ")),
        };
        print::meaning(name, 31, &by);
    }
    if !power.vacuous.is_empty() {
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
) -> Result<(VerifyRecord, Verdicts), Refused> {
    let start = parse_moment(START).unwrap_or_default();
    let stop = Arc::new(Stop::default());
    let honest = usual_target(order.seed, start, &WorldSpec::demo(), stop);
    let honest = honest.map_err(|problem| (Exit::Surroundings, problem))?;
    let mut target: Box<dyn Target> = match defect {
        None => honest,
        Some(defect) => Box::new(Liar::new(honest, defect)),
    };
    let hear = &mut |_: &_| {};
    Ok(verify(
        target.as_mut(),
        &order.world,
        &order.credentials,
        &order.options,
        (&order.only, hear),
    ))
}

fn in_parallel(order: &Order, workers: usize) -> Result<Vec<(&'static Defect, Verdicts)>, Refused> {
    let all = defects();
    let share = all.len().div_ceil(workers);
    let parts: Vec<Result<Vec<_>, Refused>> = std::thread::scope(|scope| {
        let begun: Vec<_> = all
            .chunks(share)
            .map(|chunk| {
                scope.spawn(move || {
                    let each = chunk.iter();
                    each.map(|defect| Ok((defect, verified(order, Some(defect))?.1)))
                        .collect()
                })
            })
            .collect();
        begun
            .into_iter()
            .map(|thread| thread.join().expect("a verification does not panic"))
            .collect()
    });
    let mut wrong = Vec::new();
    for part in parts {
        wrong.extend(part?);
    }
    Ok(wrong)
}

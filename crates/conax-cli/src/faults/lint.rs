//! Checking fault files: findings with line, mark and hint, and rules that can never act.

use std::collections::BTreeMap;

use clap::ArgMatches;
use conax_contract::fault::parse_file;
use conax_contract::text;
use conax_model::entropy::Seed;
use conax_model::fault::FaultPlan;
use conax_model::time::SimTime;

use crate::exit::Exit;
use crate::print;

/// Checks every file named.
pub(super) fn run(matches: &ArgMatches) -> Exit {
    let paths: Vec<&String> = matches.get_many("path").into_iter().flatten().collect();
    let mut bad_count = 0;
    for path in &paths {
        let source =
            crate::read::text_file(path).map_err(|error| crate::read::problem(path, &error));
        if let Err(report) = source.and_then(|source| check_file(path, &source)) {
            bad_count += 1;
            print::result(report.trim_end());
        }
    }
    match bad_count {
        0 => {
            print::result(format_args!("{} checked, nothing found", paths.len()));
            Exit::Met
        }
        _ => Exit::Settings,
    }
}

/// Everything that is wrong with a fault file, shadowed rules included.
pub(crate) fn check_file(path: &str, source: &str) -> Result<(), String> {
    let rules = parse_file(source).map_err(|findings| text::render(path, source, &findings))?;
    let mut plan = FaultPlan::new(Seed(0));
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for (place, written) in rules.into_iter().enumerate() {
        let rule = written.rule.or_named(&format!("rule-{}", place + 1));
        if let Some(first) = names.insert(rule.id.to_string(), place + 1) {
            return Err(format!(
                "{path}: rules {first} and {} are both called `{}`: the later one would replace the \
                 earlier\n   hint: give each a name of its own",
                place + 1,
                rule.id
            ));
        }
        plan.add(rule, None, SimTime::from_millis(0));
    }
    let shadows = plan.shadows();
    if shadows.is_empty() {
        return Ok(());
    }
    let sentences = shadows.iter().map(|shadow| {
        format!(
            "{path}: rule `{}` can never act: rule `{}` before it always does\n   hint: put it \
             first, or narrow `{}` with `when` or `times`",
            shadow.rule, shadow.by, shadow.by
        )
    });
    Err(sentences.collect::<Vec<_>>().join("\n"))
}

//! `contract`: the catalogue of clauses, listed, explained, and counted.

use clap::{Arg, ArgMatches, Command};
use conax_contract::clause::{Clause, Strictness};
use conax_contract::source::Source;
use conax_scenario::conformance::Standing;
use conax_scenario::coverage::Covers;
use serde_json::{Value, json};

use crate::coverage::{conclude, fail_under_argument, limits_of, source_argument, sources_of};
use crate::exit::Exit;
use crate::failure::{Failure, OrFail};
use crate::flags::{Flags, flag, switch};
use crate::print;
use crate::signals::end_on_signal;
use crate::verify::verified_self;

/// The verb.
pub(crate) fn command() -> Command {
    let list = Command::new("list")
        .about("List the clauses, with how each is known")
        .arg(source_argument())
        .arg(flag("topic", "TOPIC", "Only clauses of this topic, such as show or law"))
        .arg(switch("choices", "Only where the documents contradict themselves or leave a choice"))
        .arg(format_argument())
        .after_help("Examples:\n  conax-sim contract list --source documented,shown\n  conax-sim contract list --choices\n  conax-sim contract list --format json");
    let show = Command::new("show")
        .about("Tell all that is known of a clause")
        .arg(
            Arg::new("id")
                .value_name("ID")
                .required(true)
                .num_args(1..)
                .help("Its id, such as show.exactly-one-identifier"),
        )
        .arg(format_argument())
        .after_help("Example:\n  conax-sim contract show add_to_existing_pairing.both-sets");
    let coverage = Command::new("coverage")
        .about("Verify a simulator of our own, and count the clauses that were shown")
        .arg(source_argument())
        .arg(fail_under_argument(
            "PERCENT",
            "End with 4 if a smaller share of the clauses is shown",
        ))
        .after_help(
            "Example:\n  conax-sim contract coverage --source documented,shown --fail-under 100",
        );
    Command::new("contract")
        .about("The contract as clauses: list them, explain one, count what verification shows")
        .subcommand_required(true)
        .subcommand(list)
        .subcommand(show)
        .subcommand(coverage)
}

fn format_argument() -> Arg {
    flag("format", "FORM", "For people or for programs")
        .value_parser(["human", "json"])
        .default_value("human")
}

/// Lists, shows or counts.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    match matches.subcommand() {
        Some(("list", matches)) => list(matches),
        Some(("show", matches)) => show(matches),
        Some(("coverage", matches)) => coverage(matches).unwrap_or_else(Failure::report),
        _ => Exit::Usage,
    }
}

fn is_json(matches: &ArgMatches) -> bool {
    matches.text("format") == Some("json")
}

fn list(matches: &ArgMatches) -> Exit {
    let sources = sources_of(matches);
    let topic = matches.text("topic");
    let chosen: Vec<&Clause> = Clause::all()
        .iter()
        .filter(|clause| sources.contains(&clause.source))
        .filter(|clause| topic.is_none_or(|topic| clause.topic() == topic))
        .filter(|clause| !matches.get_flag("choices") || clause.choice.is_some())
        .collect();
    if chosen.is_empty() {
        print::aside(
            "error: no clause is like that\n   hint: `conax-sim contract list` has all of them",
        );
        return Exit::NothingRan;
    }
    if is_json(matches) {
        let all: Vec<Value> = chosen.iter().map(|clause| as_json(clause)).collect();
        print::result(serde_json::to_string_pretty(&all).unwrap_or_default());
        return Exit::Met;
    }
    let mut topic = "";
    for clause in &chosen {
        if clause.topic() != topic {
            if !topic.is_empty() {
                print::result("");
            }
            topic = clause.topic();
        }
        print::result(format_args!("{}  ({}, {})", clause.id, clause.source, clause.strictness));
        print::meaning("  ", 2, &clause.statement);
        if let Some(choice) = clause.choice {
            let switch = choice.switch.map_or(String::new(), |name| format!(" (setting `{name}`)"));
            print::meaning(
                "  ",
                2,
                &format!("Here: {}. Also read: {}{switch}.", choice.chosen, choice.other),
            );
        }
    }
    print::result(format_args!("\n{} clauses: {}", chosen.len(), by_source(&chosen)));
    Exit::Met
}

fn by_source(clauses: &[&Clause]) -> String {
    let counts = Source::ALL.iter().filter_map(|source| {
        let count = clauses.iter().filter(|clause| clause.source == *source).count();
        (count > 0).then(|| format!("{count} {source}"))
    });
    counts.collect::<Vec<_>>().join(", ")
}

fn as_json(clause: &Clause) -> Value {
    json!({
        "id": clause.id,
        "statement": clause.statement,
        "source": clause.source.code(),
        "place": clause.place,
        "strictness": clause.strictness.code(),
        "seen": clause.seen.words(),
        "choice": clause.choice.map(|choice| json!({
            "chosen": choice.chosen,
            "other": choice.other,
            "setting": choice.switch,
        })),
    })
}

fn show(matches: &ArgMatches) -> Exit {
    let mut exit = Exit::Met;
    for id in matches.texts("id") {
        let Some(clause) = Clause::find(&id) else {
            let hint = match Clause::near(&id) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`conax-sim contract list` has all of them".to_owned(),
            };
            print::aside(format_args!("error: there is no clause `{id}`\n   hint: {hint}"));
            exit = Exit::Usage;
            continue;
        };
        if is_json(matches) {
            print::result(serde_json::to_string_pretty(&as_json(clause)).unwrap_or_default());
            continue;
        }
        print::result(&clause.id);
        let place = match clause.place {
            "" => String::new(),
            place => format!(": {place}"),
        };
        print::meaning("   says", 12, &clause.statement);
        print::meaning("   known", 12, &format!("{}{place}", clause.source));
        print::meaning("   a break", 12, meaning(clause.strictness));
        print::meaning("   seen", 12, clause.seen.words());
        if let Some(choice) = clause.choice {
            print::meaning("   here", 12, choice.chosen);
            print::meaning("   or", 12, choice.other);
            if let Some(switch) = choice.switch {
                print::meaning("   setting", 12, switch);
            }
        }
    }
    exit
}

const fn meaning(strictness: Strictness) -> &'static str {
    match strictness {
        Strictness::Must => "must: the target is wrong",
        Strictness::Should => "should: it surprises clients; nothing documented forbids it",
        Strictness::May => "may: the target chose otherwise than we did",
    }
}

/// Verifies a simulator of our own, and counts what it showed.
fn coverage(matches: &ArgMatches) -> Result<Exit, Failure> {
    let limits = limits_of(matches, Some("clauses"))?;
    // Half of it would be no count.
    end_on_signal(Exit::Interrupted);
    let record = verified_self().or_fail(Exit::OurBug)?;
    let shown = record.clauses.iter().filter(|clause| clause.standing == Standing::Held);
    let covers =
        Covers { clauses: shown.map(|clause| clause.id.clone()).collect(), ..Covers::default() };
    Ok(conclude(&[covers], &sources_of(matches), &limits, Some("clauses")))
}

//! `verify`: a verdict for every clause of the contract on any implementation of the API.
//!
//! Read on: `init` (a world file to start from), `power` (the proof that it can fail), `reports`
//! (what is written).

mod init;
mod power;
mod reports;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clap::{ArgMatches, Command};
use conax_contract::clause::Strictness;
use conax_contract::text::parse_moment;
use conax_contract::world::WorldSpec;
use conax_scenario::conformance::Standing;
use conax_scenario::run::Stop;
use conax_scenario::target::Target;
use conax_scenario::verify::{
    Baseline, ClauseRecord, Compared, Credentials, LoginWorld, Options, TargetWorld, VerifyRecord,
    clause_text, planned_creations, probes, summary, untested, variables, verify,
};

use crate::exit::Exit;
use crate::failure::{Failure, OrFail};
use crate::flags::{Flags, flag, meant, repeated, switch, wrong};
use crate::http_client::{self, Client};
use crate::print;
use crate::reports::{ReportOrder, write_reports};
use crate::run::{Addresses, Secrets, api_target, usual_target};
use crate::signals::{end_on_signal, stop_on_signal};
use crate::write::save;
use reports::{FORMATS, Format};

/// The target that is a fresh simulator in this process.
const OURSELVES: &str = "self";

/// The date of that simulator: later than everything its world remembers.
const START: &str = "2026-01-01T09:00:00";

/// Stories of broken clauses that are printed; the reports have all.
const SHOWN_BREAKS: usize = 30;

/// The verb.
pub(crate) fn command() -> Command {
    let probe_names: Vec<String> =
        probes().iter().map(|probe| format!("  {:<10} {}", probe.name, probe.about)).collect();
    Command::new("verify")
        .about("Verify any implementation of the provisioning API, clause by clause")
        .arg(flag("target", "URL", "The provisioning API, such as http://127.0.0.1:8080/crmapi/rest/v2, or `self`: a fresh simulator in this process").required(true))
        .arg(flag("world", "FILE", "Target file: what exists there, as `--init` writes it (*.target.yaml; no world of a simulator)"))
        .arg(flag("secrets-file", "FILE", "File of NAME=VALUE lines: token, or username, password and organisation; web_api_key. Else the environment has them as CONAX_TOKEN, CONAX_USERNAME, CONAX_PASSWORD, CONAX_ORGANISATION, CONAX_WEB_API_KEY"))
        .arg(switch("init", "Print a commented target file, filled in by asking the target"))
        .arg(flag("control", "URL", "For --init: the control API of a conax-sim, which knows what exists there").requires("init"))
        .arg(flag("control-token-file", "FILE", "File with the bearer token that control API asks for").requires("control"))
        .args(http_client::arguments())
        .arg(switch("prove-power", "For `self`: verify known-wrong implementations, and print which clause caught which"))
        .arg(repeated("defect", "NAME", "For --prove-power: only this known-wrong implementation").requires("prove-power"))
        .arg(switch("read-only", "Send GETs only; needs a token"))
        .arg(switch("dry-run", "Only say what would be asked and created"))
        .arg(repeated("only", "PROBE", "Only this part of the verification"))
        .arg(flag("strict", "DEGREE", "What fails: breaks of `must` clauses, of `should` ones as well, or of `may` ones too").value_parser(["must", "should", "may"]).default_value("must"))
        .arg(flag("rate", "N/s", "Calls in a second at most [default: 50/s; no limit for `self`]"))
        .arg(flag("parallel", "N", "Calls made at the same time where that is the point").default_value("8"))
        .arg(flag("timeout", "TIME", "Time a call may take").default_value("30s"))
        .arg(flag("seed", "N", "Seed of the simulator of `--target self`").default_value("1"))
        .arg(flag("baseline", "FILE", "Known deviations, a clause id per line: listed apart, and no failure"))
        .arg(flag("write-baseline", "FILE", "Write what is broken now as such a file"))
        .arg(repeated("report", "FORMAT[=FILE]", "Write a report: json, junit, html or sarif; without a file, to standard output"))
        .arg(switch("quiet", "Print the broken clauses and the last line only").short('q'))
        .arg(switch("verbose", "Print every clause").short('v'))
        .after_help(format!(
            "Nobody else should work at the target meanwhile: laws that compare lists cannot tell \
             who changed them.\n\nParts:\n{}\n\nExamples:\n  \
             conax-sim verify --target self\n  \
             conax-sim verify --init --target http://127.0.0.1:8080 > crm.target.yaml\n  \
             conax-sim verify --target http://127.0.0.1:8080 --world crm.target.yaml\n  \
             conax-sim verify --target http://10.0.0.7/crmapi/rest/v2 --read-only --report junit=verify.xml",
            probe_names.join("\n")
        ))
}

/// What the command line asks for.
struct Order {
    target: String,
    client: Client,
    world: TargetWorld,
    world_file: Option<String>,
    credentials: Credentials,
    options: Options,
    only: Vec<String>,
    least: Strictness,
    timeout: Duration,
    seed: u64,
    baseline: Option<Baseline>,
    reports: Vec<ReportOrder<Format>>,
}

/// Verifies.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    let done = Order::of(matches).and_then(|order| order.carry_out(matches));
    done.unwrap_or_else(Failure::report)
}

impl Order {
    fn of(matches: &ArgMatches) -> Result<Self, Failure> {
        let target = matches.text("target").unwrap_or_default().to_owned();
        let is_self = target == OURSELVES;
        let only = matches.texts("only");
        only.iter().try_for_each(|name| known_probe(name))?;
        let secrets = secrets(matches.text("secrets-file"))?;
        let mut credentials = Credentials {
            token: secrets.either("token", "CONAX_TOKEN"),
            password: secrets.either("password", "CONAX_PASSWORD"),
            web_api_key: secrets.either("web_api_key", "CONAX_WEB_API_KEY"),
        };
        let mut world = match matches.text("world") {
            Some(path) => crate::read::target_file(path).or_fail(Exit::Settings)?,
            None if is_self => {
                let demo = WorldSpec::demo();
                fill_in(&mut credentials, &demo);
                TargetWorld::of(&demo)
            }
            None => TargetWorld::default(),
        };
        secrets.say_who(&mut world);
        let client = Client::of_flags(matches)?;
        Ok(Self {
            options: Options {
                address: target.trim_end_matches('/').to_owned(),
                curl_flags: http_client::curl_flags(matches),
                warnings: client.warnings(),
                is_read_only: matches.get_flag("read-only"),
                pace: pace(matches.text("rate"), is_self)?,
                parallel: matches.whole("parallel")?.map_or(8, |count| count.clamp(1, 64) as usize),
            },
            least: matches
                .text("strict")
                .and_then(Strictness::from_code)
                .unwrap_or(Strictness::Must),
            baseline: matches.text("baseline").map(read_baseline).transpose()?,
            reports: ReportOrder::all(matches, &FORMATS)?,
            seed: matches.whole("seed")?.unwrap_or(1),
            timeout: matches.time("timeout", "30s")?.unwrap_or_default(),
            world_file: matches.text("world").map(str::to_owned),
            target,
            client,
            world,
            credentials,
            only,
        })
    }

    fn carry_out(&self, matches: &ArgMatches) -> Result<Exit, Failure> {
        let stop = Arc::new(Stop::default());
        match matches.get_flag("init") || matches.get_flag("prove-power") {
            // Half of what these print would be worth nothing.
            true => end_on_signal(Exit::Interrupted),
            false => stop_on_signal(&stop),
        }
        let mut target = self.open(&stop)?;
        if matches.get_flag("init") {
            let token_file = matches.text("control-token-file");
            let control = matches.text("control").map(|url| (url, token_file));
            return init::init(self, target.as_mut(), control);
        }
        if matches.get_flag("prove-power") {
            if self.target != OURSELVES {
                let problem = "--prove-power needs `--target self`: only a simulator of its own can be made wrong";
                return Err(Failure::usage(problem));
            }
            return power::prove(self, &power::chosen(matches)?);
        }
        let is_quiet = matches.get_flag("quiet");
        self.say_beforehand(is_quiet)?;
        if matches.get_flag("dry-run") {
            return Ok(Exit::Met);
        }
        let mut on_probe = |probe: &conax_scenario::verify::Probe| {
            if !is_quiet {
                print::aside(format_args!("asking: {}", probe.about));
            }
        };
        let (record, _) = verify(
            target.as_mut(),
            &self.world,
            &self.credentials,
            &self.options,
            (&self.only, &mut on_probe),
        );
        let exit = self.conclude(&record, matches, stop.is_interrupted());
        let file = self.world_file.as_deref().unwrap_or("crm.target.yaml");
        Ok(write_reports(&self.reports, exit, |format| format.render(&record, self.least, file)))
    }

    fn open(&self, stop: &Arc<Stop>) -> Result<Box<dyn Target>, Failure> {
        if self.target == OURSELVES {
            let start = parse_moment(START).unwrap_or_default();
            let world = WorldSpec::demo();
            return usual_target(self.seed, start, &world, Arc::clone(stop))
                .or_fail(Exit::Surroundings);
        }
        self.api_at(&self.target, stop)
    }

    /// An API at an address.
    fn api_at(&self, url: &str, stop: &Arc<Stop>) -> Result<Box<dyn Target>, Failure> {
        let addresses = Addresses::at(url, None, self.client.clone())?;
        api_target(addresses, self.timeout, Arc::clone(stop)).or_fail(Exit::Surroundings)
    }

    /// What will be created, before anything is.
    fn say_beforehand(&self, is_quiet: bool) -> Result<(), Failure> {
        if self.options.is_read_only && self.credentials.token.is_none() && self.target != OURSELVES
        {
            let problem = "a read-only verification sends no login, so it needs a token\n   \
                           hint: put `token=…` into a file and name it with --secrets-file, or set CONAX_TOKEN";
            return Err(Failure::usage(problem));
        }
        let can_log_in = self.world.login.is_some() && self.credentials.password.is_some();
        if self.credentials.token.is_none() && !can_log_in && self.target != OURSELVES {
            let problem = "a verification needs a token, or a login\n   \
                           hint: put `token=…`, or `username=…`, `password=…` and `organisation=…`, into a file and name it with --secrets-file";
            return Err(Failure::usage(problem));
        }
        if is_quiet {
            return Ok(());
        }
        let count = match self.options.is_read_only {
            true => 0,
            false => planned_creations(&self.world, &self.options, &self.only),
        };
        let what = match (count, &self.world.subscription) {
            (0, _) if self.options.is_read_only => "sends GETs only and creates nothing".to_owned(),
            (0, _) => {
                "creates nothing: no target file names what orders can be given for".to_owned()
            }
            (count, subscription) => {
                let cards: Vec<String> =
                    self.world.smartcards.iter().map(|card| card.label()).collect();
                format!(
                    "will create {count} requests on subscription {} for smartcards {}, and takes none back",
                    subscription.as_ref().map_or("?".to_owned(), |named| named.label()),
                    cards.join(", ")
                )
            }
        };
        print::aside(format_args!("verify {}: {what}", self.target));
        Ok(())
    }

    /// Prints what came of it.
    fn conclude(&self, record: &VerifyRecord, matches: &ArgMatches, is_interrupted: bool) -> Exit {
        let least = self.least;
        let compared = self.baseline.clone().unwrap_or_default().compare(record, least);
        let say = |line: &str| match self.reports.iter().any(ReportOrder::is_printed) {
            true => print::aside(line),
            false => print::result(line),
        };
        let judged = |clause: &&ClauseRecord| clause.standing != Standing::NotTestable;
        if let (Some(trouble), None) = (&record.trouble, record.clauses.iter().find(judged)) {
            self.say_trouble(record, trouble);
            return self.exit(record, &compared, is_interrupted);
        }
        if matches.get_flag("verbose") {
            for clause in &record.clauses {
                say(&format!("{:<12} {} {}", clause.standing.words(), clause.id, clause.statement));
            }
            say("");
        }
        let broken: Vec<_> = record.standing(Standing::Broken).collect();
        let rendered = broken.iter().filter(|clause| compared.new.contains(&clause.id));
        for clause in rendered.clone().take(SHOWN_BREAKS) {
            say(&clause_text(record, clause));
        }
        let shown = rendered.clone().take(SHOWN_BREAKS);
        let variables = variables(record, shown.copied());
        if !variables.is_empty() {
            say(&format!(
                "in the commands above stand for what is secret, to be set first: {variables}"
            ));
        }
        let lenient: Vec<&str> = broken
            .iter()
            .filter(|clause| !clause.fails(least))
            .map(|clause| clause.id.as_str())
            .collect();
        if !lenient.is_empty() {
            say(&format!("broken, but less than a {least}: {}", lenient.join(", ")));
        }
        say_compared(&compared, &say);
        if !matches.get_flag("quiet") {
            for (why, ids) in untested(record) {
                say(&format!("not testable there, {}: {why}", ids.len()));
            }
        }
        if let Some(trouble) = &record.trouble {
            say(&format!("it ended early: {trouble}"));
        }
        for warning in &record.warnings {
            say(&format!("warning: {warning}"));
        }
        say(&summary(record));
        if let Some(path) = matches.text("write-baseline") {
            let saved = save(Path::new(path), Baseline::render(record, least).as_bytes());
            if let Err(failure) = saved {
                return failure.report();
            }
        }
        let exit = self.exit(record, &compared, is_interrupted);
        if exit != Exit::Met {
            say(&format!("exit {}: {}", exit.code(), exit.meaning()));
        }
        exit
    }

    /// Why nothing was judged.
    fn say_trouble(&self, record: &VerifyRecord, trouble: &str) {
        print::aside(format_args!("error: {}: {trouble}", self.target));
        if record.is_refused {
            print::aside(
                "   hint: token, or username, password and organisation, come from \
                 --secrets-file, else from the environment",
            );
        }
    }

    fn exit(&self, record: &VerifyRecord, compared: &Compared, is_interrupted: bool) -> Exit {
        let has_held = record.standing(Standing::Held).next().is_some();
        if is_interrupted {
            Exit::Interrupted
        } else if record.is_refused {
            Exit::Settings
        } else if record.trouble.is_some() {
            Exit::Surroundings
        } else if !compared.new.is_empty() || !compared.fixed.is_empty() {
            Exit::NotMet
        } else if !has_held {
            Exit::NothingRan
        } else {
            Exit::Met
        }
    }
}

/// Verifies a simulator of our own as the verb does when nothing else is said.
pub(crate) fn verified_self() -> Result<VerifyRecord, String> {
    let demo = WorldSpec::demo();
    let mut credentials = Credentials::default();
    fill_in(&mut credentials, &demo);
    let options = Options::at(OURSELVES);
    let start = parse_moment(START).unwrap_or_default();
    let mut target = usual_target(1, start, &demo, Arc::new(Stop::default()))?;
    let world = TargetWorld::of(&demo);
    let (record, _) = verify(target.as_mut(), &world, &credentials, &options, (&[], &mut |_| {}));
    Ok(record)
}

fn say_compared(compared: &Compared, say: &dyn Fn(&str)) {
    let lists = [
        ("known deviations, still there", &compared.known),
        ("known deviations that are fixed; take them out of the baseline", &compared.fixed),
        ("known deviations nothing showed this time", &compared.unseen),
    ];
    for (what, ids) in lists {
        if !ids.is_empty() {
            say(&format!("{what}: {}", ids.join(", ")));
        }
    }
}

fn known_probe(name: &str) -> Result<(), Failure> {
    let names = || probes().iter().map(|probe| probe.name);
    if names().any(|known| known == name) {
        return Ok(());
    }
    let all = || format!("expected one of {}", names().collect::<Vec<_>>().join(", "));
    let failure = Failure::usage(format!("--only: there is no part `{name}`"));
    Err(failure.hint(meant(name, names(), all)))
}

/// The pause between two calls.
fn pace(rate: Option<&str>, is_self: bool) -> Result<Duration, Failure> {
    let Some(text) = rate else {
        return Ok(if is_self { Duration::ZERO } else { Duration::from_millis(20) });
    };
    let number: Option<f64> = text.trim_end_matches("/s").parse().ok();
    match number {
        Some(number) if number > 0.0 && number.is_finite() => {
            Ok(Duration::from_secs_f64((1.0 / number).min(3600.0)))
        }
        _ => Err(wrong("rate", text, "calls in a second such as 50/s")),
    }
}

/// Values of secrets by either of their names.
struct Named(Secrets);

impl Named {
    fn either(&self, in_file: &str, in_environment: &str) -> Option<String> {
        let of_file = self.0.of_file(in_file).map(str::to_owned);
        of_file.or_else(|| std::env::var(in_environment).ok())
    }
}

impl Named {
    /// Who logs in, if the secrets name somebody.
    fn say_who(&self, world: &mut TargetWorld) {
        let Some(username) = self.either("username", "CONAX_USERNAME") else {
            return;
        };
        let known = world.login.take();
        let organisation = self.either("organisation", "CONAX_ORGANISATION");
        let (known, unit) = match known {
            Some(login) => (Some(login.organisation), login.unit),
            None => (None, None),
        };
        world.login = Some(LoginWorld {
            username,
            organisation: organisation.or(known).unwrap_or_default(),
            unit,
        });
    }
}

fn secrets(path: Option<&str>) -> Result<Named, Failure> {
    Secrets::of(path).map(Named).or_fail(Exit::Settings)
}

fn read_baseline(path: &str) -> Result<Baseline, Failure> {
    let text = crate::read::generated_text(path)
        .map_err(|error| format!("failed to read the baseline `{path}`: {error}"))
        .or_fail(Exit::Settings)?;
    let wrong = |problem| Failure::settings(format!("{path}: {problem}"));
    Baseline::parse(&text).map_err(wrong)
}

/// What opens a world of ours.
pub(crate) fn fill_in(credentials: &mut Credentials, world: &WorldSpec) {
    let password = world.users.iter().find_map(|user| user.password.as_ref());
    let key = world.web_api_keys.first();
    credentials.password =
        credentials.password.take().or(password.map(|secret| secret.expose().to_owned()));
    credentials.web_api_key =
        credentials.web_api_key.take().or(key.map(|key| key.key.expose().to_owned()));
}

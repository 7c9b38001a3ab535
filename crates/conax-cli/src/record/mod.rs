//! `record`: listens between a client and any implementation of the API, and keeps what was said.
//!
//! Read on: `proxy` and `recorder` (what happens while it goes on), `contract` (what is checked),
//! `redact` and `names` (what may stand in a file, both pure), `form` (the file), `scenario`
//! (what a recording becomes).

mod contract;
mod form;
mod har;
mod journal;
mod names;
mod proxy;
mod recorder;
mod redact;
mod scenario;
mod tls;

use std::io::IsTerminal;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{ArgMatches, Command};
use conax_contract::text::{counted, render_moment};
use conax_scenario::document::Api;
use serde_json::json;
use tokio::net::TcpListener;

use self::form::{FORMAT, Ids, Recording};
use self::journal::Journal;
use self::proxy::{GRACE, Proxy, Way};
use self::recorder::{Counts, Kept, Progress, Recorder};
use self::redact::{Secrets, redact};
use self::tls::TlsOrder;
use crate::exit::Exit;
use crate::failure::{Failure, OrFail};
use crate::flags::{Flags, flag, switch, wrong};
use crate::http_client::{self, Address, Client};
use crate::print;
use crate::serve::local_time;
use crate::signals::first_signal;
use crate::write::{goes_to_stream, not_written, try_to_write, would_replace, write_file};

pub(crate) use form::{Call, Content, Exchange, Reply};
pub(crate) use names::{operation_at, rename};

/// The verb.
pub(crate) fn command() -> Command {
    Command::new("record")
        .about("Record what is said between a client and any implementation of the API")
        .args_conflicts_with_subcommands(true)
        .subcommand_negates_reqs(true)
        .arg(
            flag("target", "URL", "The provisioning API to record, such as http://127.0.0.1:8080")
                .required(true),
        )
        .arg(flag("listen", "ADDR", "Where the client calls instead").default_value("127.0.0.1:0"))
        .arg(flag("cas", "URL", "The Conax endpoint to record as well"))
        .arg(
            flag(
                "cas-listen",
                "ADDR",
                "Where the implementation calls Conax instead [default: 127.0.0.1:0]",
            )
            .requires("cas"),
        )
        .args(tls::arguments())
        .args(http_client::arguments())
        .arg(
            flag("output", "FILE", "The file to write, called *.conaxrec.json")
                .short('o')
                .required(true),
        )
        .arg(flag("har", "FILE", "Write it as an HTTP Archive (HAR) as well"))
        .arg(flag("for", "TIME", "End after this time, such as 10min"))
        .arg(flag("exchanges", "N", "End after so many exchanges"))
        .arg(
            flag("timeout", "TIME", "How long the target may take to answer").default_value("1min"),
        )
        .arg(switch("overwrite", "Replace a recording that is there, if anything is heard"))
        .arg(switch(
            "keep-ids",
            "Keep ids, numbers and references as they are; secrets are masked anyway",
        ))
        .arg(
            flag(
                "format",
                "FORMAT",
                "How the addresses are told: human, or json on standard output",
            )
            .value_parser(["human", "json"])
            .default_value("human"),
        )
        .subcommand(scenario::command())
        .after_help(
            "Every call is handed on byte for byte, and its answer back. Tokens, passwords, PINs \
             and keys are in no file. Ctrl-C ends it and writes the file.\n\
             What was heard stands in FILE.part until then; `record scenario` reads that as well, \
             and HAR files of browsers and proxies.\n\n\
             Examples:\n  \
             conax-sim record --target http://127.0.0.1:8080 -o a.conaxrec.json\n  \
             conax-sim record --target http://crm:8080 --cas http://conax:9081 \\\n    \
             --listen 0.0.0.0:8088 --cas-listen 0.0.0.0:9088 -o a.conaxrec.json\n  \
             conax-sim record scenario a.conaxrec.json -o a.scenario.yaml",
        )
}

/// Records.
pub(crate) fn run(matches: &ArgMatches) -> Exit {
    if let Some(("scenario", matches)) = matches.subcommand() {
        return scenario::run(matches);
    }
    Order::of(matches).and_then(|order| begin(&order)).unwrap_or_else(Failure::report)
}

fn begin(order: &Order) -> Result<Exit, Failure> {
    // Found out now, not after an hour of recording.
    for path in [Some(&order.output), order.har.as_ref()].into_iter().flatten() {
        try_to_write(path).map_err(|error| not_written("", path, &error))?;
        if would_replace(path) && !order.overwrites {
            return Err(is_kept(path));
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| format!("failed to start the runtime: {error}"))
        .or_fail(Exit::Surroundings)?;
    let done = runtime.block_on(record(order));
    runtime.shutdown_background();
    done
}

/// A file is not replaced.
pub(super) fn is_kept(path: &Path) -> Failure {
    Failure::usage(format!(
        "`{}` is there already and is kept\n   hint: name another file with -o, or say \
         --overwrite",
        path.display()
    ))
}

/// What the command line asks for.
struct Order {
    client: Client,
    target: String,
    listen: String,
    /// The address of Conax and where to listen for it.
    cas: Option<(String, String)>,
    tls: Option<TlsOrder>,
    output: PathBuf,
    /// The HTTP Archive beside it.
    har: Option<PathBuf>,
    time: Option<Duration>,
    limit: Option<usize>,
    timeouts: Duration,
    ids: Ids,
    overwrites: bool,
    is_json: bool,
}

impl Order {
    fn of(matches: &ArgMatches) -> Result<Self, Failure> {
        let text = |name: &str| matches.text(name).unwrap_or_default().to_owned();
        let limit = match matches.text("exchanges") {
            None => None,
            Some(text) => {
                let limit = text.parse().ok().filter(|count| *count > 0);
                Some(limit.ok_or_else(|| wrong("exchanges", text, "a number above 0"))?)
            }
        };
        let order = Self {
            client: Client::of_flags(matches)?,
            target: text("target"),
            listen: text("listen"),
            cas: matches.text("cas").map(|cas| {
                let listen = matches.text("cas-listen").unwrap_or("127.0.0.1:0");
                (cas.to_owned(), listen.to_owned())
            }),
            tls: TlsOrder::of(matches)?,
            output: text("output").into(),
            har: matches.text("har").map(PathBuf::from),
            time: matches.time("for", "30s or 10min")?,
            limit,
            timeouts: matches.time("timeout", "30s or 10min")?.unwrap_or_default(),
            ids: match matches.get_flag("keep-ids") {
                true => Ids::Kept,
                false => Ids::Renamed,
            },
            overwrites: matches.get_flag("overwrite"),
            is_json: matches.text("format") == Some("json"),
        };
        Address::parse(&order.target).or_fail(Exit::Usage)?;
        if let Some((cas, _)) = &order.cas {
            Address::parse(cas).or_fail(Exit::Usage)?;
        }
        Ok(order)
    }

    /// The recording before anything is heard.
    fn recording(&self) -> Recording {
        Recording {
            recording: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            target: self.target.clone(),
            cas: self.cas.as_ref().map(|(cas, _)| cas.clone()),
            warnings: self.client.warnings(),
            began: render_moment(local_time().calendar()),
            ids: self.ids,
            exchanges: Vec::new(),
        }
    }

    /// The file that holds what is heard until the recording is written; none for a stream.
    fn journal(&self, recording: &Recording) -> Result<Option<Journal>, Failure> {
        if goes_to_stream(&self.output) {
            return Ok(None);
        }
        let begun = Journal::begin(&self.output, recording);
        begun.map(Some).map_err(|error| {
            let path = Journal::path_of(&self.output);
            if error.kind() == std::io::ErrorKind::AlreadyExists {
                let path = path.display();
                return Failure::usage(format!(
                    "`{path}` is there: another recorder is writing it, or one was ended before it \
                     could finish\n   hint: `conax-sim record scenario {path}` reads it; then give \
                     it another name, or remove it"
                ));
            }
            not_written("", &path, &error)
        })
    }

    /// The APIs with where they lead to.
    fn apis(&self) -> Vec<(Api, &str, &str)> {
        let crm = (Api::Crm, self.target.as_str(), self.listen.as_str());
        let cas = self.cas.as_ref();
        let cas = cas.map(|(cas, listen)| (Api::Cas, cas.as_str(), listen.as_str()));
        [crm].into_iter().chain(cas).collect()
    }
}

async fn record(order: &Order) -> Result<Exit, Failure> {
    let apis = open(order).await?;
    let recording = order.recording();
    let journal = order.journal(&recording)?;
    let proxy = Arc::new(Proxy {
        recorder: Recorder::new(order.limit, journal),
        observer: Box::new(progress()),
    });
    // Whoever reads the addresses may ask for the end at once.
    let stopped = first_signal();
    print_addresses(order, &apis);
    let ended = async {
        let time = async {
            match order.time {
                Some(time) => tokio::time::sleep(time).await,
                None => std::future::pending().await,
            }
        };
        // Whoever asked where to call and cannot be told never calls.
        if print::has_failed() {
            return;
        }
        tokio::select! {
            () = stopped => {}
            () = time => {}
            () = proxy.recorder.filled() => {}
        }
    };
    let apis = apis.into_iter().map(|(api, _)| api).collect();
    // A time that was given is kept.
    let grace = order.time.map_or(GRACE, |time| GRACE.min(time / 10));
    proxy::run(&proxy, apis, (ended, grace)).await;
    let kept = proxy.recorder.take();
    conclude(order, recording, kept)
}

type Listening = ((TcpListener, Arc<Way>), String);

async fn open(order: &Order) -> Result<Vec<Listening>, Failure> {
    let mut opened = Vec::new();
    for (api, target, listen) in order.apis() {
        let listener = proxy::open(listen).await;
        let (listener, address) = listener
            .map_err(|error| format!("failed to listen at `{listen}`: {error}"))
            .or_fail(Exit::Surroundings)?;
        let target = Address::parse(target).or_fail(Exit::Usage)?;
        opened.push((api, target, listener, address));
    }
    let addresses: Vec<IpAddr> = opened.iter().map(|(.., address)| address.ip()).collect();
    let tls = order.tls.as_ref().map(|tls| tls.listeners(&addresses)).transpose()?;
    let mut tls = tls.into_iter().flatten();
    let apis = opened.into_iter().map(|(api, target, listener, address)| {
        let (client, timeouts, tls) = (order.client.clone(), order.timeouts, tls.next());
        let scheme = if tls.is_some() { "https" } else { "http" };
        let way = Way { api, target, client, timeouts, tls };
        ((listener, Arc::new(way)), format!("{scheme}://{address}"))
    });
    Ok(apis.collect())
}

fn print_addresses(order: &Order, apis: &[Listening]) {
    let address = |wanted: Api| {
        let found = apis.iter().find(|((_, way), _)| way.api == wanted);
        found.map(|(_, address)| address.as_str())
    };
    if order.is_json {
        print::result(json!({ "crm": address(Api::Crm), "cas": address(Api::Cas) }));
    }
    for (api, target, _) in order.apis() {
        let name = match api {
            Api::Cas => "Conax endpoint",
            Api::Crm | Api::Control => "provisioning API",
        };
        let address = address(api).unwrap_or_default();
        print::aside(format_args!("  {name:<17} {address}"));
        print::aside(format_args!("  {:<17} {target}", "  handed on to"));
    }
    print::aside("recording; Ctrl-C ends it and writes the file");
}

/// Tells how far the recording is: on a terminal one line that changes, else a line now and then.
fn progress() -> impl Fn(&Progress) + Send + Sync {
    let is_terminal = std::io::stderr().is_terminal();
    move |rendered| {
        for finding in &rendered.findings {
            let line = format!("#{} {}: {finding}", rendered.number, rendered.title);
            if is_terminal {
                print::status("\r\x1b[K");
            }
            print::aside(line);
        }
        let all = rendered.counts.all();
        if is_terminal {
            print::status(format_args!("\r\x1b[K{}", words(rendered.counts)));
        } else if all == 1 || all.is_multiple_of(100) {
            print::aside(words(rendered.counts));
        }
    }
}

/// How far a recording is, in words.
fn words(counts: Counts) -> String {
    let mut text = counted(counts.all(), "exchange");
    if counts.cas > 0 {
        text += &format!(", {} of them with Conax", counts.cas);
    }
    if counts.unanswered > 0 {
        text += &format!(", {} without an answer", counts.unanswered);
    }
    if counts.wrong > 0 {
        text += &format!(", {} not by the contract", counts.wrong);
    }
    text
}

/// Writes the file and says so.
fn conclude(order: &Order, mut recording: Recording, kept: Kept) -> Result<Exit, Failure> {
    if kept.heard.is_empty() {
        kept.journal.into_iter().for_each(Journal::end);
        let code = Exit::NothingRan.code();
        print::aside(format_args!("exit {code}: nobody called, nothing is written"));
        return Ok(Exit::NothingRan);
    }
    let mut secrets = Secrets::default();
    kept.heard.iter().for_each(|one| secrets.learn(one));
    recording.exchanges = redact(&kept.heard);
    for (exchange, found) in recording.exchanges.iter_mut().zip(kept.findings) {
        exchange.findings = found.iter().map(|text| secrets.text(text)).collect();
    }
    if order.ids == Ids::Renamed {
        rename(&mut recording.exchanges);
    }
    let written = serde_json::to_string_pretty(&recording)
        .map_err(std::io::Error::other)
        .and_then(|text| write_file(&order.output, format!("{text}\n").as_bytes()));
    if let Err(error) = written {
        let failure = not_written("", &order.output, &error);
        return Err(match kept.journal {
            Some(journal) => {
                let part = journal.path().display();
                failure.hint(format_args!("`{part}` holds what was heard"))
            }
            None => failure,
        });
    }
    kept.journal.into_iter().for_each(Journal::end);
    print::aside(format_args!("\n{}: {}", order.output.display(), words(kept.counts)));
    if let Some(path) = &order.har {
        let written = write_file(path, har::export(&recording).as_bytes());
        written.map_err(|error| not_written("the HAR file ", path, &error))?;
        print::aside(format_args!("{}: the same as HAR", path.display()));
    }
    Ok(Exit::Met)
}

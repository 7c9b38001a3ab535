//! Every command of every page is run, and what it prints is what the page shows.
//!
//! How a page says what is to happen, so that people can read it too:
//!
//! - a block `sh` is commands, run in the order of the page in a folder of its own, in which
//!   `crates`, `examples`, `fixtures` and `scenarios` stand; each has to end with 0;
//! - `# ends with 4: why` in it says another exit code of its last command;
//! - a block `text` or `json` right behind it is what it prints; `…` stands for what changes;
//! - a server (`serve`, `record --target`) has a block of its own and lives to the end of the page,
//!   until another one takes its ports, or until a block begins with `# after Ctrl-C`;
//! - a block of another language that begins with `# NAME` is a file of that name;
//! - `# Not run by the tests: REASON` begins a block that cannot be run, with a reason of [`UNRUN`].
//!
//! A call with curl whose answer is not shown has to be answered well: below 400, status `OK`.

use conax_tests::Chance;

use crate::pages::compare::difference;
use crate::pages::page::{Block, Page, paths};
use crate::pages::session::Session;

macro_rules! pages {
    ($($name:ident $path:literal;)+) => {
        $(
            #[test]
            fn $name() {
                run(&Page::read($path)).unwrap_or_else(|told| panic!("{told}"));
            }
        )+
        const PAGES: &[&str] = &[$($path),+];
    };
}

pages! {
    readme "README.md";
    scenarios_folder "scenarios/README.md";
    contents "docs/README.md";
    summary "docs/SUMMARY.md";
    getting_started_ci "docs/getting-started-ci.md";
    getting_started_failure "docs/getting-started-failure.md";
    getting_started_scenarios "docs/getting-started-scenarios.md";
    provisioning_api "docs/provisioning-api.md";
    conax_endpoint "docs/conax-endpoint.md";
    control_api "docs/control-api.md";
    clock "docs/clock.md";
    faults "docs/faults.md";
    worlds "docs/worlds.md";
    store "docs/store.md";
    ledger_and_drift "docs/ledger-and-drift.md";
    scenarios "docs/scenarios.md";
    scenario_language "docs/scenario-language.md";
    verify "docs/verify.md";
    explore "docs/explore.md";
    coverage "docs/coverage.md";
    record_and_diff "docs/record-and-diff.md";
    grade "docs/grade.md";
    embedding "docs/embedding.md";
    settings "docs/settings.md";
    known "docs/known.md";
    performance "docs/performance.md";
    operating "docs/operating.md";
}

#[test]
fn every_page_is_run() {
    let mut run = PAGES.to_vec();
    run.sort_unstable();
    assert_eq!(paths(), run, "a new page is named in `pages!` above");
}

/// Why a block is not run, and what each of its commands has to have for the reason to be true.
const UNRUN: &[(&str, &[&str])] = &[
    ("it builds the program", &["cargo build", "cargo install", "cargo doc"]),
    ("it runs the tests", &["cargo test"]),
    ("it needs node or Python", &["npm ", "node ", "pytest "]),
    ("it takes minutes", &["bench", "--prove-power", "run scenarios", "--for "]),
    ("it needs TLS in curl", &["https://"]),
    ("it needs openssl", &["openssl "]),
    ("it needs a container engine", &["docker "]),
    ("it needs your own deployment", &["example"]),
    ("it needs a client of yours", &["./my-client", "java "]),
    ("it goes on until it is stopped", &["--watch"]),
    ("it writes outside of its folder", &["/etc/"]),
];

/// A block of commands.
struct Commands<'a> {
    block: &'a Block,
    output: Option<&'a Block>,
}

/// The lines of a block that are commands, a continued one as one.
fn lines(script: &str) -> Vec<String> {
    let script = script.replace("\\\n", " ");
    let lines = script.lines().map(str::trim).map(str::to_owned);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
}

fn reason(script: &str) -> Option<&str> {
    let first = script.lines().next().unwrap_or_default();
    first.strip_prefix("# Not run by the tests: ")
}

fn is_server(line: &str) -> bool {
    let program = ["conax-sim ", "cargo run --release -- "];
    let verb = program.iter().find_map(|program| line.strip_prefix(program));
    let stays = |verb: &str| verb.starts_with("serve") && !verb.contains("--detach");
    verb.is_some_and(|verb| stays(verb) || verb.starts_with("record --target"))
}

/// The exit code a block says its last command ends with.
fn expected_code(script: &str) -> Option<i32> {
    let said = script.lines().find_map(|line| line.strip_prefix("# ends with "));
    let digits = said.map_or("0", |said| said.split(':').next().unwrap_or_default());
    digits.parse().ok()
}

impl Commands<'_> {
    /// Runs them; the difference between what is shown and what was printed.
    fn run(&self, session: &mut Session) -> Result<Option<String>, String> {
        let script = &self.block.text;
        if let Some(reason) = reason(script) {
            return is_unrun_for(reason, &lines(script)).map(|()| None);
        }
        let lines = lines(script);
        if lines.iter().any(|line| is_server(line)) {
            let [server] = lines.as_slice() else {
                return Err("a server has a block of its own".to_owned());
            };
            let text = session.serve(server)?;
            return Ok(self.compare(&text));
        }
        if script.starts_with("# after Ctrl-C") {
            session.interrupt()?;
        }
        let output = session.run(script, self.output.is_none())?;
        let expected = expected_code(script);
        if output.code != expected {
            let (code, text) = (output.code, output.text);
            return Err(format!("it ended with {code:?}, not with {expected:?}:\n{text}"));
        }
        Ok(self.compare(&output.text))
    }

    fn compare(&self, found: &str) -> Option<String> {
        self.output.and_then(|output| difference(&output.text, found))
    }
}

fn is_unrun_for(reason: &str, lines: &[String]) -> Result<(), String> {
    let known = UNRUN.iter().find(|(known, _)| *known == reason);
    let Some((_, signs)) = known else {
        let all: Vec<&str> = UNRUN.iter().map(|(known, _)| *known).collect();
        return Err(format!("`{reason}` is no reason; there are: {}", all.join("; ")));
    };
    let stray = lines.iter().find(|line| !signs.iter().any(|sign| line.contains(sign)));
    stray.map_or(Ok(()), |line| Err(format!("`{reason}` is not true of `{line}`")))
}

/// The name of the file a block is, if it is one.
fn file_name(block: &Block) -> Option<&str> {
    let first = block.text.lines().next()?.strip_prefix("# ")?;
    let is_name = first.contains('.') && !first.contains(' ');
    (is_name && block.language != "sh").then_some(first)
}

/// Everything on a page that is not so; after a command that fails nothing more is run.
fn run(page: &Page) -> Result<(), String> {
    let blocks = page.blocks();
    let mut session = Session::start();
    let mut told = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let output = blocks.get(index + 1).filter(|next| is_output(next));
        let before = index.checked_sub(1).map(|index| &blocks[index]);
        let ended = match block.language.as_str() {
            "sh" => Commands { block, output }.run(&mut session),
            "text" | "json" => needs_command(before, block).map(|()| None),
            "" => has_no_command(block).map(|()| None),
            _ => {
                if let Some(name) = file_name(block) {
                    session.write(name, &block.text);
                }
                Ok(None)
            }
        };
        let place = format!("{}:{}", page.path, block.line);
        match ended {
            Ok(None) => {}
            Ok(Some(difference)) => told.push(format!("{place}: {difference}")),
            Err(failure) => {
                told.push(format!("{place}: {failure}"));
                return Err(told.join("\n"));
            }
        }
    }
    told.extend(session.end().err().map(|failure| format!("{}: {failure}", page.path)));
    if told.is_empty() { Ok(()) } else { Err(told.join("\n")) }
}

fn is_output(block: &Block) -> bool {
    block.follows && ["text", "json"].contains(&block.language.as_str())
}

fn needs_command(before: Option<&Block>, block: &Block) -> Result<(), String> {
    match before {
        Some(before) if before.language == "sh" && is_output(block) => Ok(()),
        _ => Err("output stands right behind the `sh` block that prints it".to_owned()),
    }
}

/// A block without language is a picture or a table of figures.
fn has_no_command(block: &Block) -> Result<(), String> {
    let commands = ["$ ", "conax-sim ", "curl ", "cargo "];
    let starts = |line: &str| commands.iter().any(|command| line.starts_with(command));
    match block.text.lines().find(|line| starts(line)) {
        Some(line) => Err(format!("a command stands in a block `sh`: {line}")),
        None => Ok(()),
    }
}

fn page(text: &str) -> Page {
    Page { path: "x.md".to_owned(), text: text.to_owned() }
}

const SMALL: &str = "```sh\nconax-sim serve --run-interval off\n```\n\n```sh\n\
    curl -s http://127.0.0.1:8080/conax_web_services/provisioning_requests/add_subscriptions \\\n  \
    -d @fixtures/contract/add_subscriptions.request.json\n\
    curl -s -X POST http://127.0.0.1:8082/v1/runs\n```\n\n```json\n…\n  \"completed\": 1,\n…\n```\n";

#[test]
fn a_page_is_red_when_a_character_of_it_is_another_one() {
    assert_eq!(run(&page(SMALL)), Ok(()));
    for (right, wrong) in [
        ("serve", "srve"),
        ("--run-interval", "--run-intervall"),
        ("8080/conax", "8080/conx"),
        ("add_subscriptions.request", "add_subscription.request"),
        ("-X POST", "-X PUT"),
        ("8082", "8092"),
        ("\"completed\": 1", "\"completed\": 2"),
    ] {
        assert!(SMALL.contains(right), "{right}");
        assert!(run(&page(&SMALL.replacen(right, wrong, 1))).is_err(), "{wrong}");
    }
}

#[test]
fn a_block_that_is_not_run_says_why_and_the_reason_is_true() {
    let unrun = |reason: &str, line: &str| {
        run(&page(&format!("```sh\n# Not run by the tests: {reason}\n{line}\n```\n")))
    };
    assert_eq!(unrun("it runs the tests", "cargo test --workspace"), Ok(()));
    assert!(unrun("it runs the tests", "conax-sim world").is_err());
    assert!(unrun("it is Sunday", "conax-sim world").is_err());
    assert!(run(&page("```\nconax-sim world\n```\n")).is_err());
    assert!(run(&page("words\n\n```text\nx\n```\n")).is_err());
}

#[test]
fn a_shown_refusal_is_no_failure_and_a_hidden_one_is() {
    let serve = "```sh\nconax-sim serve\n```\n";
    let call = "```sh\ncurl -s http://127.0.0.1:8080/authentication/token -d '{}'\n```\n";
    assert!(run(&page(&format!("{serve}{call}"))).is_err());
    let shown = "```json\n{…\"code\":\"COM.INVALID_PARAMETER\"…}\n```\n";
    let told = run(&page(&format!("{serve}{call}{shown}")));
    assert!(told.is_ok() || told.unwrap_err().contains("printed was"));
}

/// One letter of one command of a page is another one.
fn mutant(page: &Page, chance: &mut Chance) -> Option<(Page, String)> {
    let blocks = page.blocks();
    let blocks: Vec<&Block> = blocks
        .iter()
        .filter(|block| block.language == "sh" && reason(&block.text).is_none())
        .collect();
    let block = blocks.get(chance.below(blocks.len().max(1)))?;
    let start = page.text.lines().take(block.line).map(|line| line.len() + 1).sum::<usize>();
    let comments = |at: usize| {
        let line = block.text[..at].rsplit('\n').next().unwrap_or_default();
        line.starts_with('#') || block.text[at..].starts_with('#')
    };
    let letters: Vec<usize> = block
        .text
        .char_indices()
        .filter(|(at, letter)| letter.is_ascii_alphanumeric() && !comments(*at))
        .map(|(at, _)| at)
        .collect();
    let at = start + *letters.get(chance.below(letters.len().max(1)))?;
    let mut text = page.text.clone();
    let other = if &text[at..=at] == "q" { "z" } else { "q" };
    text.replace_range(at..=at, other);
    let line = text[..at].matches('\n').count() + 1;
    let told = format!("{}:{line}: {}", page.path, text.lines().nth(line - 1)?);
    let path = page.path.clone();
    Some((Page { path, text }, told))
}

/// Of one small page; with `CONAX_SIM_LONG_TESTS=1` of every page.
#[test]
fn another_letter_in_a_command_is_noticed() {
    let pages = match std::env::var_os("CONAX_SIM_LONG_TESTS") {
        Some(_) => paths().iter().map(|path| Page::read(path)).collect(),
        None => vec![page(SMALL)],
    };
    let mut chance = Chance::new(1, "pages");
    let (mut count, mut missed) = (0, Vec::new());
    for page in pages {
        for _ in 0..8 {
            let Some((mutant, told)) = mutant(&page, &mut chance) else {
                break;
            };
            count += 1;
            if run(&mutant).is_ok() {
                missed.push(told);
            }
        }
    }
    let list = missed.join("\n");
    assert!(count >= 8, "{count} letters were changed");
    assert!(missed.len() * 50 <= count, "{} of {count}:\n{list}", missed.len());
}

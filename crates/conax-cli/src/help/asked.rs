//! What `help` is asked for: a verb, which clap answers, or a page.

use std::ffi::OsString;

use clap::Command;
use conax_contract::text::near_miss;

use crate::exit::Exit;
use crate::help::page::Page;
use crate::help::render::terminal;
use crate::print;

/// Prints the page that was asked for, if no verb of the command line was.
pub(crate) fn answer(args: &[OsString], command_line: fn() -> Command) -> Option<Exit> {
    let [_, verb, topic] = args else { return None };
    let topic = topic.to_str().filter(|_| verb == "help")?;
    if topic.starts_with('-') || topic == "help" {
        return None;
    }
    let command_line = command_line();
    if command_line.find_subcommand(topic).is_some() {
        return None;
    }
    let name = topic.strip_prefix("docs/").unwrap_or(topic);
    let name = name.strip_suffix(".md").unwrap_or(name);
    match Page::all().find(|page| page.name == name) {
        Some(page) => {
            print::text(terminal(page.text).as_bytes());
            Some(Exit::Met)
        }
        None => {
            print::aside(unknown(topic, &command_line));
            Some(Exit::Usage)
        }
    }
}

/// What to say about a topic there is no page for.
pub(super) fn unknown(topic: &str, command_line: &Command) -> String {
    let verbs = command_line.get_subcommands().map(Command::get_name);
    let pages = Page::all().map(|page| page.name);
    let hint = match (near_miss(topic, verbs.chain(pages)), section(topic)) {
        (Some(meant), _) => format!("did you mean `{meant}`?"),
        (None, Some((page, heading))) => {
            format!("`conax-sim help {}.md` has a section \"{heading}\"", page.name)
        }
        (None, None) => "`conax-sim help` lists verbs and pages".to_owned(),
    };
    format!("error: there is no verb and no page `{topic}`\n   hint: {hint}")
}

/// The first heading with this word in it.
fn section(word: &str) -> Option<(&'static Page, &'static str)> {
    let word = word.to_lowercase();
    let headings = Page::all().flat_map(|page| {
        let lines = page.text.lines().filter(|line| line.starts_with('#'));
        lines.map(move |line| (page, line.trim_start_matches('#').trim()))
    });
    let mut matching = headings.filter(|(_, heading)| heading.to_lowercase().contains(&word));
    matching.next().filter(|_| word.len() > 2)
}

/// The list of pages, for the end of the help.
pub(crate) fn topics() -> String {
    let mut text =
        "Pages (`conax-sim help PAGE`; where a verb has the same name, PAGE.md):".to_owned();
    for page in Page::all() {
        text += &format!("\n  {:<25}  {}", page.name, page.title());
    }
    text
}

/// A verb whose help names the page that describes it.
pub(crate) fn with_page(verb: Command) -> Command {
    let page = Page::all().find(|page| page.verbs.contains(&verb.get_name()));
    let Some(page) = page else { return verb };
    let line = format!("Page: conax-sim help {}.md", page.name);
    let text = match verb.get_after_help() {
        Some(text) => format!("{text}\n\n{line}"),
        None => line,
    };
    verb.after_help(text)
}

//! The report card on a terminal, eighty columns wide, and the lists of laws and scenes. Pure.

use super::card::{Card, Row, ended};
use super::law::Law;
use super::observation::{Observation, Seat};
use super::scene::Scene;

const WIDTH: usize = 80;
/// The width of the names of laws.
const NAMES: usize = 34;
/// Where the text of a story begins.
const INDENT: usize = 13;
/// The most lines of a body in a story.
const BODY_LINES: usize = 4;

/// The whole card.
pub(crate) fn render(card: &Card) -> String {
    let mut text = format!(
        "conax-sim grade: seat {}, seed {}\n\n{:<18}{:>5}{:>6}  the client reports\n",
        card.seat.letter(),
        card.seed,
        "scene",
        "calls",
        "done"
    );
    for seen in &card.scenes {
        text += &format!(
            "{}
",
            scene_row(seen)
        );
    }
    text += &format!("\n{:<NAMES$}{:<15}where\n", "law", "verdict");
    for row in &card.rows {
        text += &table_row(row);
    }
    for row in card.rows.iter().filter(|row| row.breach().is_some()) {
        text.push('\n');
        text += &breach_text(card, row);
    }
    text + "\n" + &card.conclusion() + "\n"
}

/// A scene: how many calls the client made, how many orders Conax carried out, what it reports.
pub(crate) fn scene_row(seen: &Observation) -> String {
    let (calls, done) = (seen.exchanges.len(), seen.done_count);
    format!("{:<18}{calls:>5}{done:>6}  {}", seen.scene, ended(seen))
}

fn table_row(row: &Row) -> String {
    let head = format!("{:<NAMES$}{:<15}", row.law.id, row.word());
    wrapped(&head, NAMES + 15, &row.place())
}

/// How a law was broken: what was done, what was expected, why it matters, how to see it again.
pub(crate) fn breach_text(card: &Card, row: &Row) -> String {
    let Some(breach) = row.breach() else {
        return String::new();
    };
    let law = row.law;
    let scene = row.verdict.scene;
    let part = |name: &str, text: &str| wrapped(&format!("  {name:<11}"), INDENT, text);
    let mut breach_text = format!("{}  broken in scene {scene}\n", law.id);
    breach_text += &wrapped("  ", 2, law.sentence);
    for shown in card.shown(row) {
        breach_text += &part(&format!("call {}", shown.number), &short(&shown.line));
        breach_text += &body("  sent", &spaced(&shown.sent));
        breach_text += &part("  got", &shown.got);
    }
    breach_text += &part("expected", &breach.expected);
    breach_text += &part("found", &breach.found);
    breach_text += &part("why", law.why);
    breach_text += &part("known", law.source.code());
    breach_text + &format!("  {:<11}{}\n", "again", card.again(scene))
}

/// A call without the path that all methods of the API share.
fn short(line: &str) -> String {
    let (path, query) = line.split_once('?').unwrap_or((line, ""));
    let query = match query {
        "" => String::new(),
        query => format!("?{query}"),
    };
    match (path.split_once(' '), path.rsplit_once('/')) {
        (Some((verb, path)), Some((_, method))) if path.contains("/conax_web_services/") => {
            format!("{verb} …/{method}{query}")
        }
        _ => line.to_owned(),
    }
}

/// A body with places to break a line at: what stands in a SOAP body, or JSON.
fn spaced(body: &str) -> String {
    let inside = body.split_once("Body>").and_then(|(_, rest)| {
        let (inside, _) = rest.rsplit_once("Body>")?;
        Some(inside.rsplit_once("</")?.0)
    });
    inside.unwrap_or(body).replace("><", "> <").replace(",\"", ", \"")
}

/// The first lines of a body.
fn body(name: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let room = (WIDTH - INDENT) * BODY_LINES;
    let mut shown: String = text.chars().take(room - 1).collect();
    if text.chars().count() >= room {
        shown.push('…');
    }
    wrapped(&format!("  {name:<11}"), INDENT, &shown)
}

/// A text in lines of eighty columns, after a head; words that are longer than a line are cut.
pub(crate) fn wrapped(head: &str, indent: usize, text: &str) -> String {
    let room = WIDTH - indent;
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        for piece in letters.chunks(room) {
            let line = lines.last_mut().expect("there is a line from the start");
            let is_first = line.is_empty();
            let taken = line.chars().count() + usize::from(!is_first);
            if is_first || taken + piece.len() <= room {
                if !is_first {
                    line.push(' ');
                }
                line.extend(piece);
            } else {
                lines.push(piece.iter().collect());
            }
        }
    }
    let mut rendered = String::new();
    for (number, line) in lines.iter().enumerate() {
        let start = match number {
            0 => head.to_owned(),
            _ => String::new(),
        };
        rendered += format!("{start:<indent$}{line}").trim_end();
        rendered.push('\n');
    }
    rendered
}

/// Laws and scenes, for `--list`.
pub(crate) fn list(laws: &[Law], scenes: &[Scene]) -> String {
    let mut text = String::from("laws\n");
    for law in laws {
        text +=
            &format!("  {:<NAMES$}  seat {:<5}  {}\n", law.id, seats(law.seats), law.source.code());
        text += &wrapped("    ", 4, law.sentence);
        text += &wrapped("    ", 4, &format!("tried in: {}", law.scenes.join(", ")));
    }
    text += "\nscenes\n";
    for scene in scenes {
        let head = format!("  {:<18}seat {:<7}", scene.name, seats(scene.seats));
        text += &wrapped(&head, head.chars().count(), scene.sentence);
    }
    text
}

fn seats(seats: &[Seat]) -> String {
    let letters: Vec<&str> = seats.iter().map(|seat| seat.letter()).collect();
    letters.join(", ")
}

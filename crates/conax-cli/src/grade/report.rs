//! The report card for programs and for browsers: JSON, JUnit, HTML. Pure.

use conax_contract::text::{is_unshowable, visible_json};
use serde_json::{Value, json};

use super::card::{Card, Row, ended};
use super::judge::Finding;
use super::output::breach_text;

/// A form of report.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Format {
    Json,
    Junit,
    Html,
}

pub(crate) const FORMATS: [(&str, Format); 3] =
    [("json", Format::Json), ("junit", Format::Junit), ("html", Format::Html)];

impl Format {
    pub(crate) fn render(self, card: &Card) -> String {
        match self {
            Self::Json => json_report(card),
            Self::Junit => junit(card),
            Self::Html => html(card),
        }
    }
}

fn json_report(card: &Card) -> String {
    let scenes = card.scenes.iter().map(|seen| {
        json!({
            "scene": seen.scene,
            "calls": seen.exchanges.len(),
            "done_at_conax": seen.done_count,
            "reports": ended(seen),
        })
    });
    let counts = card.counts();
    let report = json!({
        "format": "conax-sim-grade/1",
        "version": env!("CARGO_PKG_VERSION"),
        "seat": card.seat.letter(),
        "seed": card.seed,
        "command": card.command,
        "is_interrupted": card.is_interrupted,
        "kept": counts.kept,
        "broken": counts.broken,
        "not_exercised": counts.not_exercised,
        "scenes": scenes.collect::<Vec<_>>(),
        "laws": card.rows.iter().map(|row| json_row(card, row)).collect::<Vec<_>>(),
    });
    format!("{}\n", visible_json(&format!("{report:#}")))
}

fn json_row(card: &Card, row: &Row) -> Value {
    let mut value = json!({
        "law": row.law.id,
        "sentence": row.law.sentence,
        "why": row.law.why,
        "known": row.law.source.code(),
        "verdict": row.word().to_lowercase(),
        "scenes": row.verdict.scenes,
    });
    match &row.verdict.finding {
        Finding::Kept(how) => value["found"] = json!(how),
        Finding::NotExercised(_) | Finding::NamedBy(_) => value["reason"] = json!(row.place()),
        Finding::Broken(breach) => {
            let calls = card.shown(row).into_iter().map(|shown| {
                json!({
                    "number": shown.number,
                    "call": shown.line,
                    "sent": shown.sent,
                    "got": shown.got,
                    "reply": shown.reply,
                })
            });
            value["calls"] = calls.collect();
            value["expected"] = json!(breach.expected);
            value["found"] = json!(breach.found);
            value["again"] = json!(card.again(row.verdict.scene));
        }
    }
    value
}

fn junit(card: &Card) -> String {
    let counts = card.counts();
    let tally =
        format!("tests=\"{}\" failures=\"{}\" errors=\"0\"", card.rows.len(), counts.broken);
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"conax-sim grade\" {tally}>\n\
         \x20 <testsuite name=\"seat {}\" {tally} skipped=\"{}\">\n",
        card.seat.letter(),
        counts.not_exercised
    );
    for row in &card.rows {
        xml += &format!("    <testcase classname=\"grade\" name=\"{}\">", row.law.id);
        match &row.verdict.finding {
            Finding::Kept(_) => {}
            Finding::NotExercised(_) | Finding::NamedBy(_) => {
                xml += &format!("<skipped message=\"{}\"/>", escaped(&row.place()));
            }
            Finding::Broken(breach) => {
                let found = escaped(&breach.found);
                let breach_text = escaped(&breach_text(card, row));
                xml +=
                    &format!("<failure type=\"law\" message=\"{found}\">{breach_text}</failure>");
            }
        }
        xml += "</testcase>\n";
    }
    xml + "  </testsuite>\n</testsuites>\n"
}

const STYLE: &str = "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}\
    table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3em .6em;\
    border-bottom:1px solid #ccc;vertical-align:top}pre{background:#f4f4f4;padding:1em;\
    overflow-x:auto}.broken{color:#a00;font-weight:bold}.kept{color:#060}";

fn html(card: &Card) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <title>conax-sim grade</title><style>{STYLE}</style></head><body>\n\
         <h1>Report card</h1>\n<p>seat {}, seed {}: <code>{}</code></p>\n<p>{}</p>\n\
         <table><tr><th>law</th><th>verdict</th><th>known</th><th>where</th></tr>\n",
        card.seat.letter(),
        card.seed,
        escaped(&card.command),
        escaped(&card.conclusion()),
    );
    for row in &card.rows {
        let word = row.word().to_lowercase();
        page += &format!(
            "<tr><td>{}<br><small>{}</small></td><td class=\"{}\">{word}</td><td>{}</td>\
             <td>{}</td></tr>\n",
            row.law.id,
            escaped(row.law.sentence),
            word.replace(' ', "-"),
            row.law.source.code(),
            escaped(&row.place()),
        );
    }
    page += "</table>\n";
    for row in card.rows.iter().filter(|row| row.breach().is_some()) {
        let breach_text = escaped(&breach_text(card, row));
        page += &format!("<h2>{}</h2>\n<pre>{breach_text}</pre>\n", row.law.id);
    }
    page + "</body></html>\n"
}

/// Text as XML and HTML take it; what XML forbids is left out.
fn escaped(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => kept.push_str("&amp;"),
            '<' => kept.push_str("&lt;"),
            '>' => kept.push_str("&gt;"),
            '"' => kept.push_str("&quot;"),
            '\n' | '\t' => kept.push(letter),
            '\u{fffe}' | '\u{ffff}' => {}
            letter if letter.is_control() => {}
            letter if is_unshowable(letter) => {
                kept.push_str(&format!("\\u{{{:X}}}", u32::from(letter)));
            }
            letter => kept.push(letter),
        }
    }
    kept
}

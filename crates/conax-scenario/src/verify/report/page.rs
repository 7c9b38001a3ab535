//! A verification as one HTML page that needs nothing besides itself.

use std::fmt::Write;

use conax_contract::text::is_unshowable;

use super::clause_text::summary;
use crate::conformance::{Break, Standing};
use crate::verify::record::{ClauseRecord, VerifyRecord};

const STYLE: &str = include_str!("page.css");

/// The verification as a page: what is broken first and open, then every topic.
#[must_use]
pub fn html(record: &VerifyRecord) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Contract of {target}</title>\n<style>{STYLE}</style>\n\
         <header><h1>Contract of {target}</h1><p>{summary}.</p>{warnings}{trouble}{bar}</header>\n<main>\n",
        target = escape(&record.target),
        summary = escape(&summary(record)),
        warnings = record.warnings.iter().fold(String::new(), |text, warning| {
            format!("{text}<p class=\"broken\">Warning: {}</p>", escape(warning))
        }),
        trouble = record.trouble.as_ref().map_or(String::new(), |trouble| {
            format!("<p class=\"broken\">It ended early: {}</p>", escape(trouble))
        }),
        bar = bar(record),
    );
    let broken: Vec<&ClauseRecord> = record.standing(Standing::Broken).collect();
    if !broken.is_empty() {
        page.push_str("<section><h2>Broken</h2>\n");
        for clause in broken {
            page.push_str(&entry(record, clause, true));
        }
        page.push_str("</section>\n");
    }
    let mut topic = "";
    for clause in &record.clauses {
        let own = clause.id.split('.').next().unwrap_or_default();
        if own != topic {
            if !topic.is_empty() {
                page.push_str("</section>\n");
            }
            let _ = writeln!(page, "<section><h2>{}</h2>", escape(own));
            topic = own;
        }
        page.push_str(&entry(record, clause, false));
    }
    page.push_str("</section>\n</main>\n");
    page.push_str(
        "<footer>documented: the text says so · shown: an example shows it · attested: another \
         public page or client · inferred: follows from these · ours: this project chose it. A \
         target that breaks a <b>must</b> is wrong; a <b>should</b> surprises clients; a \
         <b>may</b> is another choice.</footer>\n</html>\n",
    );
    page
}

/// How the clauses stand, to scale.
fn bar(record: &VerifyRecord) -> String {
    let parts = [Standing::Broken, Standing::Held, Standing::NotTestable].map(|standing| {
        let count = record.standing(standing).count();
        let words = standing.words();
        format!(
            "<span class=\"{}\" style=\"flex:{count}\" title=\"{count} {words}\"></span>",
            class(standing)
        )
    });
    format!(
        "<div class=\"bar\" role=\"img\" aria-label=\"{}\">{}</div>",
        escape(&summary(record)),
        parts.concat()
    )
}

fn class(standing: Standing) -> &'static str {
    match standing {
        Standing::Held => "held",
        Standing::Broken => "broken",
        Standing::NotTestable => "untested",
    }
}

fn entry(record: &VerifyRecord, clause: &ClauseRecord, is_open: bool) -> String {
    let standing = clause.standing;
    let mut inside = String::new();
    for one in &clause.breaks {
        inside.push_str(&break_entry(record, one));
    }
    if let Some(why) = &clause.why {
        let _ = write!(inside, "<p>Not tested: {}.</p>", escape(why));
    }
    if standing == Standing::Held {
        let _ = write!(inside, "<p>Seen to hold {} times.</p>", clause.held);
    }
    if !clause.place.is_empty() {
        let _ = write!(inside, "<p>Known from: {}.</p>", escape(&clause.place));
    }
    format!(
        "<details{open}><summary><span class=\"{class}\">{words}</span> <code>{id}</code> \
         <span class=\"source {source}\">{source}</span> <span class=\"strict\">{strict}</span>\
         <span class=\"says\">{says}</span></summary>{inside}</details>\n",
        open = if is_open { " open" } else { "" },
        class = class(standing),
        words = standing.words(),
        id = escape(&clause.id),
        source = escape(&clause.source),
        strict = escape(&clause.strictness),
        says = prose(&clause.statement),
    )
}

fn break_entry(record: &VerifyRecord, one: &Break) -> String {
    let mut out = String::from("<dl>");
    let mut line = |name: &str, text: &str| {
        if !text.is_empty() {
            let _ = write!(out, "<dt>{name}</dt><dd>{}</dd>", escape(text));
        }
    };
    line("at", &one.path);
    line("expected", &one.expected);
    line("found", &one.found);
    out.push_str("</dl>");
    if let Some(note) = one.exchange.and_then(|number| record.exchange(number)) {
        let sent = format!("{} {}\n{}", note.verb, note.target, note.body);
        let status = note.http_status.map_or(String::new(), |status| format!("HTTP {status}\n"));
        let _ = write!(
            out,
            "<pre>{}</pre><pre>{}{}</pre><p>Again:</p><pre>{}</pre>",
            escape(sent.trim_end()),
            status,
            escape(&note.reply),
            escape(&note.curl)
        );
    }
    out
}

/// A sentence; what stands between backticks is code.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(at, part)| match at % 2 {
        0 => escape(part),
        _ => format!("<code>{}</code>", escape(part)),
    });
    parts.collect()
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            sign if is_unshowable(sign) && sign != '\n' => {
                out.push_str(&format!("\\u{{{:X}}}", u32::from(sign)));
            }
            sign => out.push(sign),
        }
    }
    out
}

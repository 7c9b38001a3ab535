//! Text to tree: YAML 1.2, one document, without its rarer powers.
//!
//! Anchors, aliases, tags and keys that are not single values are refused: a file of ours says
//! what it means where it says it. The tree is built from events without recursion, so that no
//! depth of nesting can exhaust the stack.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Span as EventSpan};

use super::finding::{Finding, Findings, shown};
use super::lines::split_lines;
use super::look_alike::{in_plain, look_alike_before};
use super::marked::{Entry, Marked, Node, Place, Scalar, Span, Style};

/// How much of a file is read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes.
    pub byte_limit: usize,
    /// The most lists and maps within each other.
    pub depth_limit: usize,
}

impl Default for Limits {
    fn default() -> Self {
        // A world of a million smartcards stays below; nothing of ours nests deeper than ten.
        Self { byte_limit: 256 << 20, depth_limit: 32 }
    }
}

/// Reads `text` within the usual limits; see [`read_within`].
pub fn read(text: &str, findings: &mut Findings) -> Option<Marked> {
    read_within(Limits::default(), text, findings)
}

/// Reads `text` into a tree.
///
/// A key that occurs twice is a finding and its first value is kept; anything else that is wrong
/// with the text itself leaves nothing to go on with.
pub fn read_within(limits: Limits, text: &str, findings: &mut Findings) -> Option<Marked> {
    if text.len() > limits.byte_limit {
        let message = format!("the file is longer than {} bytes", limits.byte_limit);
        findings.add(Finding::new(place_span(Place { line: 1, column: 1 }), message));
        return None;
    }
    let mut builder = Builder { depth_limit: limits.depth_limit, ..Builder::default() };
    let mut parser = Parser::new_from_str(text);
    while let Some(next) = parser.next_event() {
        let stop = match next {
            Ok((event, span)) => builder.take(event, convert_span(span), findings),
            // What was refused before is the reason.
            Err(_) if builder.refused => return None,
            Err(error) => {
                let seen = look_alike_before(error.marker().line(), text);
                Err(seen.unwrap_or_else(|| syntax_finding(&error, text)))
            }
        };
        if let Err(finding) = stop {
            findings.add(finding);
            return None;
        }
    }
    builder.finish(findings)
}

/// A list or map that is not complete yet.
#[derive(Debug)]
enum Frame {
    List { start: Place, items: Vec<Marked> },
    Map { start: Place, entries: Vec<Entry>, key: Option<(String, Span)> },
}

#[derive(Debug, Default)]
struct Builder {
    depth_limit: usize,
    frames: Vec<Frame>,
    root: Option<Marked>,
    /// Something was refused that leaves the tree incomplete.
    refused: bool,
}

impl Builder {
    /// Takes the next event; an error ends reading.
    fn take(
        &mut self,
        event: Event<'_>,
        span: Span,
        findings: &mut Findings,
    ) -> Result<(), Finding> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span, findings);
                self.refuse_look_alikes(&text, style, span, findings);
                self.scalar(text.into_owned(), style, span)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span, findings);
                self.open(Frame::List { start: span.start, items: Vec::new() }, span)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.is_some(), span, findings);
                let frame = Frame::Map { start: span.start, entries: Vec::new(), key: None };
                self.open(frame, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span, findings),
            Event::Alias(_) => {
                self.refused = true;
                let finding = Finding::new(span, "aliases are not used in these files");
                findings.add(finding.with_hint("write the value again"));
                self.scalar(String::new(), ScalarStyle::Plain, span)
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                let finding = Finding::new(span, "a second document begins here");
                Err(finding.with_hint("write one document per file"))
            }
            Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::StreamStart
            | Event::StreamEnd
            | Event::Nothing => Ok(()),
        }
    }

    fn refuse_extras(&mut self, anchor: usize, tag: bool, span: Span, findings: &mut Findings) {
        if anchor > 0 {
            self.refused = true;
            let finding = Finding::new(span, "anchors are not used in these files");
            findings.add(finding.with_hint("write the value where it is needed"));
        }
        if tag {
            self.refused = true;
            let finding = Finding::new(span, "tags are not used in these files");
            findings.add(finding.with_hint("leave the word that begins with `!` out"));
        }
    }

    /// What stands for a quote or a blank and is none leaves a tree nobody meant.
    fn refuse_look_alikes(
        &mut self,
        text: &str,
        style: ScalarStyle,
        span: Span,
        findings: &mut Findings,
    ) {
        let is_key = matches!(self.frames.last(), Some(Frame::Map { key: None, .. }));
        let found = (style == ScalarStyle::Plain).then(|| in_plain(text, is_key, span));
        if let Some(finding) = found.flatten() {
            self.refused = true;
            findings.add(finding);
        }
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, span: Span) -> Result<(), Finding> {
        if let Some(Frame::Map { key: key @ None, .. }) = self.frames.last_mut() {
            *key = Some((text, span));
            return Ok(());
        }
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted
            | ScalarStyle::DoubleQuoted
            | ScalarStyle::Literal
            | ScalarStyle::Folded => Style::Quoted,
        };
        self.value(Marked { span, node: Node::Scalar(Scalar { text, style }) });
        Ok(())
    }

    fn open(&mut self, frame: Frame, span: Span) -> Result<(), Finding> {
        if let Some(Frame::Map { key: None, .. }) = self.frames.last() {
            let finding = Finding::new(span, "a key must be a single value");
            return Err(finding.with_hint("if this is a value, write its key before it"));
        }
        if self.frames.len() >= self.depth_limit {
            let message = format!("lists and maps are nested more than {} deep", self.depth_limit);
            return Err(Finding::new(span, message));
        }
        self.frames.push(frame);
        Ok(())
    }

    fn close(&mut self, span: Span, findings: &mut Findings) -> Result<(), Finding> {
        let marked = match self.frames.pop() {
            Some(Frame::List { start, items }) => {
                let last = items.last().map(|item| item.span.end);
                marked(start, span, last, Node::List(items))
            }
            Some(Frame::Map { start, mut entries, .. }) => {
                remove_duplicates(&mut entries, findings);
                let last = entries.last().map(|entry| entry.value.span.end);
                marked(start, span, last, Node::Map(entries))
            }
            // The parser balances its events; text that made it do otherwise is unreadable.
            None => return Err(Finding::new(span, "the end of something that never began")),
        };
        self.value(marked);
        Ok(())
    }

    fn value(&mut self, mut marked: Marked) {
        match self.frames.last_mut() {
            Some(Frame::List { items, .. }) => items.push(marked),
            Some(Frame::Map { entries, key, .. }) => {
                if let Some((key, key_span)) = key.take() {
                    // An empty value is reported somewhere behind its key.
                    if is_empty_plain(&marked) {
                        marked.span = place_span(key_span.end);
                    }
                    entries.push(Entry { key, key_span, value: marked });
                }
            }
            None => self.root = Some(marked),
        }
    }

    fn finish(self, findings: &mut Findings) -> Option<Marked> {
        if self.root.is_none() {
            let start = place_span(Place { line: 1, column: 1 });
            findings.add(Finding::new(start, "nothing is written in this file"));
        }
        self.root.filter(|_| !self.refused)
    }
}

/// Block lists and maps end where the parser notices it, often lines later; their last value is
/// where they end to a reader.
fn marked(start: Place, end: Span, last: Option<Place>, node: Node) -> Marked {
    let end = match last {
        Some(last) if end.start == end.end => last,
        _ => end.end,
    };
    Marked { span: Span { start, end }, node }
}

fn is_empty_plain(marked: &Marked) -> bool {
    let Node::Scalar(scalar) = &marked.node else {
        return false;
    };
    scalar.style == Style::Plain && scalar.text.is_empty()
}

/// Reports keys that occur again and keeps the first of each. Sorts indexes rather than keeping a
/// set per map: nearly all maps are small and there may be hundreds of thousands.
fn remove_duplicates(entries: &mut Vec<Entry>, findings: &mut Findings) {
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| entries[*a].key.cmp(&entries[*b].key).then(a.cmp(b)));
    let mut repeated: Vec<usize> = Vec::new();
    for equal in order.chunk_by(|a, b| entries[*a].key == entries[*b].key) {
        let first_line = entries[equal[0]].key_span.start.line;
        for again in &equal[1..] {
            let again = &entries[*again];
            let message = format!("key {} is written twice", shown(&again.key));
            let hint = format!("the first one is on line {first_line}");
            findings.add(Finding::new(again.key_span, message).with_hint(hint));
        }
        repeated.extend(&equal[1..]);
    }
    repeated.sort_unstable();
    let mut next_repeated = repeated.into_iter().peekable();
    let mut index = 0;
    entries.retain(|_| {
        let first_of_its_key = next_repeated.next_if_eq(&index).is_none();
        index += 1;
        first_of_its_key
    });
}

fn convert_span(span: EventSpan) -> Span {
    Span { start: convert_place(span.start), end: convert_place(span.end) }
}

fn convert_place(marker: Marker) -> Place {
    Place { line: marker.line(), column: marker.col() + 1 }
}

const fn place_span(place: Place) -> Span {
    Span { start: place, end: place }
}

/// What the parser says, and what mostly is the cause.
const SYNTAX_HINTS: [(&str, &str); 8] = [
    ("tab", "indent with spaces; a tab counts as nothing in YAML"),
    ("mapping values are not allowed", "quote a value that contains `: `"),
    ("did not find expected ',' or '}'", "close the `{` and put a comma between its entries"),
    ("expected ',' or ']'", "close the `[` and put a comma between its items"),
    ("quoted scalar", "close the quote; inside \"…\" write `\\\\` for a backslash"),
    ("did not find expected key", "give all keys of one map the same indentation"),
    ("did not find expected '-'", "give all items of one list the same indentation"),
    ("unexpected character", "quote a value that begins with a special character"),
];

fn syntax_finding(error: &ScanError, text: &str) -> Finding {
    let place = written_place(convert_place(*error.marker()), text);
    let message = format!("not readable as YAML: {}", error.info());
    let finding = Finding::new(place_span(place), message);
    let hint = SYNTAX_HINTS.iter().find(|(part, _)| error.info().contains(part));
    match hint {
        Some((_, hint)) => finding.with_hint(*hint),
        None => finding,
    }
}

/// What ends too early is noticed behind the end of the file; people look at the last thing that
/// is written there.
fn written_place(place: Place, text: &str) -> Place {
    let lines = split_lines(text);
    let is_blank = |line: &str| line.trim().is_empty();
    if lines.get(place.line.saturating_sub(1)).is_some_and(|line| !is_blank(line)) {
        return place;
    }
    let mut before = lines.iter().take(place.line).enumerate();
    let last = before.rfind(|(_, line)| !is_blank(line));
    last.map_or(place, |(index, line)| Place {
        line: index + 1,
        column: line.trim_end().chars().count() + 1,
    })
}

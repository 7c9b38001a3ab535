//! What a scenario starts from: a built-in world, a file, and additions written in the scenario.

use std::sync::Arc;

use conax_contract::text::{
    Entry, Fields, Finding, Findings, Marked, Node, Scalar, Span, Style, fields, items, number,
    read, shown, text,
};
use conax_contract::world::WorldSpec;

use super::loader::Loader;
use super::spec::World;

/// The world of a scenario that names none.
const USUAL: &str = "demo";

/// The most smartcards of a crowd.
const CROWD_LIMIT: usize = 1_000_000;

/// Reads `world`: a name, a file, or `{ from, crowd, … additions }`.
pub(super) fn read_world(
    fields: &mut Fields<'_, '_>,
    loader: &mut Loader<'_>,
) -> Option<Arc<World>> {
    let Some(marked) = fields.take("world") else {
        return named(USUAL, fields.mark(), loader, fields.findings);
    };
    match &marked.node {
        Node::Map(_) => additions(marked, loader, fields.findings),
        Node::Scalar(_) | Node::List(_) => {
            let name = text(marked, fields.findings)?;
            named(&name, marked.span, loader, fields.findings)
        }
    }
}

fn named(
    name: &str,
    span: Span,
    loader: &mut Loader<'_>,
    findings: &mut Findings,
) -> Option<Arc<World>> {
    let (_, spec) = base(name, span, loader, findings)?;
    Some(Arc::new(World { name: name.to_owned(), spec, crowd: Vec::new() }))
}

/// A built-in world or one of a file, as a tree and as what it means.
fn base(
    name: &str,
    span: Span,
    loader: &mut Loader<'_>,
    findings: &mut Findings,
) -> Option<(Marked, Arc<WorldSpec>)> {
    let path = match loader.library().built_in_world(name) {
        Some(_) => name.to_owned(),
        None => loader.resolve(name),
    };
    if let Some(known) = loader.worlds.get(&path) {
        if known.is_none() {
            findings.note_elsewhere();
        }
        return known.clone();
    }
    let read = match loader.library().built_in_world(name) {
        Some(source) => Ok(source),
        None => loader.library().read(&path),
    };
    let source = match read {
        Ok(source) => source,
        Err(problem) => {
            let message = format!("failed to read the world {}: {problem}", shown(&path));
            let hint = "write `demo`, or the path of a *.world.yaml file, relative to this file";
            findings.add(Finding::new(span, message).with_hint(hint));
            return None;
        }
    };
    let mut inner = Findings::new();
    let tree = self::read(&source, &mut inner);
    let spec = tree.as_ref().and_then(|tree| WorldSpec::from_tree(tree, &mut inner));
    let made = match inner.into_result(tree.zip(spec)) {
        Ok((tree, spec)) => Some((tree, Arc::new(spec))),
        Err(found) => {
            loader.add_others(&path, source, found);
            findings.note_elsewhere();
            None
        }
    };
    loader.worlds.insert(path, made.clone());
    made
}

/// A world with additions: lists are appended to, what has the same id is changed.
fn additions(
    marked: &Marked,
    loader: &mut Loader<'_>,
    findings: &mut Findings,
) -> Option<Arc<World>> {
    let mut crowd = None;
    let mut from = USUAL.to_owned();
    let mut from_span = marked.mark();
    let added = fields(marked, findings, "a world", |fields| {
        if let Some(value) = fields.take("from") {
            from_span = value.span;
            from = text(value, fields.findings).unwrap_or(from.clone());
        }
        crowd = fields.take("crowd").and_then(|value| {
            let span = value.mark();
            let read = read_crowd(value, fields.findings)?;
            Some((read, span))
        });
        Some(fields.rest().into_iter().cloned().collect::<Vec<Entry>>())
    })?;
    let (tree, _) = base(&from, from_span, loader, findings)?;
    let mut merged = merge(&tree, &Marked { span: marked.span, node: Node::Map(added) });
    let mut numbers = Vec::new();
    if let Some((crowd, span)) = &crowd {
        numbers = crowd.numbers();
        merged = merge(&merged, &crowd.tree(&numbers, *span));
    }
    let mut inner = Findings::new();
    let spec = WorldSpec::from_tree(&merged, &mut inner);
    match inner.into_result(spec) {
        Ok(spec) => Some(Arc::new(World { name: from, spec: Arc::new(spec), crowd: numbers })),
        Err(found) => {
            // The base is sound, so what is wrong was added here; its places are of this file.
            found.into_iter().for_each(|one| findings.add(one));
            None
        }
    }
}

/// Smartcards by the thousand, on one subscription, known on both sides.
struct Crowd {
    count: usize,
    first: String,
    subscription: String,
    services: Vec<String>,
}

fn read_crowd(marked: &Marked, findings: &mut Findings) -> Option<Crowd> {
    fields(marked, findings, "a crowd", |fields| {
        let count = fields.required("smartcards", number(1..=CROWD_LIMIT));
        let first = fields.optional("first", |value, findings| {
            let first = text(value, findings)?;
            let fits = first.len() == 11 && first.bytes().all(|byte| byte.is_ascii_digit());
            if !fits {
                let message = format!("{} is not the number of a smartcard", shown(&first));
                let finding = Finding::new(value.span, message);
                findings.add(finding.with_hint("write eleven digits between quotes"));
            }
            fits.then_some(first)
        });
        let subscription = fields.optional("subscription", text);
        let services = fields.optional("services", items(text));
        Some(Crowd {
            count: count?,
            first: first.unwrap_or_else(|| "02000000000".to_owned()),
            subscription: subscription.unwrap_or_else(|| "S70000".to_owned()),
            services: services.unwrap_or_else(|| vec!["P1test".to_owned()]),
        })
    })
}

impl Crowd {
    fn numbers(&self) -> Vec<String> {
        let first: u64 = self.first.parse().unwrap_or_default();
        (0..self.count as u64).map(|offset| format!("{:011}", first + offset)).collect()
    }

    /// As it would stand in a world file.
    fn tree(&self, numbers: &[String], span: Span) -> Marked {
        let text = |text: &str| Marked {
            span,
            node: Node::Scalar(Scalar { text: text.to_owned(), style: Style::Quoted }),
        };
        let list = |items: Vec<Marked>| Marked { span, node: Node::List(items) };
        let map = |entries: Vec<(&str, Marked)>| Marked {
            span,
            node: Node::Map(
                entries
                    .into_iter()
                    .map(|(key, value)| Entry { key: key.to_owned(), key_span: span, value })
                    .collect(),
            ),
        };
        let id = |kind: &str, index: usize| text(&format!("C0{kind}{index:028X}"));
        let distributor = || text("C0D00000000000000000000000000001");
        let items = numbers.iter().enumerate().map(|(index, number)| {
            map(vec![
                ("id", id("A1", index)),
                ("serial_number", text(number)),
                ("ca_id", text(number)),
                ("classification", text("smartcard")),
            ])
        });
        let cards = numbers.iter().map(|number| map(vec![("id", text(number))]));
        let subscription = map(vec![
            ("id", id("50", 0)),
            ("number", text(&self.subscription)),
            ("provisioning_distribution_id", distributor()),
            ("smartcard_provisioning_distribution_id", distributor()),
            ("stb_provisioning_distributor_id", distributor()),
            ("services", list(self.services.iter().map(|one| text(one)).collect())),
            ("installed_items", list(numbers.iter().map(|one| text(one)).collect())),
        ]);
        map(vec![
            ("subscriptions", list(vec![subscription])),
            ("installed_items", list(items.collect())),
            ("cas", map(vec![("smartcards", list(cards.collect()))])),
        ])
    }
}

/// `added` over `base`.
fn merge(base: &Marked, added: &Marked) -> Marked {
    let node = match (&base.node, &added.node) {
        (Node::Map(base), Node::Map(added)) => {
            let mut entries = base.clone();
            for entry in added {
                match entries.iter_mut().find(|known| known.key == entry.key) {
                    Some(known) => known.value = merge(&known.value, &entry.value),
                    None => entries.push(entry.clone()),
                }
            }
            Node::Map(entries)
        }
        (Node::List(base), Node::List(added)) => {
            let mut items = base.clone();
            for item in added {
                let same = |known: &&mut Marked| {
                    identity(item).is_some_and(|one| identity(known) == Some(one))
                };
                // A crowd adds thousands: what is new is not searched for among what is new.
                match items[..base.len()].iter_mut().find(same) {
                    Some(known) => *known = merge(known, item),
                    None => items.push(item.clone()),
                }
            }
            Node::List(items)
        }
        (_, node) => node.clone(),
    };
    Marked { span: added.span, node }
}

fn identity(marked: &Marked) -> Option<(&str, &str)> {
    let Node::Map(entries) = &marked.node else {
        return None;
    };
    ["id", "code", "token", "key", "name", "number"].into_iter().find_map(|key| {
        let entry = entries.iter().find(|entry| entry.key == key)?;
        match &entry.value.node {
            Node::Scalar(scalar) => Some((key, scalar.text.as_str())),
            Node::List(_) | Node::Map(_) => None,
        }
    })
}

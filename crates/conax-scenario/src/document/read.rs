//! Reading a scenario file.

use std::collections::BTreeMap;
use std::sync::Arc;

use conax_contract::clause::Strictness;
use conax_contract::text::is_secret_name;
use conax_contract::text::{
    Entry, Fields, Finding, Findings, Marked, Node, Placed, Scalar, Style, fields, items, mismatch,
    moment, number, quoted_look_alikes, read, text, text_of, untold_digits,
};

use super::loader::{FileFindings, Library, Loader, Worlds};
use super::secrets::Secrets;
use super::spec::{Row, Runs, Scenario, Setting};
use super::steps::{self, fault};
use super::template::{Names, is_name};
use super::values::{self, Table, Values};
use super::world::read_world;

/// Where chance begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seeds {
    /// The seed of scenarios that name none.
    pub usual: u64,
    /// Whether it also holds for scenarios that name one.
    pub is_forced: bool,
    /// Which repetition this is, from 0: each has another seed.
    pub repetition: u64,
}

impl Seeds {
    /// This seed for scenarios that name none.
    #[must_use]
    pub const fn usual(seed: u64) -> Self {
        Self { usual: seed, is_forced: false, repetition: 0 }
    }

    fn of(self, named: Option<u64>) -> u64 {
        let base = named.filter(|_| !self.is_forced).unwrap_or(self.usual);
        base.wrapping_add(self.repetition)
    }
}

/// What a file is read with.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Where chance begins.
    pub seeds: Seeds,
    /// Values of variables that hold instead of those of the file.
    pub variables: BTreeMap<String, String>,
}

impl Given {
    /// Nothing but a seed for scenarios that name none.
    #[must_use]
    pub fn seed(seed: u64) -> Self {
        Self { seeds: Seeds::usual(seed), variables: BTreeMap::new() }
    }
}

/// The most rows of a table.
const ROW_LIMIT: usize = 10_000;

/// Reads scenario files; a world that several of them name is read once.
pub struct Reader<'l> {
    library: &'l dyn Library,
    worlds: Worlds,
}

impl<'l> Reader<'l> {
    /// A reader of the files of a library.
    #[must_use]
    pub fn new(library: &'l dyn Library) -> Self {
        Self { library, worlds: Worlds::new() }
    }

    /// Reads a scenario file: every scenario in it, a table as one for each of its rows.
    ///
    /// # Errors
    /// Everything that is wrong with it and with the files it includes.
    pub fn read(
        &mut self,
        path: &str,
        source: &str,
        given: &Given,
    ) -> Result<Vec<Scenario>, Vec<FileFindings>> {
        let mut loader = Loader::new(self.library, &mut self.worlds, path, source);
        read_all(path, source, given, &mut loader)
    }
}

fn read_all(
    path: &str,
    source: &str,
    given: &Given,
    loader: &mut Loader<'_>,
) -> Result<Vec<Scenario>, Vec<FileFindings>> {
    let mut findings = Findings::new();
    let scenarios = read(source, &mut findings).map(|root| {
        quoted_look_alikes(&root, source, &mut findings);
        let scenarios = read_root(&root, given, loader, &mut findings);
        if !findings.is_empty() {
            untold_digits(&root, &mut findings);
        }
        scenarios
    });
    let result = findings.into_result(scenarios);
    let mut all = Vec::new();
    let found = match result {
        Ok(mut scenarios) if loader.others.is_empty() => {
            let sources = Arc::new(std::mem::take(&mut loader.sources));
            for scenario in &mut scenarios {
                scenario.sources = Arc::clone(&sources);
            }
            return Ok(scenarios);
        }
        Ok(_) => Vec::new(),
        Err(mut found) => {
            // A row of a table repeats what is wrong with every row.
            found.dedup();
            found
        }
    };
    if !found.is_empty() {
        all.push(FileFindings {
            path: path.to_owned(),
            source: source.to_owned(),
            findings: found,
        });
    }
    all.append(&mut loader.others);
    Err(all)
}

fn read_root(
    root: &Marked,
    given: &Given,
    loader: &mut Loader<'_>,
    findings: &mut Findings,
) -> Vec<Scenario> {
    let several = match &root.node {
        Node::Map(entries) => entries.iter().any(|entry| entry.key == "scenarios"),
        Node::List(_) | Node::Scalar(_) => false,
    };
    if !several {
        return read_scenario(root, given, loader, findings);
    }
    let mut scenarios = Vec::new();
    let _ = fields(root, findings, "a file of scenarios", |fields| {
        let _schema = fields.optional("$schema", text);
        let _description = fields.optional("description", text);
        let list = fields.required("scenarios", |value, findings| {
            items(|item, _| Some(item.clone()))(value, findings)
        })?;
        for item in &list {
            scenarios.extend(read_scenario(item, given, loader, fields.findings));
        }
        Some(())
    });
    scenarios
}

/// Reads one scenario; a table gives one for each row.
fn read_scenario(
    marked: &Marked,
    given: &Given,
    loader: &mut Loader<'_>,
    findings: &mut Findings,
) -> Vec<Scenario> {
    let Node::Map(entries) = &marked.node else {
        let finding = mismatch(marked, "a scenario");
        findings.add(finding.with_hint("begin with `scenario: ` and a sentence"));
        return Vec::new();
    };
    let entry = |key: &str| entries.iter().find(|entry| entry.key == key);
    let named_seed = entry("seed").and_then(|entry| match &entry.value.node {
        Node::Scalar(scalar) => scalar.text.parse().ok(),
        Node::List(_) | Node::Map(_) => None,
    });
    let seed = given.seeds.of(named_seed);
    let table = match entry("cases") {
        Some(entry) => values::read_table(&entry.value, findings),
        None => None,
    };
    if table.as_ref().is_some_and(|table| table.rows.len() > ROW_LIMIT) {
        let message = format!("the table has more than {ROW_LIMIT} rows");
        findings.add(Finding::new(marked.mark(), message));
        return Vec::new();
    }
    let rows = match &table {
        Some(table) => table.rows.iter().map(Some).collect(),
        None => vec![None],
    };
    let mut scenarios = Vec::new();
    for (index, row_cells) in rows.into_iter().enumerate() {
        loader.begin_scenario();
        let (mut values, row) =
            row_values(entry("vars"), table.as_ref().zip(row_cells), index, seed, findings);
        override_values(&mut values, &given.variables);
        let names = names_of(entry("vars"), table.as_ref());
        let valued: Vec<String> = values.keys().cloned().collect();
        let filled = substitute_all(marked, &values);
        let read = fields(&filled, findings, "a scenario", |fields| {
            read_fields(fields, (seed, names, &valued), row, loader)
        });
        let cells = table.as_ref().zip(row_cells);
        scenarios.extend(read.map(|scenario| without_secrets(scenario, cells, &values)));
    }
    name_equal_rows_apart(&mut scenarios);
    scenarios
}

/// The values of a row, and of the variables, which may use those of the row.
fn row_values(
    variables: Option<&Entry>,
    row: Option<(&Table, &Vec<Marked>)>,
    index: usize,
    seed: u64,
    findings: &mut Findings,
) -> (Values, Option<Row>) {
    let mut values = Values::new();
    let row = row.map(|(table, cells)| {
        for (column, cell) in table.columns.iter().zip(cells) {
            values.insert(column.clone(), cell.clone());
        }
        Row { number: index + 1, content: String::new() }
    });
    if let Some(entry) = variables {
        values::read_variables(&entry.value, seed, &mut values, findings);
        // A cell may be made of variables, as a variable may be of cells.
        let cells: Vec<_> = values
            .iter()
            .map(|(name, value)| (name.clone(), values::substitute(value, &values)))
            .collect();
        values.extend(cells);
    }
    (values, row)
}

/// The scenario with its row, and no secret in what it is called.
fn without_secrets(
    mut scenario: Scenario,
    row: Option<(&Table, &Vec<Marked>)>,
    values: &Values,
) -> Scenario {
    let mut secrets = Secrets::of_steps(&scenario.steps, &scenario.cleanup);
    let named = values.iter().filter(|(name, _)| is_secret_name(name));
    for (_, value) in named {
        if let Node::Scalar(scalar) = &value.node {
            secrets.add(&scalar.text);
        }
    }
    let eraser = secrets.eraser();
    eraser.mask(&mut scenario.name);
    scenario.description.iter_mut().for_each(|text| eraser.mask(text));
    if let (Some(own), Some((table, cells))) = (&mut scenario.row, row) {
        own.content = table.content(cells, |name, text| match is_secret_name(name) {
            true => "***".to_owned(),
            false => eraser.masked(text).into_owned(),
        });
    }
    scenario
}

/// The names of the variables and columns, whether their values can be read or not.
fn names_of(variables: Option<&Entry>, table: Option<&Table>) -> Vec<String> {
    let mut names = table.map(|table| table.columns.clone()).unwrap_or_default();
    if let Some(Node::Map(entries)) = variables.map(|entry| &entry.value.node) {
        names.extend(entries.iter().map(|entry| entry.key.clone()));
    }
    names
}

/// Variables of the file that got another value from outside.
fn override_values(values: &mut Values, given: &BTreeMap<String, String>) {
    for (name, text) in given {
        let Some(value) = values.get_mut(name) else {
            continue;
        };
        // What was text stays text, so that a number of a smartcard does not become one.
        let style = match &value.node {
            Node::Scalar(scalar) => scalar.style,
            Node::List(_) | Node::Map(_) => Style::Quoted,
        };
        value.node = Node::Scalar(Scalar { text: text.clone(), style });
    }
}

/// Puts the values in everywhere but where they are given.
fn substitute_all(marked: &Marked, values: &Values) -> Marked {
    let Node::Map(entries) = &marked.node else {
        return marked.clone();
    };
    let entries = entries.iter().map(|entry| Entry {
        key: entry.key.clone(),
        key_span: entry.key_span,
        value: match entry.key.as_str() {
            "vars" | "cases" => entry.value.clone(),
            _ => values::substitute(&entry.value, values),
        },
    });
    Marked { span: marked.span, node: Node::Map(entries.collect()) }
}

fn read_fields(
    fields: &mut Fields<'_, '_>,
    (seed, variables, valued): (u64, Vec<String>, &[String]),
    row: Option<Row>,
    loader: &mut Loader<'_>,
) -> Option<Scenario> {
    let span = fields.mark();
    let _schema = fields.optional("$schema", text);
    let name = fields.required("scenario", sentence);
    let description = fields.optional("description", text);
    let tags = fields.list("tags", text);
    let protects = fields.list("protects", text);
    let contract = fields.optional("contract", strictness);
    let _seed = fields.optional("seed", number(0..=i64::MAX as u64));
    let clock = fields.optional("clock", moment);
    let world = read_world(fields, loader);
    let settings = fields.optional("settings", read_settings).unwrap_or_default();
    let runs = fields.optional("runs", read_runs).unwrap_or_default();
    let _vars = fields.entry("vars");
    let _cases = fields.entry("cases");
    let secrets = fields.list("secrets", secret_name);
    let mut names = Names::default();
    secrets.iter().for_each(|secret| names.add(secret));
    for name in &variables {
        match valued.contains(name) {
            true => names.add_put_in(name),
            // Its value is wrong, and that is told; where it is used nothing else is.
            false => names.add(name),
        }
    }
    if world.as_ref().is_some_and(|world| !world.crowd.is_empty()) {
        names.add("crowd");
    }
    let faults = fields
        .optional("faults", |value, findings| fault(value, &names, findings))
        .unwrap_or_default();
    let mark = fields.mark();
    let steps = fields.required("steps", |value, findings| {
        if matches!(&value.node, Node::List(list) if list.is_empty()) {
            let finding = Finding::new(mark, "the scenario has no steps");
            findings.add(finding.with_hint("write at least one step"));
        }
        steps::steps(value, &mut names, loader, findings)
    });
    let cleanup = fields
        .optional("cleanup", |value, findings| steps::steps(value, &mut names, loader, findings))
        .unwrap_or_default();
    Some(Scenario {
        name: name?,
        row,
        span,
        sources: Arc::default(),
        description,
        tags,
        protects,
        contract,
        seed: Some(seed),
        clock,
        world: world?,
        settings,
        faults,
        runs,
        variables,
        secrets,
        steps: steps?,
        cleanup,
    })
}

/// How strictly answers are held against the contract.
fn strictness(marked: &Marked, findings: &mut Findings) -> Option<Strictness> {
    let word = text_of("`must`, `should` or `may`")(marked, findings)?;
    let found = Strictness::from_code(&word);
    if found.is_none() {
        let message = format!("`contract`: found `{word}`, expected `must`, `should` or `may`");
        let hint = "must: what the documents say or show; should: what clients expect besides; may: every clause";
        findings.add(Finding::new(marked.mark(), message).with_hint(hint));
    }
    found
}

/// The name of a scenario: one line.
fn sentence(marked: &Marked, findings: &mut Findings) -> Option<String> {
    let name = text(marked, findings)?;
    let line = name.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(line)
}

fn read_settings(marked: &Marked, findings: &mut Findings) -> Option<Vec<Setting>> {
    let Node::Map(entries) = &marked.node else {
        let finding = mismatch(marked, "settings");
        findings.add(finding.with_hint("write `settings: { read-timeout: 30s }`"));
        return None;
    };
    let read = entries.iter().filter_map(|entry| {
        let Node::Scalar(scalar) = &entry.value.node else {
            findings.add(mismatch(&entry.value, "the value of a setting"));
            return None;
        };
        Some(Setting {
            name: Placed { value: entry.key.clone(), span: entry.key_span },
            value: Placed { value: scalar.text.clone(), span: entry.value.span },
        })
    });
    Some(read.collect())
}

fn read_runs(marked: &Marked, findings: &mut Findings) -> Option<Runs> {
    match text(marked, findings)?.as_str() {
        "when due" => Some(Runs::WhenDue),
        "by hand" => Some(Runs::ByHand),
        _ => {
            let finding = mismatch(marked, "who makes processing runs");
            findings.add(finding.with_hint("allowed: `when due` (the default), `by hand`"));
            None
        }
    }
}

fn secret_name(marked: &Marked, findings: &mut Findings) -> Option<String> {
    let name = text(marked, findings)?;
    if !is_name(&name) {
        let finding = mismatch(marked, "the name of a secret");
        findings.add(finding.with_hint(
            "write a name such as API_PASSWORD; its value comes from the environment or a file of \
             secrets, and `$API_PASSWORD` stands for it in the steps",
        ));
        return None;
    }
    Some(name)
}

/// Rows with the same content are told apart by their number.
fn name_equal_rows_apart(scenarios: &mut [Scenario]) {
    let contents: Vec<Option<Arc<str>>> = scenarios
        .iter()
        .map(|one| one.row.as_ref().map(|row| Arc::from(row.content.as_str())))
        .collect();
    for (index, scenario) in scenarios.iter_mut().enumerate() {
        let Some(row) = &mut scenario.row else {
            continue;
        };
        let same = contents.iter().filter(|other| **other == contents[index]);
        if row.content.is_empty() || same.count() > 1 {
            let number = row.number;
            row.content = format!("{} row {number}", row.content).trim().to_owned();
        }
    }
}

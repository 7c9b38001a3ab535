//! The commands that play scenarios again, as a shell takes them and without secrets.

use conax_contract::crm::is_secret_name;
use conax_scenario::document::Scenario;
use conax_scenario::document::Secrets;
use conax_scenario::run::Case;

use super::Order;
use crate::flags::quoted;

impl Order {
    /// The command that plays a scenario again.
    pub(super) fn again(&self, scenario: &Scenario, file: &str) -> String {
        let part = match &scenario.row {
            Some(row) => format!("{file}:[{}]", row.content),
            None => format!("{file}:{}", scenario.span.start.line),
        };
        format!(
            "conax-sim run {} --seed {}{}{}",
            quoted(&part),
            scenario.seed.unwrap_or_default(),
            self.variable_flags(),
            self.target_flags
        )
    }

    /// The command that plays all of it again: what was given, as it was given.
    pub(super) fn again_all(&self, cases: &[Case]) -> String {
        let paths: Vec<String> = self.paths.iter().map(|path| quoted(path)).collect();
        let mut text = format!("conax-sim run {}", paths.join(" "));
        for (flag, values) in [("tag", &self.choice.tags), ("filter", &self.choice.filters)] {
            for value in values {
                text.push_str(&format!(" --{flag} {}", quoted(value)));
            }
        }
        if self.seeds.is_forced {
            text.push_str(&format!(" --seed {}", self.seeds.usual));
        }
        if self.repeat > 1 {
            text.push_str(&format!(" --repeat {}", self.repeat));
        }
        text.push_str(&self.variable_flags());
        text.push_str(&self.target_flags);
        secrets_of(cases).eraser().masked(&text).into_owned()
    }

    fn variable_flags(&self) -> String {
        let flags = self.variables.iter().map(|(name, value)| {
            match is_secret_name(name) {
                // The command stands in every report; who repeats it knows the value.
                true => format!(" --var {name}=***"),
                false => format!(" --var {}", quoted(&format!("{name}={value}"))),
            }
        });
        flags.collect()
    }
}

/// What is secret in the steps of all of them: the command of one names what was given for all.
pub(super) fn secrets_of(cases: &[Case]) -> Secrets {
    let mut secrets = Secrets::default();
    for case in cases {
        let Scenario { steps, cleanup, .. } = &case.scenario;
        secrets.add_steps(steps, cleanup);
    }
    secrets
}

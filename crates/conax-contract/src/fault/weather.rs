//! Weathers: several rules under one name.

use super::read::parse_file;
use super::rule::WrittenRule;

/// Several rules under one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Weather {
    /// Its name.
    pub name: &'static str,
    /// What it is like.
    pub meaning: &'static str,
    /// The rules, in the language of fault files.
    pub rules: &'static str,
}

/// Every weather. What they are made of is Ours.
pub const WEATHERS: [Weather; 6] = [
    Weather {
        name: "brownout",
        meaning: "everything takes longer, and every tenth command fails inside the head-end",
        rules: "
- { name: brownout-slow, do: { delay: \"log-normal(median 400ms, sigma 0.8)\" } }
- { name: brownout-error, preset: f33, when: { probability: 10% } }
",
    },
    Weather {
        name: "flaky-network",
        meaning: "connections are refused or reset, answers get lost or break off, now and then",
        rules: "
- { name: flaky-refused, preset: f01, when: { probability: 3% } }
- { name: flaky-reset, preset: f03, when: { probability: 3% } }
- { name: flaky-lost, preset: f06, when: { probability: 3% } }
- { name: flaky-cut, preset: f08, when: { probability: 2% } }
- { name: flaky-slow, do: { delay: \"pareto(min 20ms, alpha 1.5)\" } }
",
    },
    Weather {
        name: "month-end-overload",
        meaning: "bursts are turned away, and beyond eight exchanges at a time no answer comes",
        rules: "
- { name: overload-pool, preset: f16, when: { above: 8 } }
- { name: overload-throttle, do: { throttle: { per_second: 20, burst: 40 } } }
- { name: overload-slow, do: { delay: \"exponential(mean 300ms)\" } }
",
    },
    Weather {
        name: "maintenance-window",
        meaning: "for ten minutes of every hour there is only a maintenance page",
        rules: "
- { name: maintenance-page, preset: f14, when: { window: { on: 10min, off: 50min } } }
",
    },
    Weather {
        name: "stale-replica",
        meaning: "questions are answered from a minute ago, and some orders get lost or come late",
        rules: "
- name: stale-read
  preset: f40
  when:
    command:
      - GET_ACTIVE_SUBSCRIPTIONS
      - GET_PAIRING_STATUS_FOR_CARD
      - GET_PAIRING_STATUS_FOR_PAIRING_MODULE
- { name: stale-lost, preset: f35, when: { probability: 5% } }
- { name: stale-late, preset: f39, when: { probability: 10% } }
",
    },
    Weather {
        name: "slow-then-dead",
        meaning: "answers come ever later, until they come too late",
        rules: "
- { name: slow-then-dead, preset: f46 }
",
    },
];

impl Weather {
    /// Its rules; a test reads every one of them.
    #[must_use]
    pub fn rules(&self) -> Vec<WrittenRule> {
        parse_file(self.rules).unwrap_or_default()
    }
}

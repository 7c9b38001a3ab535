//! Delays in words: `50ms`, `normal(50ms, 10ms)`, `log-normal(median 90ms, sigma 0.4)`.

use std::time::Duration;

use conax_model::fault::DelayShape;

use crate::text::{Findings, Marked, mismatch, parse_duration};

/// Every form, for hints.
const FORMS: &[&str] = &[
    "50ms",
    "uniform(10ms, 90ms)",
    "normal(50ms, 10ms)",
    "log-normal(median 90ms, sigma 0.4)",
    "exponential(mean 50ms)",
    "pareto(min 20ms, alpha 1.5)",
    "weibull(scale 50ms, shape 0.8)",
    "empirical(12ms, 15ms, 300ms)",
    "ramp(10ms, 60s, over 10min)",
];

/// Reads a delay.
pub(super) fn read_shape(marked: &Marked, findings: &mut Findings) -> Option<DelayShape> {
    let shape = marked.scalar().and_then(|text| shape(text.trim()));
    if shape.is_none() {
        let hint = format!("write one like {}", FORMS.join(", "));
        findings.add(mismatch(marked, "a delay").with_hint(hint));
    }
    shape
}

fn shape(text: &str) -> Option<DelayShape> {
    let Some((family, rest)) = text.split_once('(') else {
        return parse_duration(text).map(DelayShape::Fixed);
    };
    let inside = rest.strip_suffix(')')?;
    let values: Vec<&str> = inside.split(',').map(str::trim).collect();
    Some(match (family.trim(), values.as_slice()) {
        ("uniform", [from, to]) => {
            let (from, to) = (parse_duration(from)?, parse_duration(to)?);
            (from < to).then_some(DelayShape::Uniform { from, to })?
        }
        ("normal", [mean, deviation]) => {
            DelayShape::Normal { mean: parse_duration(mean)?, deviation: above_zero(deviation)? }
        }
        ("log-normal", [median, sigma]) => DelayShape::LogNormal {
            median: named(median, "median")?,
            sigma: number(sigma, "sigma")?,
        },
        ("exponential", [mean]) => DelayShape::Exponential { mean: named(mean, "mean")? },
        ("pareto", [min, alpha]) => {
            DelayShape::Pareto { min: named(min, "min")?, alpha: number(alpha, "alpha")? }
        }
        ("weibull", [scale, shape]) => {
            DelayShape::Weibull { scale: named(scale, "scale")?, shape: number(shape, "shape")? }
        }
        ("empirical", values) => {
            let delays = values.iter().map(|one| parse_duration(one));
            DelayShape::Empirical(delays.collect::<Option<_>>()?)
        }
        ("ramp", [from, to, over]) => DelayShape::Ramp {
            from: parse_duration(from)?,
            to: parse_duration(to)?,
            over: named(over, "over")?,
        },
        _ => return None,
    })
}

fn above_zero(text: &str) -> Option<Duration> {
    parse_duration(text).filter(|duration| !duration.is_zero())
}

fn named(text: &str, name: &str) -> Option<Duration> {
    above_zero(text.strip_prefix(name)?.trim_start())
}

fn number(text: &str, name: &str) -> Option<f64> {
    let number: f64 = text.strip_prefix(name)?.trim().parse().ok()?;
    (number.is_finite() && number > 0.0).then_some(number)
}

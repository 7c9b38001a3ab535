//! Delays in words: `50ms`, `normal(50ms, 10ms)`, `log-normal(median 90ms, sigma 0.4)`.

use std::time::Duration;

use crate::text::parse_duration;

/// A family of delays with its parameters.
#[derive(Clone, Debug, PartialEq)]
pub enum ShapeSpec {
    /// `50ms`
    Fixed(Duration),
    /// `uniform(10ms, 90ms)`
    Uniform(Duration, Duration),
    /// `normal(50ms, 10ms)`: mean and standard deviation
    Normal(Duration, Duration),
    /// `log-normal(median 90ms, sigma 0.4)`
    LogNormal(Duration, f64),
    /// `exponential(mean 50ms)`
    Exponential(Duration),
    /// `pareto(min 20ms, alpha 1.5)`
    Pareto(Duration, f64),
    /// `weibull(scale 50ms, shape 0.8)`
    Weibull(Duration, f64),
    /// `empirical(12ms, 15ms, 300ms)`: one of these, equally often
    Empirical(Vec<Duration>),
    /// `ramp(10ms, 60s, over 10min)`: grows evenly from the rule's first hit on
    Ramp(Duration, Duration, Duration),
}

/// Every form, for help and hints.
pub(super) const FORMS: &[&str] = &[
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

impl ShapeSpec {
    /// Reads a shape.
    ///
    /// # Errors
    /// If it is none; the text says what is expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::read(text.trim()).ok_or_else(|| {
            format!(
                "`{text}` is not a delay; write one like {}",
                FORMS.join(", ")
            )
        })
    }

    fn read(text: &str) -> Option<Self> {
        let Some((family, rest)) = text.split_once('(') else {
            return parse_duration(text).map(Self::Fixed);
        };
        let inside = rest.strip_suffix(')')?;
        let values: Vec<&str> = inside.split(',').map(str::trim).collect();
        Some(match (family.trim(), values.as_slice()) {
            ("uniform", [from, to]) => {
                let (from, to) = (parse_duration(from)?, parse_duration(to)?);
                (from < to).then_some(Self::Uniform(from, to))?
            }
            ("normal", [mean, deviation]) => {
                Self::Normal(parse_duration(mean)?, above_zero(deviation)?)
            }
            ("log-normal", [median, sigma]) => {
                Self::LogNormal(named(median, "median")?, number(sigma, "sigma")?)
            }
            ("exponential", [mean]) => Self::Exponential(named(mean, "mean")?),
            ("pareto", [min, alpha]) => Self::Pareto(named(min, "min")?, number(alpha, "alpha")?),
            ("weibull", [scale, shape]) => {
                Self::Weibull(named(scale, "scale")?, number(shape, "shape")?)
            }
            ("empirical", values) => Self::Empirical(
                values
                    .iter()
                    .map(|one| parse_duration(one))
                    .collect::<Option<_>>()?,
            ),
            ("ramp", [from, to, over]) => Self::Ramp(
                parse_duration(from)?,
                parse_duration(to)?,
                named(over, "over")?,
            ),
            _ => return None,
        })
    }
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

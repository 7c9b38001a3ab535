//! How long a delay is: families of distributions, each with its parametrisation spelled out.

use std::f64::consts::TAU;
use std::time::Duration;

use crate::entropy::Dice;

/// The longest delay that is drawn; a tail that reaches further is cut here.
pub(super) const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// A family of delays.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "storage", derive(serde::Serialize, serde::Deserialize))]
pub enum DelayShape {
    /// Always the same.
    Fixed(Duration),
    /// Anything between the two, equally often.
    Uniform {
        /// The shortest.
        from: Duration,
        /// The longest.
        to: Duration,
    },
    /// Around a mean; what would be negative is zero.
    Normal {
        /// The mean, and the median.
        mean: Duration,
        /// The standard deviation.
        deviation: Duration,
    },
    /// Its logarithm is normal.
    LogNormal {
        /// Half of the delays are shorter.
        median: Duration,
        /// The standard deviation of the logarithm.
        sigma: f64,
    },
    /// Short ones often, long ones ever more seldom.
    Exponential {
        /// The mean.
        mean: Duration,
    },
    /// A heavy tail.
    Pareto {
        /// The shortest.
        min: Duration,
        /// The smaller, the heavier the tail; above zero.
        alpha: f64,
    },
    /// A tail that is heavier (shape below 1) or lighter (above 1) than the exponential one.
    Weibull {
        /// 63.2 % are shorter.
        scale: Duration,
        /// The shape; above zero.
        shape: f64,
    },
    /// One of these, equally often: measured delays, as they are.
    Empirical(Vec<Duration>),
    /// Grows evenly from the rule's first hit on, and stays at the end.
    Ramp {
        /// At the first hit.
        from: Duration,
        /// In the end.
        to: Duration,
        /// How long it takes to get there.
        over: Duration,
    },
}

impl DelayShape {
    /// A delay of this family; `since` is the time that has passed since the rule's first hit.
    ///
    /// Every draw takes the same number of throws, so that changing one rule's parameters leaves
    /// the later draws where they were.
    #[must_use]
    pub fn draw(&self, dice: &mut Dice, since: Duration) -> Duration {
        let (first, second) = (dice.fraction(), dice.fraction());
        match self {
            Self::Fixed(delay) => *delay,
            Self::Uniform { from, to } => seconds(between(*from, *to, first)),
            Self::Normal { mean, deviation } => {
                seconds(mean.as_secs_f64() + deviation.as_secs_f64() * bell(first, second))
            }
            Self::LogNormal { median, sigma } => {
                seconds(median.as_secs_f64() * (sigma * bell(first, second)).exp())
            }
            Self::Exponential { mean } => seconds(-mean.as_secs_f64() * above_zero(first).ln()),
            Self::Pareto { min, alpha } => {
                seconds(min.as_secs_f64() * above_zero(first).powf(-alpha.recip()))
            }
            Self::Weibull { scale, shape } => {
                seconds(scale.as_secs_f64() * (-above_zero(first).ln()).powf(shape.recip()))
            }
            Self::Empirical(delays) => {
                let place = (first * delays.len() as f64) as usize;
                delays.get(place).copied().unwrap_or_default()
            }
            Self::Ramp { from, to, over } => {
                let part = if over.is_zero() {
                    1.0
                } else {
                    (since.as_secs_f64() / over.as_secs_f64()).min(1.0)
                };
                seconds(between(*from, *to, part))
            }
        }
    }

    /// The share of delays that are no longer than this one; absent for a ramp, which is no chance.
    #[must_use]
    pub fn share_up_to(&self, delay: Duration) -> Option<f64> {
        let x = delay.as_secs_f64();
        Some(match self {
            Self::Fixed(fixed) => f64::from(u8::from(delay >= *fixed)),
            Self::Uniform { from, to } => {
                let width = to.as_secs_f64() - from.as_secs_f64();
                ((x - from.as_secs_f64()) / width).clamp(0.0, 1.0)
            }
            Self::Normal { mean, deviation } => {
                bell_share((x - mean.as_secs_f64()) / deviation.as_secs_f64())
            }
            Self::LogNormal { median, sigma } => {
                bell_share((x / median.as_secs_f64()).ln() / sigma)
            }
            Self::Exponential { mean } => 1.0 - (-x / mean.as_secs_f64()).exp(),
            Self::Pareto { min, alpha } => {
                1.0 - (min.as_secs_f64() / x.max(min.as_secs_f64())).powf(*alpha)
            }
            Self::Weibull { scale, shape } => 1.0 - (-(x / scale.as_secs_f64()).powf(*shape)).exp(),
            Self::Empirical(delays) => {
                let count = delays.iter().filter(|one| **one <= delay).count();
                count as f64 / delays.len() as f64
            }
            Self::Ramp { .. } => return None,
        })
    }
}

/// A whole number of microseconds: the last bits of a logarithm may differ between platforms.
fn seconds(seconds: f64) -> Duration {
    let longest = LONGEST.as_secs_f64();
    let micros = seconds.clamp(0.0, longest) * 1e6;
    Duration::from_micros(micros.round() as u64)
}

fn between(from: Duration, to: Duration, part: f64) -> f64 {
    let (from, to) = (from.as_secs_f64(), to.as_secs_f64());
    (to - from).mul_add(part, from)
}

/// From 0 to 1, without 0: its logarithm is finite.
fn above_zero(fraction: f64) -> f64 {
    1.0 - fraction
}

/// A draw of the standard normal distribution from two even ones (Box and Muller).
fn bell(first: f64, second: f64) -> f64 {
    (-2.0 * above_zero(first).ln()).sqrt() * (TAU * second).cos()
}

/// The share of the standard normal distribution up to `z`, to seven digits (Abramowitz and Stegun
/// 7.1.26).
fn bell_share(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / 0.327_591_1_f64.mul_add(x, 1.0);
    let series = [1.061_405_429, -1.453_152_027, 1.421_413_741, -0.284_496_736, 0.254_829_592];
    let sum = series.into_iter().fold(0.0, |sum: f64, factor| sum.mul_add(t, factor)) * t;
    let half = 0.5 * sum * (-x * x).exp();
    if z < 0.0 { half } else { 1.0 - half }
}

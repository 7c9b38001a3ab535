//! Draws follow their distribution: the Kolmogorov-Smirnov distance of many draws is small.

use std::time::Duration;

use crate::entropy::{Dice, Seed};
use crate::fault::DelayShape;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The largest distance between the share of draws up to a delay and the share there should be.
fn distance(shape: &DelayShape, count: u32) -> f64 {
    let mut dice = Dice::new(Seed(7), "delays");
    let mut draws: Vec<Duration> =
        (0..count).map(|_| shape.draw(&mut dice, Duration::ZERO)).collect();
    draws.sort_unstable();
    let all = f64::from(count);
    let steps = draws.iter().zip(0_u32..);
    steps
        .map(|(draw, before)| {
            let expected = shape.share_up_to(*draw).expect("a matter of chance");
            let (low, high) = (f64::from(before) / all, f64::from(before + 1) / all);
            (expected - low).abs().max((expected - high).abs())
        })
        .fold(0.0, f64::max)
}

#[test]
fn draws_follow_their_distribution() {
    // Beyond this, one honest sample in a thousand would be refused; the seed is fixed.
    let count = 20_000;
    let bound = 1.95 / f64::from(count).sqrt();
    for shape in [
        DelayShape::Uniform { from: ms(10), to: ms(90) },
        DelayShape::Normal { mean: ms(500), deviation: ms(50) },
        DelayShape::LogNormal { median: ms(90), sigma: 0.4 },
        DelayShape::Exponential { mean: ms(50) },
        DelayShape::Pareto { min: ms(20), alpha: 1.5 },
        DelayShape::Weibull { scale: ms(50), shape: 0.8 },
    ] {
        let distance = distance(&shape, count);
        assert!(distance < bound, "{shape:?}: {distance} against {bound}");
    }
}

#[test]
fn a_wrong_distribution_is_noticed() {
    let mut dice = Dice::new(Seed(7), "delays");
    let drawn = DelayShape::Exponential { mean: ms(60) };
    let claimed = DelayShape::Exponential { mean: ms(50) };
    let count = 20_000;
    let within = (0..count).filter(|_| drawn.draw(&mut dice, Duration::ZERO) <= ms(50)).count();
    let share = within as f64 / f64::from(count);
    let expected = claimed.share_up_to(ms(50)).expect("a matter of chance");
    assert!((share - expected).abs() > 0.03, "{share} and {expected}");
}

#[test]
fn measured_delays_are_drawn_as_they_are_and_a_ramp_grows() {
    let mut dice = Dice::new(Seed(7), "delays");
    let measured = DelayShape::Empirical(vec![ms(12), ms(15), ms(300)]);
    let mut drawn: Vec<u128> =
        (0..100).map(|_| measured.draw(&mut dice, Duration::ZERO).as_millis()).collect();
    drawn.sort_unstable();
    drawn.dedup();
    assert_eq!(drawn, [12, 15, 300]);
    let ramp = DelayShape::Ramp { from: ms(0), to: ms(1000), over: ms(10_000) };
    let after = [0, 2500, 10_000, 99_000].map(|since| ramp.draw(&mut dice, ms(since)).as_millis());
    assert_eq!(after, [0, 250, 1000, 1000]);
}

//! Clocks as people write them: `stepped from 2014-11-30T08:59:00`.

use conax_contract::text::parse_moment;
use conax_model::time::SimTime;

use super::ClockMode;

/// How time passes, and from when, if that is said.
///
/// # Errors
/// What was found and what was expected.
pub fn parse_clock(text: &str) -> Result<(ClockMode, Option<SimTime>), String> {
    let (word, from) = match text.split_once(" from ") {
        Some((word, from)) => (word, Some(from)),
        None => (text, None),
    };
    let mode = parse_mode(word).ok_or_else(|| {
        format!("found `{word}`, expected `real`, `stepped` or a factor such as `x60`")
    })?;
    let start = from.map(|from| {
        parse_moment(from)
            .map(SimTime::from_calendar)
            .ok_or_else(|| format!("found `{from}`, expected a date such as `2014-11-30T08:59:00`"))
    });
    Ok((mode, start.transpose()?))
}

fn parse_mode(word: &str) -> Option<ClockMode> {
    match word {
        "real" => Some(ClockMode::Real),
        "stepped" => Some(ClockMode::Stepped),
        _ => ClockMode::scaled(word.strip_prefix('x')?.parse().ok()?),
    }
}

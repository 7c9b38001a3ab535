//! Which of the orders about one thing made a difference. Pure, and O(n log n) in their number.

/// One of the orders, as far as it matters.
#[derive(Clone, Copy, Debug)]
pub struct Step<K, T> {
    /// When it ended.
    pub ended: K,
    /// When it was carried out last.
    pub done: Option<K>,
    /// Whether the CRM thinks wrongly of it, or the head-end holds it back.
    pub is_wrong: bool,
    /// Whether the head-end holds it back: nothing later has made up for it then.
    pub is_held: bool,
    /// Whether both sides think the same of it, and all is as it says from then on.
    pub settles: bool,
    /// Which it is.
    pub of: T,
}

/// Whose doing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame<T> {
    /// The last of which the CRM thinks wrongly, unless a later one has made up for it.
    Wrong(T),
    /// One that was carried out last, behind one that ended later.
    TurnedRound {
        /// It.
        late: T,
        /// The one that ended later.
        before: T,
    },
    /// Nobody's that is known; the one that is most likely to have to do with it.
    Nobody(Option<T>),
}

/// Finds whose doing it is.
#[must_use]
pub fn blame<K: Ord + Copy, T: Copy>(mut steps: Vec<Step<K, T>>) -> Blame<T> {
    steps.sort_by_key(|step| step.ended);
    let made_up = made_up_for(&steps);
    let of = |place: usize| steps[place].of;
    let stands = |place: &usize| steps[*place].is_held || !made_up[*place];
    let wrong = (0..steps.len()).rev().filter(|place| steps[*place].is_wrong);
    if let Some(place) = wrong.clone().find(stands) {
        return Blame::Wrong(of(place));
    }
    let last_done = (0..steps.len()).max_by_key(|place| steps[*place].done);
    if let Some(late) = last_done
        && let Some(before) = ended_after_and_done_before(&steps, &steps[late])
    {
        return Blame::TurnedRound { late: of(late), before };
    }
    let last = wrong.clone().next().or(steps.len().checked_sub(1));
    Blame::Nobody(last.map(of))
}

/// The first of these that ended after this one and was carried out before it.
#[must_use]
pub fn ended_after_and_done_before<K: Ord, T: Copy>(
    steps: &[Step<K, T>],
    step: &Step<K, T>,
) -> Option<T> {
    let is_turned = |other: &&Step<K, T>| {
        other.done.is_some() && other.done < step.done && other.ended > step.ended
    };
    steps.iter().find(is_turned).map(|other| other.of)
}

/// The first of these that ended before this one and was carried out after it.
#[must_use]
pub fn ended_before_and_done_after<K: Ord, T: Copy>(
    steps: &[Step<K, T>],
    step: &Step<K, T>,
) -> Option<T> {
    let is_turned = |other: &&Step<K, T>| {
        step.done.is_some() && other.done > step.done && other.ended < step.ended
    };
    steps.iter().find(is_turned).map(|other| other.of)
}

/// Whether one that ended later, and was carried out later, has settled the matter, for each of
/// these, which are in the order in which they ended.
fn made_up_for<K: Ord + Copy, T>(steps: &[Step<K, T>]) -> Vec<bool> {
    let mut made_up = vec![false; steps.len()];
    let (mut last_done, mut of_those_that_ended_with_it) = (None, None);
    for (place, step) in steps.iter().enumerate().rev() {
        if steps.get(place + 1).is_some_and(|next| next.ended != step.ended) {
            last_done = last_done.max(of_those_that_ended_with_it);
        }
        made_up[place] = last_done > step.done;
        if step.settles {
            of_those_that_ended_with_it = of_those_that_ended_with_it.max(step.done);
        }
    }
    made_up
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Blame, Step, blame, ended_after_and_done_before};
    use crate::counted::Counted;

    fn steps() -> impl Strategy<Value = Vec<Step<usize, usize>>> {
        let step = (0_usize..12, prop::option::of(0_usize..12), any::<[bool; 3]>());
        let steps = prop::collection::vec(step, 0..12);
        steps.prop_map(|steps| {
            let steps = steps.into_iter().enumerate();
            let step = |(of, (ended, done, flags)): (usize, (usize, Option<usize>, [bool; 3]))| {
                let [is_wrong, is_held, settles] = flags;
                Step { ended, done, is_wrong, is_held: is_held && is_wrong, settles, of }
            };
            steps.map(step).collect()
        })
    }

    /// By comparing each with each.
    fn naive(mut steps: Vec<Step<usize, usize>>) -> Blame<usize> {
        steps.sort_by_key(|step| step.ended);
        let is_made_up_for = |step: &Step<usize, usize>| {
            let mut settling = steps.iter().filter(|other| other.settles);
            settling.any(|other| other.ended > step.ended && other.done > step.done)
        };
        let wrong = || steps.iter().rev().filter(|step| step.is_wrong);
        if let Some(step) = wrong().find(|step| step.is_held || !is_made_up_for(step)) {
            return Blame::Wrong(step.of);
        }
        let last = steps.iter().max_by_key(|step| step.done);
        let before = last.and_then(|last| ended_after_and_done_before(&steps, last));
        if let (Some(last), Some(before)) = (last, before) {
            return Blame::TurnedRound { late: last.of, before };
        }
        Blame::Nobody(wrong().next().or(steps.last()).map(|step| step.of))
    }

    proptest! {
        #[test]
        fn who_is_blamed_is_who_a_comparison_of_all_pairs_finds(steps in steps()) {
            prop_assert_eq!(blame(steps.clone()), naive(steps));
        }
    }

    /// That many false completions of one product, which a last order has made up for.
    fn compared_for(count: usize) -> usize {
        let step = |place| Step {
            ended: Counted(place),
            done: (place == count).then_some(Counted(place)),
            is_wrong: place < count,
            is_held: false,
            settles: place == count,
            of: place,
        };
        let steps = (0..=count).map(step).collect();
        Counted::compared_in(|| assert_eq!(blame(steps), Blame::Nobody(Some(count - 1))))
    }

    #[test]
    fn twice_as_many_orders_are_hardly_more_than_twice_the_work() {
        let (once, twice) = (compared_for(4_000), compared_for(8_000));
        assert!(twice < once * 5 / 2, "{once}, then {twice}");
    }
}

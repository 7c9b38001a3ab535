//! Who of those that went by stood behind, in O(log n) each.

/// Those that have gone by, as far as anybody may still ask for them.
///
/// Whoever is followed by one that stood further behind is asked for no more, so what is kept is in
/// order of where it stood, and a look is a binary search.
#[derive(Clone, Debug)]
pub(super) struct Passed<K, T>(Vec<(K, T)>);

impl<K, T> Default for Passed<K, T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord, T: Copy> Passed<K, T> {
    /// The next one goes by, which stood there.
    pub(super) fn push(&mut self, stood: K, who: T) {
        while self.0.last().is_some_and(|(last, _)| *last < stood) {
            self.0.pop();
        }
        self.0.push((stood, who));
    }

    /// The last that has gone by and stood behind this place.
    pub(super) fn last_behind(&self, place: &K) -> Option<T> {
        let behind = self.0.partition_point(|(stood, _)| stood > place);
        let last = behind.checked_sub(1)?;
        Some(self.0[last].1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Passed;
    use crate::counted::Counted;

    proptest! {
        #[test]
        fn who_is_found_is_who_a_walk_backwards_finds(
            places in prop::collection::vec(0_usize..30, 0..30), asked in 0_usize..30,
        ) {
            let mut passed = Passed::default();
            for (who, place) in places.iter().enumerate() {
                passed.push(*place, who);
            }
            let walked = places.iter().rposition(|place| *place > asked);
            prop_assert_eq!(passed.last_behind(&asked), walked);
        }
    }

    /// Every order of a smartcard behind one that overtook them all, and each asks who it was.
    fn compared_for(count: usize, stood: impl Fn(usize) -> usize) -> usize {
        Counted::compared_in(|| {
            let mut passed = Passed::default();
            for who in 0..count {
                passed.last_behind(&Counted(stood(who)));
                passed.push(Counted(stood(who)), who);
            }
        })
    }

    #[test]
    fn twice_as_many_orders_are_hardly_more_than_twice_the_work() {
        for (name, stood) in [
            ("in order", &(|who| who) as &dyn Fn(usize) -> usize),
            ("turned round", &|who| 100_000 - who),
            ("in turn", &|who| who ^ 0x155),
        ] {
            let (once, twice) = (compared_for(4_000, stood), compared_for(8_000, stood));
            assert!(twice < once * 5 / 2, "{name}: {once}, then {twice}");
        }
    }
}

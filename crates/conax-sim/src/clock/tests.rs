//! What a clock does with those who wait for it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use conax_model::time::SimTime;

use super::{Activity, Bell, Clock, ClockMode, Elapsed, Places, Reading, Repeated, idle};

const START: SimTime = SimTime::from_millis(1_000_000);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn stepped() -> Clock {
    Clock::new(ClockMode::Stepped, START)
}

fn since_start(clock: &Clock) -> Duration {
    clock.now().since(START)
}

/// What happened, and when.
#[derive(Clone, Default)]
struct Story(Arc<Mutex<Vec<(&'static str, Duration)>>>);

impl Story {
    fn tell(&self, clock: &Clock, what: &'static str) {
        let at = since_start(clock);
        self.0.lock().expect("a story").push((what, at));
    }

    fn so_far(&self) -> Vec<(&'static str, u64)> {
        let story = self.0.lock().expect("a story");
        story.iter().map(|(what, at)| (*what, at.as_secs())).collect()
    }
}

/// A task that sleeps and tells.
fn sleeper(clock: &Clock, story: &Story, time: u64, what: &'static str) {
    let (own, story) = (clock.clone(), story.clone());
    tokio::spawn(clock.activity().run(async move {
        own.sleep(seconds(time)).await;
        story.tell(&own, what);
    }));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advance_past_three_events_fires_them_in_order_each_at_its_own_time() {
    for _ in 0..200 {
        let (clock, story) = (stepped(), Story::default());
        for (time, what) in [(30, "third"), (10, "first"), (20, "second"), (99, "never")] {
            sleeper(&clock, &story, time, what);
        }
        let advanced = clock.advance(seconds(60)).await;
        assert_eq!((advanced.fired, advanced.at_rest), (3, true));
        assert_eq!((advanced.from, advanced.now), (START, START + seconds(60)));
        let expected = [("first", 10), ("second", 20), ("third", 30)];
        assert_eq!(story.so_far(), expected);
        assert_eq!(clock.waiting().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_event_begins_happens_in_the_same_advance() {
    let (clock, story) = (stepped(), Story::default());
    let (own, told) = (clock.clone(), story.clone());
    tokio::spawn(clock.activity().run(async move {
        for _ in 0..5 {
            own.sleep(seconds(1)).await;
            told.tell(&own, "tick");
        }
    }));
    assert_eq!(clock.advance(seconds(60)).await.fired, 5);
    let ticks = [1, 2, 3, 4, 5].map(|at| ("tick", at));
    assert_eq!(story.so_far(), ticks);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_advances_at_once_do_not_interleave() {
    let (clock, story) = (stepped(), Story::default());
    for time in 1..=20 {
        sleeper(&clock, &story, time, "event");
    }
    let (one, two) = tokio::join!(clock.advance(seconds(10)), clock.advance(seconds(10)));
    let mut spans = [one, two].map(|advanced| {
        let span = (advanced.from.since(START), advanced.now.since(START));
        (span, advanced.fired)
    });
    spans.sort();
    let halves = [((seconds(0), seconds(10)), 10), ((seconds(10), seconds(20)), 10)];
    assert_eq!(spans, halves);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_out_ends_when_its_time_has_passed_and_not_before() {
    let clock = stepped();
    let own = clock.clone();
    let waiting = clock.activity().run(async move {
        let never = own.timeout(seconds(600), idle(std::future::pending::<()>()));
        (never.await, own.now())
    });
    let waiting = tokio::spawn(waiting);
    assert_eq!(clock.advance(seconds(599)).await.fired, 0);
    assert!(!waiting.is_finished());
    assert_eq!(clock.advance(seconds(60)).await.fired, 1);
    let ended = waiting.await.expect("no panic");
    assert_eq!(ended, (Err(Elapsed), START + seconds(600)));
    assert!(clock.waiting().is_empty());
}

#[tokio::test]
async fn what_is_ready_is_given_before_the_time_is_looked_at() {
    let clock = stepped();
    let ready = clock.timeout(Duration::ZERO, std::future::ready(17));
    assert_eq!(ready.await, Ok(17));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sleeper_that_is_dropped_counts_again_and_leaves_no_wait() {
    let clock = stepped();
    let own = clock.clone();
    let activity = clock.activity();
    let sleeping = activity.clone().run(async move { own.sleep(seconds(60)).await });
    let sleeping = tokio::spawn(sleeping);
    assert!(clock.advance(seconds(1)).await.at_rest);
    assert!(clock.is_at_rest());
    sleeping.abort();
    assert!(sleeping.await.expect_err("aborted").is_cancelled());
    assert!(!clock.is_at_rest(), "its activity goes on");
    drop(activity);
    assert!(clock.is_at_rest());
    assert!(clock.waiting().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_instance_that_does_not_come_to_rest_stops_the_advance() {
    let (clock, story) = (stepped(), Story::default());
    sleeper(&clock, &story, 10, "event");
    tokio::task::yield_now().await;
    let _busy = clock.activity();
    let advanced = clock.advance(seconds(60)).await;
    assert_eq!((advanced.at_rest, advanced.now), (false, START));
    assert_eq!(story.so_far(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_repeats_in_the_background_is_caught_up_beat_by_beat() {
    let (clock, story) = (stepped(), Story::default());
    let (own, told) = (clock.clone(), story.clone());
    let mut beat = Box::pin(clock.sleep_in_background(seconds(5)));
    tokio::spawn(async move {
        loop {
            let _activity = beat.await;
            told.tell(&own, "beat");
            beat = Box::pin(own.sleep_in_background(seconds(5)));
        }
    });
    assert_eq!(clock.advance(seconds(24)).await.fired, 4);
    assert_eq!(story.so_far(), [5, 10, 15, 20].map(|at| ("beat", at)));
    let waiting = clock.waiting();
    assert!(waiting[0].in_background && waiting.len() == 1);
    assert_eq!(clock.turn().await.next_work(), None);
}

/// Has work at some seconds, each until a beat has come; counts what went by.
struct IdleUntil {
    works: Mutex<Vec<u64>>,
    gone_by: Mutex<u64>,
}

impl IdleUntil {
    fn new(works: &[u64]) -> Arc<Self> {
        Arc::new(Self { works: Mutex::new(works.to_vec()), gone_by: Mutex::default() })
    }

    /// A beat has come: what was to be done by now is done.
    fn work(&self, now: SimTime) {
        let now = now.since(START).as_secs();
        self.works.lock().expect("works").retain(|work| *work > now);
    }
}

impl Repeated for IdleUntil {
    fn while_idle(&self, now: SimTime, leap: &mut dyn FnMut(Option<SimTime>) -> u64) {
        let now = now.since(START).as_secs();
        let next = self.works.lock().expect("works").first().copied();
        if next.is_some_and(|work| work <= now) {
            return;
        }
        *self.gone_by.lock().expect("a count") += leap(next.map(|work| START + seconds(work)));
    }
}

/// When beats of five seconds were woken, and how many went by, in an advance of a hundred seconds.
async fn beats(works: &[u64], sleepers: &[u64]) -> (Vec<(&'static str, u64)>, u64) {
    let (clock, story) = (stepped(), Story::default());
    let idle = IdleUntil::new(works);
    let (own, told, repeated) = (clock.clone(), story.clone(), Arc::clone(&idle));
    let beat = move || Box::pin(own.sleep_until_beat(seconds(5), repeated.clone()));
    let (mut next, own, worker) = (beat(), clock.clone(), Arc::clone(&idle));
    tokio::spawn(async move {
        loop {
            let _activity = next.await;
            told.tell(&own, "beat");
            worker.work(own.now());
            next = beat();
        }
    });
    for time in sleepers {
        sleeper(&clock, &story, *time, "event");
    }
    let advanced = clock.advance(seconds(100)).await;
    assert_eq!(advanced.now, START + seconds(100));
    // Whether they went by or were made, there were as many.
    assert_eq!(advanced.fired, 20 + sleepers.len());
    assert_eq!(clock.waiting()[0].due, START + seconds(105));
    let gone_by = *idle.gone_by.lock().expect("a count");
    (story.so_far(), gone_by)
}

#[tokio::test(flavor = "multi_thread")]
async fn beats_with_nothing_to_do_go_by_at_once_and_the_others_come_at_their_time() {
    assert_eq!(beats(&[], &[]).await, (vec![], 20));
    assert_eq!(beats(&[42], &[]).await, (vec![("beat", 45)], 19));
    assert_eq!(beats(&[45], &[]).await, (vec![("beat", 45)], 19));
    assert_eq!(beats(&[3, 100], &[]).await, (vec![("beat", 5), ("beat", 100)], 18));
    // Whatever happens in between, the next beat looks whether that gave it something to do.
    assert_eq!(beats(&[], &[33]).await, (vec![("event", 33)], 20));
    let then = vec![("event", 33), ("beat", 35)];
    assert_eq!(beats(&[34], &[33]).await, (then, 19));
    // At the same time it is the turn of who came first.
    let at_once = vec![("event", 50), ("beat", 50)];
    assert_eq!(beats(&[50], &[50]).await, (at_once, 19));
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_years_of_idle_beats_pass_at_once() {
    let clock = stepped();
    let idle = IdleUntil::new(&[]);
    let _beat = Box::pin(clock.sleep_until_beat(Duration::from_millis(1), idle));
    let advanced = clock.advance(Duration::MAX).await;
    assert_eq!((advanced.now, advanced.at_rest), (SimTime::MAX, true));
}

/// Somebody who does something every millisecond, for ever.
fn ticking(clock: &Clock) -> tokio::task::JoinHandle<()> {
    let own = clock.clone();
    tokio::spawn(clock.activity().run(async move {
        loop {
            own.sleep(Duration::from_millis(1)).await;
        }
    }))
}

/// Until the first of its lines is told.
async fn begun(story: &Story) {
    while story.so_far().is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advance_without_an_end_ends_when_its_world_is_replaced_and_the_next_one_goes_on() {
    let (clock, story) = (stepped(), Story::default());
    let ticking = ticking(&clock);
    sleeper(&clock, &story, 10, "ten seconds in");
    let own = clock.clone();
    let advancing = tokio::spawn(async move { own.advance(Duration::MAX).await });
    begun(&story).await;
    clock.end_advances();
    let advanced = advancing.await.expect("no panic");
    assert!(advanced.replaced && advanced.now < SimTime::MAX);
    let next = clock.advance(seconds(1)).await;
    assert!(!next.replaced && next.at_rest);
    ticking.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advance_without_an_end_ends_when_nobody_waits_for_it() {
    let (clock, story) = (stepped(), Story::default());
    let ticking = ticking(&clock);
    sleeper(&clock, &story, 10, "ten seconds in");
    tokio::select! {
        _ = clock.advance(Duration::MAX) => panic!("it has no end"),
        () = begun(&story) => {}
    }
    let from = clock.now();
    assert_eq!(clock.advance(seconds(1)).await.now, from + seconds(1));
    ticking.abort();
}

#[tokio::test]
async fn a_clock_does_not_go_back_unless_it_is_restored() {
    let clock = stepped();
    clock.set(START + seconds(60)).expect("forward");
    let refused = clock.set(START).expect_err("law I20");
    assert_eq!((refused.now, refused.asked), (START + seconds(60), START));
    assert_eq!(clock.now(), START + seconds(60));
    let earlier = Reading { mode: ClockMode::Stepped, now: START };
    clock.restore(earlier);
    assert_eq!(clock.reading(), earlier);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_date_that_is_set_leaves_everybody_as_long_to_wait_as_before() {
    let (clock, story) = (stepped(), Story::default());
    sleeper(&clock, &story, 10, "event");
    assert!(clock.advance(seconds(1)).await.at_rest);
    clock.set(START + seconds(3600)).expect("forward");
    assert_eq!(clock.advance(seconds(8)).await.fired, 0);
    assert_eq!(clock.advance(seconds(1)).await.fired, 1);
    assert_eq!(story.so_far(), [("event", 3609)]);
}

#[tokio::test(start_paused = true)]
async fn a_scaled_clock_runs_that_many_times_as_fast_and_so_do_those_who_wait() {
    let clock = Clock::new(ClockMode::Scaled(60.0), START);
    tokio::time::advance(seconds(2)).await;
    assert_eq!(since_start(&clock), seconds(120));
    let begun = tokio::time::Instant::now();
    clock.sleep(seconds(60)).await;
    assert!(begun.elapsed() <= Duration::from_millis(1001), "{:?}", begun.elapsed());
    assert_eq!(since_start(&clock).as_secs(), 180);
}

#[tokio::test(start_paused = true)]
async fn a_real_clock_with_another_start_runs_at_the_pace_of_this_machine() {
    let clock = Clock::starting_at(START);
    let mark = clock.mark();
    tokio::time::advance(seconds(7)).await;
    assert_eq!((since_start(&clock), mark.elapsed()), (seconds(7), seconds(7)));
}

#[tokio::test(start_paused = true)]
async fn a_running_clock_that_is_advanced_jumps_and_runs_on() {
    let (clock, story) = (Clock::starting_at(START), Story::default());
    for (time, what) in [(10, "passed over"), (70, "still to come")] {
        sleeper(&clock, &story, time, what);
    }
    let advanced = clock.advance(seconds(60)).await;
    assert_eq!((advanced.fired, advanced.at_rest), (1, true));
    assert_eq!(story.so_far(), [("passed over", 10)]);
    let begun = tokio::time::Instant::now();
    let own = clock.clone();
    own.sleep(seconds(20)).await;
    assert_eq!(begun.elapsed().as_secs(), 20);
    assert_eq!(story.so_far(), [("passed over", 10), ("still to come", 70)]);
}

#[tokio::test(start_paused = true)]
async fn a_stepped_clock_that_is_told_to_run_takes_those_who_wait_with_it() {
    let clock = stepped();
    let (own, begun) = (clock.clone(), tokio::time::Instant::now());
    let sleeping = tokio::spawn(async move { own.sleep(seconds(30)).await });
    tokio::time::advance(seconds(1000)).await;
    assert!(!sleeping.is_finished());
    clock.set_mode(ClockMode::Scaled(10.0));
    sleeping.await.expect("no panic");
    assert_eq!(begun.elapsed().as_secs(), 1003);
}

#[tokio::test]
async fn a_mark_of_a_stepped_clock_measures_simulated_time() {
    let clock = stepped();
    let mark = clock.mark();
    assert_eq!(mark.elapsed(), Duration::ZERO);
    clock.advance(seconds(5)).await;
    assert_eq!(mark.elapsed(), seconds(5));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_woken_by_another_counts_before_it_runs() {
    for _ in 0..200 {
        let (clock, bell, places) = (stepped(), Arc::new(Bell::default()), Places::new(1));
        let place = places.take().await;
        let (hearing, story) = (Arc::clone(&bell), Story::default());
        let (own, told) = (clock.clone(), story.clone());
        tokio::spawn(clock.activity().run(async move {
            hearing.listen().heard().await;
            told.tell(&own, "heard");
        }));
        let (own, told) = (clock.clone(), story.clone());
        tokio::spawn(clock.activity().run(async move {
            let _place = places.take().await;
            told.tell(&own, "got a place");
        }));
        let own = clock.clone();
        tokio::spawn(clock.activity().run(async move {
            own.sleep(seconds(1)).await;
            drop(place);
            bell.ring();
        }));
        assert!(clock.advance(seconds(10)).await.at_rest);
        let mut story = story.so_far();
        story.sort_unstable();
        assert_eq!(story, [("got a place", 1), ("heard", 1)]);
        assert!(clock.is_at_rest());
    }
}

#[tokio::test]
async fn a_place_that_is_given_to_somebody_who_left_goes_to_the_next() {
    let places = Places::new(1);
    let place = places.take().await;
    let mut leaves = Box::pin(places.take());
    let mut stays = Box::pin(places.take());
    tokio::select! {
        biased;
        _ = &mut leaves => panic!("no place was free"),
        _ = &mut stays => panic!("no place was free"),
        () = std::future::ready(()) => {}
    }
    drop(place);
    drop(leaves);
    drop(stays.await);
    assert!(places.has_free());
}

#[tokio::test]
async fn a_clock_stands_still_at_the_end_of_the_calendar() {
    let clock = stepped();
    let own = clock.clone();
    let for_ever = async move { own.sleep(Duration::MAX).await };
    let sleeping = tokio::spawn(clock.activity().run(for_ever));
    for _ in 0..2 {
        let advanced = clock.advance(Duration::MAX).await;
        assert_eq!((advanced.now, advanced.fired), (SimTime::MAX, 0));
    }
    assert_eq!(clock.turn().await.next_work(), None);
    assert_eq!(clock.waiting().len(), 1);
    sleeping.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_works_for_another_counts_in_its_place_even_after_the_other_gave_up() {
    let clock = stepped();
    let (own, story) = (clock.clone(), Story::default());
    let told = story.clone();
    tokio::spawn(clock.activity().run(async move {
        let caller = Activity::current().expect("an activity").caller();
        let (worker, heard) = (own.clone(), told.clone());
        let work = own.activity_for(Some(&caller)).run(async move {
            worker.sleep(seconds(900)).await;
            heard.tell(&worker, "done");
        });
        let answer = tokio::spawn(work);
        assert!(own.timeout(seconds(600), answer).await.is_err());
        told.tell(&own, "gave up");
    }));
    assert_eq!(clock.advance(seconds(3600)).await.fired, 2);
    assert_eq!(story.so_far(), [("gave up", 600), ("done", 900)]);
    assert!(clock.is_at_rest());
}

#[tokio::test]
async fn whatever_changes_a_clock_does_so_within_what_surrounds_its_changes() {
    let (clock, count) = (stepped(), Arc::new(Mutex::new(0)));
    let counter = Arc::clone(&count);
    clock.change_within(move |change, _| {
        *counter.lock().expect("a count") += 1;
        change();
    });
    let counted = || *count.lock().expect("a count");
    clock.set(START + seconds(5)).expect("a later time");
    assert!(clock.set(START).is_err(), "it is asked within, too");
    assert_eq!((counted(), since_start(&clock)), (2, seconds(5)));
    clock.set_mode(ClockMode::Stepped);
    clock.advance(seconds(5)).await;
    assert_eq!((counted(), since_start(&clock)), (4, seconds(10)));
}

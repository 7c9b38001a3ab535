//! A world changes in one place, and as a whole.

use std::sync::Arc;
use std::time::Duration;

use conax_model::ledger::CrmEvent;
use conax_model::time::SimTime;

use super::Shared;
use crate::Simulator;
use crate::clock::ClockMode;

const CHANGES: u64 = 2_000;

fn world() -> Arc<Shared> {
    let simulator = Simulator::builder().start().expect("a simulator");
    Arc::clone(&simulator.instance().shared)
}

/// The number of an exchange and its line in the ledger, in one change.
fn send(world: &Shared) {
    world.change(|world| {
        let exchange = world.next_exchange();
        let sent = CrmEvent::Sent { request: exchange, exchange, left: true };
        world.ledger.crm(world.now(), sent);
    });
}

#[tokio::test(start_paused = true)]
async fn whoever_reads_the_world_as_a_whole_sees_whole_changes_only() {
    let world = world();
    let at_start = world.ledger().lens().0 as u64;
    std::thread::scope(|scope| {
        let writers = [(); 2].map(|()| scope.spawn(|| (0..CHANGES).for_each(|_| send(&world))));
        while writers.iter().any(|writer| !writer.is_finished()) {
            let (lines, exchanges) =
                world.read(|whole| (whole.ledger.lens().0 as u64, world.last_exchange()));
            assert_eq!(lines, at_start + exchanges);
        }
    });
    assert_eq!(world.last_exchange(), 2 * CHANGES);
}

#[tokio::test(start_paused = true)]
async fn the_clock_of_a_world_stands_while_the_world_is_read() {
    let world = world();
    world.clock.set_mode(ClockMode::Stepped);
    let minute = Duration::from_secs(60);
    let set = |world: &Shared, now: SimTime| world.clock.set(now).expect("a later time");
    std::thread::scope(|scope| {
        let writer =
            scope.spawn(|| (1..=500).for_each(|_| set(&world, world.clock.now() + minute)));
        while !writer.is_finished() {
            let [first, second] = world.read(|_| {
                let first = world.clock.now();
                std::thread::yield_now();
                [first, world.clock.now()]
            });
            assert_eq!(first, second);
        }
    });
}

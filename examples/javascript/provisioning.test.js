// Four stories of a provisioning request. `simulator.js` tells how they get their simulator.

import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";

import { start } from "./simulator.js";

// A body that adds SPORT to a smartcard of the demo world.
const sportOn = (subscription, card) => ({
  subscription_identifier: { number: subscription },
  service_identifier: { code: "SPORT" },
  smartcard_identifier: { serial_number: card },
});

describe("a provisioning request", { concurrency: 8 }, () => {
  let simulator;
  before(async () => {
    simulator = await start();
  });
  after(() => simulator.stop());

  it("is pending until a run completes it", async (test) => {
    const world = simulator.world(test.name);
    const created = await world.post("add_subscriptions", sportOn("S60600", "01900080208"));
    assert.equal(created.number, "4050");
    assert.equal(created.life_cycle_state, "PENDING");

    assert.equal((await world.control("POST", "runs")).completed, 1);
    assert.equal(await world.state(4050), "COMPLETED");
    assert.equal((await world.control("GET", "ledger")).totals.once, 1);
  });

  it("whose answer is lost leaves drift, and healing empties it", async (test) => {
    const world = simulator.world(test.name);
    await world.control("POST", "faults", { preset: "f05", times: 1 });
    await world.post("add_subscriptions", sportOn("S60600", "01900080208"));

    // Sends what is due and lets pass the ten minutes the CRM waits for an answer.
    await world.control("POST", "clock/settle", { limit: "1h" });
    assert.equal(await world.state(4050), "REJECTED");
    const { drift } = await world.control("GET", "drift");
    assert.deepEqual(drift.map((one) => one.request), [4050]);
    assert.equal((await world.control("GET", "ledger")).totals.unknown_to_crm, 1);

    assert.deepEqual((await world.control("POST", "drift/heal")).requests, [4051]);
    await world.control("POST", "runs");
    assert.deepEqual((await world.control("GET", "drift")).drift, []);
  });

  it("for a magic smartcard needs no fault rule", async (test) => {
    const world = simulator.world(test.name);
    for (const [card, end] of [["09900000000", "COMPLETED"], ["09900000014", "REJECTED"]]) {
      const body = { ...sportOn("S99000", card), process_immediately: true };
      const ended = await world.post("add_subscriptions", body);
      assert.equal(ended.life_cycle_state, end, card);
    }
  });

  it("of next month begins when the clock says so", async (test) => {
    const world = simulator.world(test.name);
    await world.control("PUT", "clock", { now: "2026-01-31T23:55:00" });
    const body = { ...sportOn("S60600", "01900080208"), start_date: "2026-02-01T00:00:00" };
    await world.post("add_subscriptions", body);
    await world.control("POST", "runs");
    assert.equal(await world.state(4050), "PENDING");

    // A run is made every five simulated seconds.
    await world.control("POST", "clock/advance", { by: "10min" });
    assert.equal(await world.state(4050), "COMPLETED");
  });
});

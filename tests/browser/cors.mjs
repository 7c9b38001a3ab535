// A portal's page in a real browser calls the provisioning API from another origin: with `cors` it
// may, without it the browser refuses, and it may never call the control API.
//
//     node cors.mjs OPEN CLOSED PAGE_PORT
//
// OPEN and CLOSED are what `serve --format json` prints, in files, of a simulator with
// `--cors http://127.0.0.1:PAGE_PORT` and of one without. Needs Chromium and playwright-core.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

import { chromium } from "playwright-core";

const [open, closed] = process.argv.slice(2, 4).map((file) => JSON.parse(readFileSync(file, "utf8")));
const port = Number(process.argv[4]);

const server = createServer((_, response) => {
  response.setHeader("content-type", "text/html");
  response.end("<!doctype html><title>portal</title>");
});
await new Promise((listening) => server.listen(port, "127.0.0.1", listening));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${port}/`);

/** A call as the page makes it: the decoded answer, or how the browser refused. */
const called = (address, verb, body) =>
  page.evaluate(
    async ([address, verb, body]) => {
      const json = { "content-type": "application/json" };
      try {
        const call = body === undefined ? { method: verb } : { method: verb, headers: json, body };
        const reply = await fetch(address, call);
        return { status: reply.status, json: await reply.json() };
      } catch (refused) {
        return { refused: refused.name };
      }
    },
    [address, verb, body && JSON.stringify(body)],
  );

const TOKEN = "04FFBB37FED475A778F122709CBAC1D5";
const CALLS = "/conax_web_services/provisioning_requests";
const sport = {
  token: TOKEN,
  subscription_identifier: { number: "S60600" },
  service_identifier: { code: "SPORT" },
  smartcard_identifier: { serial_number: "01900080208" },
  process_immediately: true,
};
const show = (number) =>
  `${CALLS}/show?token=${TOKEN}&provisioning_request_identifier=number=${number}`;

try {
  // Create and send, after a preflight; then show, without one.
  const created = await called(`${open.crm}${CALLS}/add_subscriptions`, "POST", sport);
  assert.equal(created.json?.status.code, "OK", JSON.stringify(created));
  const shown = await called(`${open.crm}${show(created.json.data.number)}`, "GET");
  assert.equal(shown.json?.data.life_cycle_state, "COMPLETED", JSON.stringify(shown));
  // A refusal can be read as well.
  const refused = await called(`${open.crm}${show("1")}`, "GET");
  assert.match(refused.json?.status.code ?? "", /PROVISIONINGREQUESTNOTFOUND/);

  // Without the setting the browser lets nothing through, and a call with a body is not even sent.
  const queue = async () => (await fetch(`${closed.control}/v1/runs`)).text();
  const before = await queue();
  assert.deepEqual(await called(`${closed.crm}${show("4049")}`, "GET"), { refused: "TypeError" });
  const posted = await called(`${closed.crm}${CALLS}/add_subscriptions`, "POST", sport);
  assert.deepEqual(posted, { refused: "TypeError" });
  assert.equal(await queue(), before, "nothing was created");

  // No page of another origin gets at the control API, whatever `cors` says.
  for (const { control } of [open, closed]) {
    assert.deepEqual(await called(`${control}/v1/ready`, "GET"), { refused: "TypeError" });
    const reset = await called(`${control}/v1/worlds/demo/reset`, "POST", {});
    assert.deepEqual(reset, { refused: "TypeError" });
  }
  const kept = await fetch(`${open.crm}${show(created.json.data.number)}`);
  assert.equal((await kept.json()).data?.life_cycle_state, "COMPLETED", "the world was not reset");
} finally {
  await browser.close();
  server.close();
}

// Opens the page of the provisioning API in a real browser, at the width of a desk and of a phone,
// and tries calls, as a reader would. Nothing may overflow, complain, show a secret, or leave the
// origin of the page.
//
//     node docs.mjs http://127.0.0.1:8082/docs [--shots FOLDER]
//
// Needs a fresh simulator with the demo world, Chromium (CHROMIUM, or /usr/bin/chromium) and
// playwright-core from the npm registry.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";

import { chromium } from "playwright-core";

/** The documented token, password and PIN, which the forms hold and nothing may show. */
const SECRETS = ["04FFBB37FED475A778F122709CBAC1D5", "EF6357695B6874C2EFA40B3A2EB0C6C4"];

const words = process.argv.slice(2);
const at = words.indexOf("--shots");
const shots = at < 0 ? null : words.splice(at, 2)[1];
const [address] = words;
const { origin } = new URL(address);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});

/** A page of this width that complains if anything does, or leaves its origin. */
async function open(width, colorScheme) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints = [];
  // What a browser muses about password managers is no complaint: a token is no login.
  const told = ["error", "warning"];
  page.on("console", (message) => {
    if (told.includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== origin && url.protocol !== "data:") complaints.push(`left: ${url}`);
  });
  await page.goto(address);
  return { page, complaints };
}

async function nothingOverflows(page, where) {
  const [wide, seen] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  assert.ok(wide <= seen, `${where}: ${wide} px wide on ${seen} px`);
}

async function shoot(page, name) {
  if (shots === null) return;
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
}

/** Sends the form of an operation by the keyboard; the line about the answer. */
async function send(page, operation) {
  const section = page.locator(`#${operation}`);
  await section.locator('button[type="submit"]').focus();
  await page.keyboard.press("Enter");
  const status = section.locator(".answer .status");
  await status.waitFor();
  const answer = await section.locator(".answer").innerText();
  for (const secret of SECRETS) assert.ok(!answer.includes(secret), `${operation} shows ${secret}`);
  return { line: await status.innerText(), answer };
}

async function tryThrough(width, colorScheme) {
  const { page, complaints } = await open(width, colorScheme);
  await nothingOverflows(page, "as it opens");
  await shoot(page, `docs-${width}-${colorScheme}`);

  // The documented calls are in the forms.
  const shown = await send(page, "show");
  assert.equal(shown.line, "HTTP 200, OK");
  assert.match(shown.answer, /"number": "4049"/);
  const added = await send(page, "add_subscriptions");
  assert.equal(added.line, "HTTP 200, OK");
  assert.match(added.answer, /"token": "\*\*\*"/);
  assert.match(added.answer, /"life_cycle_state": "PENDING"/);
  assert.equal((await send(page, "reset_pin_to_given_value")).line, "HTTP 200, OK");

  // A login gives its token to every form.
  const login = await send(page, "issue_token");
  assert.equal(login.line, "HTTP 200, OK");
  assert.match(login.answer, /"password": "\*\*\*"/);
  const token = await page.locator("#list-token").inputValue();
  assert.ok(!SECRETS.includes(token) && token.length > 0, "the token is a new one");
  assert.ok(!login.answer.includes(token), "the token is not shown");
  assert.equal((await send(page, "list")).line, "HTTP 200, OK");

  // A refusal is shown as one.
  await page.locator("#show-provisioning_request_identifier").fill("nobody");
  const refused = await send(page, "show");
  assert.match(refused.line, /PROVISIONINGREQUESTNOTFOUND/);

  // Everything unfolded still fits.
  await page.locator("main summary").evaluateAll((all) => all.forEach((summary) => summary.click()));
  await nothingOverflows(page, "everything unfolded");
  await shoot(page, `docs-tried-${width}-${colorScheme}`);

  const secrets = page.locator('input[data-name="token"], input[data-name="pin"], input[data-key]');
  const kinds = await secrets.evaluateAll((all) => all.map((input) => input.type));
  assert.ok(kinds.length > 8 && kinds.every((kind) => kind === "password"), String(kinds));

  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await ground();
  await page.locator("#theme").click();
  assert.notEqual(await ground(), before, "the theme changes");
  assert.deepEqual(complaints, []);
  await page.close();
}

for (const width of [1280, 390]) {
  for (const scheme of ["light", "dark"]) await tryThrough(width, scheme);
}
console.log("read and tried at 1280 and 390 px, light and dark");
await browser.close();

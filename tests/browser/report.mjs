// Clicks through an HTML report in a real browser, as a reader would: at the width of a desk and of
// a phone. Nothing may overflow, complain or leave the page, and a thousand scenarios must open in
// time.
//
//     node report.mjs REPORT.html [LARGE.html] [--shots FOLDER]
//
// Needs Chromium (CHROMIUM, or /usr/bin/chromium) and playwright-core from the npm registry.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

/** Milliseconds in which a thousand scenarios are to be there. */
const OPEN_BAR = 2000;

const words = process.argv.slice(2);
const at = words.indexOf("--shots");
const shots = at < 0 ? null : words.splice(at, 2)[1];
const [report, large] = words.map((path) => pathToFileURL(resolve(path)).href);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});

/** A page of this width that fails the test if anything complains or leaves it. */
async function open(url, width, colorScheme) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (request.url() !== url) complaints.push(`left the page: ${request.url()}`);
  });
  const began = Date.now();
  await page.goto(url);
  await page.locator("#list .case").first().waitFor();
  return { page, complaints, took: Date.now() - began };
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

async function readThrough(width, colorScheme) {
  const { page, complaints } = await open(report, width, colorScheme);
  const shown = (selector) => page.locator(`${selector}:visible`);
  await nothingOverflows(page, "closed");
  await shoot(page, `list-${width}-${colorScheme}`);

  // A failure is unfolded: what was expected beside what was found, and the course of both sides.
  const failed = page.locator(".case:has(.mark.failed)").first();
  await failed.locator("summary").first().click();
  await failed.locator(".compare .wanted").first().waitFor();
  assert.ok((await failed.locator(".steps li").count()) > 0, "the steps are there");
  assert.ok((await failed.locator(".timeline .row").count()) > 0, "the timeline is there");
  await nothingOverflows(page, "a scenario unfolded");

  // An exchange is unfolded on a click, and folded by the keyboard.
  const exchange = failed.locator(".timeline button.said").first();
  await exchange.click();
  await failed.locator(".timeline .exchange pre").first().waitFor();
  await nothingOverflows(page, "an exchange unfolded");
  await shoot(page, `unfolded-${width}-${colorScheme}`);
  await exchange.press("Enter");
  assert.equal(await exchange.getAttribute("aria-expanded"), "false");

  // By verdict, by tag, by word; and back.
  const all = await shown(".case").count();
  await page.locator('#verdicts button[data-verdict="failed"]').click();
  const bad = await shown(".case").count();
  assert.ok(bad > 0 && bad < all, `${bad} of ${all} failed`);
  assert.equal(await shown(".case:has(summary .mark.passed)").count(), 0);
  await page.locator('#verdicts button[data-verdict="failed"]').click();
  assert.equal(await shown(".case").count(), all);
  await page.locator("#find").fill("no scenario says this");
  assert.equal(await shown(".case").count(), 0);
  assert.ok(await page.locator("#none").isVisible());
  await page.locator("#find").fill("");
  assert.equal(await shown(".case").count(), all);

  // Another theme, by hand.
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await ground();
  await page.locator("#theme").click();
  assert.notEqual(await ground(), before, "the theme changes");
  assert.deepEqual(complaints, []);
  await page.close();
}

await readThrough(1280, "light");
await readThrough(1280, "dark");
await readThrough(390, "light");
await readThrough(390, "dark");
console.log("read through at 1280 and 390 px, light and dark");

if (large) {
  const { page, complaints, took } = await open(large, 1280, "light");
  const count = await page.locator(".case").count();
  assert.ok(count >= 1000, `${count} scenarios`);
  assert.deepEqual(complaints, []);
  console.log(`${count} scenarios opened in ${took} ms (bar ${OPEN_BAR} ms)`);
  if (took > OPEN_BAR) process.exitCode = 1;
  await page.close();
}
await browser.close();

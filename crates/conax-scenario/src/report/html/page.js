// Draws the page from the data in it. Text becomes text (`textContent`), never markup; a scenario is
// read and drawn when it is opened.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const run = JSON.parse(byId("run").textContent);

  // What needs mending stands first.
  const GROUPS = [
    { name: "To be mended", verdicts: ["failed", "error"] },
    { name: "Not wholly seen", verdicts: ["partly", "skipped"] },
    { name: "As expected", verdicts: ["passed"] },
  ];
  const VERDICTS = [
    ["failed", "failed"],
    ["error", "not played to the end"],
    ["partly", "partly seen"],
    ["skipped", "skipped"],
    ["passed", "passed"],
  ];

  // Elements.

  function element(tag, attributes, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  function drawn(tag, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  /// A sign with its word for those who cannot see it.
  function mark(verdict, word) {
    const sign = drawn("svg", { class: `mark ${verdict}`, role: "img", "aria-label": word ?? verdict });
    sign.append(drawn("use", { href: `#mark-${verdict}` }));
    return sign;
  }

  function copying(text) {
    const button = element("button", { type: "button", class: "quiet" }, "Copy");
    button.addEventListener("click", async () => {
      button.textContent = (await copy(text)) ? "Copied" : "Press Ctrl+C";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    return button;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // A page from a file may not be trusted with the clipboard.
      const box = element("textarea", { class: "unseen", "aria-hidden": "true" });
      box.value = text;
      document.body.append(box);
      box.select();
      const done = document.execCommand("copy");
      box.remove();
      return done;
    }
  }

  /// Words stay whole: a hyphen of a flag is no place for a new line.
  function command(text) {
    const words = text.split(" ").flatMap((word) => [element("span", {}, word), " "]);
    return element("div", { class: "command" }, element("code", {}, ...words), copying(text));
  }

  function fact(name, value, kind) {
    return element("div", { class: kind }, element("dt", {}, name), element("dd", {}, value));
  }

  // Times.

  /// `1 d 2 h`, `10 min 6 s`, `250 ms`: the two largest units.
  function duration(us) {
    if (us < 1000) return us === 0 ? "0 s" : `${us} µs`;
    let ms = Math.round(us / 1000);
    if (ms < 1000) return `${ms} ms`;
    if (ms < 60000) return `${Number((ms / 1000).toFixed(2))} s`;
    ms = Math.round(ms / 1000) * 1000;
    const units = [["d", 86400000], ["h", 3600000], ["min", 60000], ["s", 1000]];
    const parts = [];
    for (const [name, length] of units) {
      const count = Math.floor(ms / length);
      ms %= length;
      if (count > 0) parts.push(`${count} ${name}`);
    }
    return parts.slice(0, 2).join(" ");
  }

  /// `11:00.240` since the beginning.
  function since(ms) {
    const two = (number) => String(number).padStart(2, "0");
    const days = Math.floor(ms / 86400000);
    const hours = Math.floor(ms / 3600000) % 24;
    const minutes = Math.floor(ms / 60000) % 60;
    const seconds = `${two(Math.floor(ms / 1000) % 60)}.${String(Math.floor(ms % 1000)).padStart(3, "0")}`;
    if (days > 0) return `${days}d ${two(hours)}:${two(minutes)}:${seconds.slice(0, 2)}`;
    if (hours > 0) return `${hours}:${two(minutes)}:${seconds}`;
    return `${minutes}:${seconds}`;
  }

  // The result.

  const counts = Object.fromEntries(VERDICTS.map(([verdict]) => [verdict, 0]));
  for (const one of run.cases) counts[one.verdict] += 1;

  function headline() {
    const all = run.cases.length;
    const bad = counts.failed + counts.error;
    const unseen = counts.partly + counts.skipped;
    const of = `${all} ${all === 1 ? "scenario" : "scenarios"}`;
    if (all === 0) return "Nothing was played";
    if (bad > 0) return `${bad} of ${of} did not go as expected`;
    if (unseen === all) return `None of ${of} could be wholly seen`;
    if (unseen > 0) return `Nothing unexpected in ${of}, but ${unseen} not wholly seen`;
    return all === 1 ? "The scenario went as expected" : `All ${of} went as expected`;
  }

  function summary() {
    document.title = headline();
    byId("headline").textContent = headline();
    byId("version").textContent = run.version;
    byId("interrupted").hidden = !run.is_interrupted;
    for (const [verdict] of VERDICTS) {
      if (counts[verdict] === 0) continue;
      const part = element("i", { class: verdict });
      part.style.flexGrow = counts[verdict];
      byId("share").append(part);
    }
    byId("facts").append(
      ...run.warnings.map((warning) => fact("Warning", warning, "wide")),
      fact("Target", run.target),
      fact("Seed", run.seed),
      fact("Run it again", command(run.again), "wide"),
    );
  }

  // The list.

  const shown = { text: "", verdicts: new Set(), tag: "" };

  function listed(index) {
    const one = run.cases[index];
    const place = `${one.file}:${one.line}`;
    const took = one.simulated_ms > 0 ? duration(one.simulated_ms * 1000) : "";
    const beneath = element("span", { class: `beneath ${one.verdict}` });
    if (one.headline) beneath.append(element("span", { class: "what" }, one.headline));
    beneath.append(element("span", { class: "where" }, [place, ...one.tags].join("  ·  ")));
    const word = VERDICTS.find(([verdict]) => verdict === one.verdict)[1];
    return element("details", { class: "case", id: `case-${index}`, "data-index": index },
      element("summary", {},
        mark(one.verdict, word),
        element("div", {}, element("h3", {}, one.title), beneath),
        element("span", { class: "beside", title: "Simulated time" }, took)));
  }

  const drawnCases = [];
  const groups = GROUPS.map((group) => {
    const title = element("h2");
    const section = element("section", { class: "group" }, title);
    return { ...group, title, section };
  });

  function list() {
    for (const group of groups) {
      run.cases.forEach((one, index) => {
        if (!group.verdicts.includes(one.verdict)) return;
        const made = listed(index);
        drawnCases[index] = made;
        group.section.append(made);
      });
    }
    const none = element("p", { class: "none", id: "none", hidden: "" }, "No scenario is like that.");
    byId("list").append(...groups.map((group) => group.section), none);
  }

  function isShown(one) {
    const words = shown.text.toLowerCase().split(/\s+/);
    return (shown.verdicts.size === 0 || shown.verdicts.has(one.verdict))
      && (shown.tag === "" || one.tags.includes(shown.tag))
      && words.every((word) => one.search.includes(word));
  }

  function filter() {
    let total = 0;
    for (const group of groups) {
      let count = 0;
      run.cases.forEach((one, index) => {
        if (!group.verdicts.includes(one.verdict)) return;
        const fits = isShown(one);
        drawnCases[index].hidden = !fits;
        count += fits ? 1 : 0;
      });
      group.title.replaceChildren(`${group.name} `, element("span", {}, `(${count})`));
      group.section.hidden = count === 0;
      total += count;
    }
    byId("none").hidden = total > 0 || run.cases.length === 0;
    const all = run.cases.length;
    byId("shown").textContent = total === all ? `${all} scenarios` : `${total} of ${all} scenarios`;
  }

  function filters() {
    for (const [verdict, word] of VERDICTS) {
      if (counts[verdict] === 0) continue;
      const button = element("button", { type: "button", "aria-pressed": "false", "data-verdict": verdict },
        mark(verdict, ""), element("b", {}, String(counts[verdict])), element("span", {}, word));
      button.addEventListener("click", () => {
        const isOn = !shown.verdicts.delete(verdict);
        if (isOn) shown.verdicts.add(verdict);
        button.setAttribute("aria-pressed", String(isOn));
        filter();
      });
      byId("verdicts").append(button);
    }
    const tags = [...new Set(run.cases.flatMap((one) => one.tags))].sort();
    byId("tag").append(...tags.map((tag) => element("option", { value: tag }, tag.slice(0, 60))));
    byId("tag").hidden = tags.length === 0;
    byId("tag").addEventListener("change", (event) => { shown.tag = event.target.value; filter(); });
    byId("find").addEventListener("input", (event) => { shown.text = event.target.value.trim(); filter(); });
  }

  // An opened scenario.

  function open(details) {
    if (details.querySelector(".body")) return;
    const index = Number(details.dataset.index);
    const data = byId(`case-data-${index}`);
    // The page is still being read.
    if (!data) return document.addEventListener("DOMContentLoaded", () => open(details));
    details.append(body(JSON.parse(data.textContent), run.cases[index]));
  }

  function body(one, entry) {
    const facts = element("dl", { class: "facts" },
      fact("Began", one.began.replace("T", " ")),
      fact("Simulated time", duration(one.simulated_ms * 1000)),
      fact("Seed", entry.seed),
      one.protects.length > 0 ? fact("Protects", one.protects.join(", ")) : null,
      fact("Run it again", command(one.again), "wide"));
    return element("div", { class: "body" },
      one.description ? element("p", { class: "why" }, one.description) : null,
      facts,
      findings(one),
      element("div", { class: "course" }, steps(one), course(one)),
      besides(one));
  }

  function section(title, ...children) {
    return element("section", {}, element("h4", {}, title), ...children);
  }

  function findings(one) {
    const found = one.steps.flatMap((step, index) => (step.findings ?? []).map((finding) => [index, step, finding]));
    if (found.length === 0) {
      return one.reason ? section("Why", element("p", { class: "message" }, one.reason)) : null;
    }
    return section(found.length === 1 ? "What was not as expected" : `What was not as expected: ${found.length}`,
      ...found.map(([index, step, finding]) => element("div", { class: "finding" },
        element("p", { class: "message" }, finding.message),
        element("p", { class: "place" }, `${finding.file || one.file}:${finding.line}:${finding.column}, step ${index + 1}, ${step.title}`,
          finding.path ? ", at " : "", finding.path ? element("code", {}, finding.path) : ""),
        finding.source ? element("pre", { class: "source" }, finding.source.trim()) : null,
        compare(finding),
        finding.answer ? element("p", { class: "answer" }, `The answer says: ${finding.answer}`) : null,
        finding.note ? element("p", { class: "note" }, finding.note) : null)),
      one.reason ? element("p", {}, one.reason) : null);
  }

  function compare(finding) {
    const wanted = finding.expected ?? "";
    const found = finding.found ?? "";
    if (!wanted && !found) return null;
    const [left, right] = wanted && found ? marked(wanted, found) : [[wanted], [found]];
    return element("div", { class: "compare" },
      element("div", { class: "wanted" }, element("h5", {}, "Expected"), element("pre", {}, ...left)),
      element("div", { class: "found" }, element("h5", {}, "Found"), element("pre", {}, ...right)));
  }

  /// Both texts, with the words marked that only one of them has.
  function marked(wanted, found) {
    const [left, right] = [wanted, found].map((text) => text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? []);
    // A table of all pairs: long texts are compared by how they begin and end.
    const kept = left.length * right.length > 250000 ? ends(left, right) : longest(left, right);
    return [emphasized(left, kept.map(([at]) => at)), emphasized(right, kept.map(([, at]) => at))];
  }

  /// Pairs of places with the same word, as many as possible in order.
  function longest(left, right) {
    const width = right.length + 1;
    const best = new Uint32Array((left.length + 1) * width);
    for (let l = left.length - 1; l >= 0; l -= 1) {
      for (let r = right.length - 1; r >= 0; r -= 1) {
        best[l * width + r] = left[l] === right[r]
          ? best[(l + 1) * width + r + 1] + 1
          : Math.max(best[(l + 1) * width + r], best[l * width + r + 1]);
      }
    }
    const pairs = [];
    for (let l = 0, r = 0; l < left.length && r < right.length;) {
      if (left[l] === right[r]) pairs.push([l++, r++]);
      else if (best[(l + 1) * width + r] >= best[l * width + r + 1]) l += 1;
      else r += 1;
    }
    return pairs;
  }

  function ends(left, right) {
    const pairs = [];
    const shorter = Math.min(left.length, right.length);
    let begin = 0;
    while (begin < shorter && left[begin] === right[begin]) pairs.push([begin, begin++]);
    for (let back = 1; back <= shorter - begin && left.at(-back) === right.at(-back); back += 1) {
      pairs.push([left.length - back, right.length - back]);
    }
    return pairs;
  }

  function emphasized(words, kept) {
    const same = new Set(kept);
    const parts = [];
    words.forEach((word, at) => {
      // A space between two marked words is marked with them.
      const isMarked = !same.has(at) || (/^\s+$/.test(word) && at > 0 && !same.has(at - 1) && at + 1 < words.length && !same.has(at + 1));
      const last = parts.at(-1);
      if (last && last.isMarked === isMarked) last.text += word;
      else parts.push({ isMarked, text: word });
    });
    return parts.flatMap(({ isMarked, text }) => (isMarked ? withoutEdges(text) : [text]));
  }

  /// A mark ends with its words, not in the white before the next line.
  function withoutEdges(text) {
    const [, before, words, after] = /^(\s*)([^]*?)(\s*)$/.exec(text);
    return words === "" ? [element("mark", {}, text)] : [before, element("mark", {}, words), after];
  }

  function steps(one) {
    if (one.steps.length === 0) return section("Steps", element("p", { class: "soft" }, "None was made."));
    let inCleanup = false;
    const items = one.steps.map((step, index) => {
      const begins = Boolean(step.is_cleanup) && !inCleanup;
      inCleanup = Boolean(step.is_cleanup);
      const place = `${step.file ? `${step.file}:` : "line "}${step.line}`;
      const took = step.to_ms > step.from_ms ? `, takes ${duration((step.to_ms - step.from_ms) * 1000)}` : "";
      return element("li", { class: `${step.verdict}${begins ? " cleanup-begins" : ""}` },
        element("span", { class: "number" }, String(index + 1)),
        mark(step.verdict),
        element("div", {},
          element("span", { class: "title" }, step.title),
          element("span", { class: "at" }, `${place}${took}${step.is_cleanup ? ", cleanup" : ""}${step.reason ? `, ${step.reason}` : ""}`)));
    });
    return section("Steps", element("ol", { class: "steps" }, ...items));
  }

  function besides(one) {
    const parts = [];
    if (one.faults.length > 0) {
      const cells = (tag, values) => element("tr", {}, ...values.map((value, at) =>
        element(tag, { class: at > 1 ? "count" : null, scope: tag === "th" ? "col" : null }, value)));
      parts.push(section("Fault rules", element("table", { class: "rules" },
        element("thead", {}, cells("th", ["Rule", "Status", "Acted", "Let pass"])),
        element("tbody", {}, ...one.faults.map((rule) =>
          cells("td", [rule.name, rule.status, String(rule.hit), String(rule.missed)]))))));
    }
    if (one.drift.length > 0) parts.push(section("Where the two sides differ", driftTable(one.drift)));
    if (one.notes.length > 0) {
      parts.push(section("Notes", element("ul", { class: "notes" }, ...one.notes.map((note) => element("li", {}, note)))));
    }
    return parts.length > 0 ? element("div", { class: "beside-it" }, ...parts) : null;
  }

  function driftTable(drift) {
    const plain = (value) => (typeof value === "string" ? value : JSON.stringify(value));
    const isRow = (row) => row !== null && typeof row === "object" && !Array.isArray(row);
    if (!drift.every(isRow)) return element("pre", {}, drift.map(plain).join("\n"));
    const names = [...new Set(drift.flatMap((row) => Object.keys(row)))];
    return element("table", { class: "rules" },
      element("thead", {}, element("tr", {}, ...names.map((name) => element("th", { scope: "col" }, name)))),
      element("tbody", {}, ...drift.map((row) =>
        element("tr", {}, ...names.map((name) => element("td", {}, row[name] === undefined ? "" : plain(row[name])))))));
  }

  // The timeline. Exchanges become messages, messages become events in order of time, and the pause
  // between two events is as high as it is long.

  const CLIENT = 0;
  const CRM = 1;
  const CONAX = 2;

  function course(one) {
    if (one.exchanges.length === 0) {
      return section("Timeline", element("p", { class: "soft" }, "Nothing was said."));
    }
    const messages = messagesOf(one.exchanges);
    tellApart(messages);
    const events = eventsOf(messages);
    const scale = scaleOf(events, one.simulated_ms * 1000);
    const left = one.exchanges_left_out;
    return section("Timeline",
      legend(scale),
      left > 0 ? element("p", { class: "soft" }, `${left} exchanges are not listed, because there were too many.`) : null,
      element("div", { class: "timeline" }, heads(), ...rows(one, events, scale)));
  }

  /// Cards and requests are named where there are several.
  function tellApart(messages) {
    const cards = new Set(messages.map(({ exchange }) => exchange.card).filter(Boolean));
    const requests = new Set(messages.map(({ exchange }) => exchange.request_number).filter((one) => one !== null));
    for (const message of messages) {
      const { card, request_number: request } = message.exchange;
      message.about = [
        cards.size > 1 && card ? `card ${card}` : null,
        requests.size > 1 && request !== null ? `request ${request}` : null,
      ].filter(Boolean).join(", ");
    }
  }

  const beginning = (exchange) => exchange.at_ms * 1000;
  const ending = (exchange) => exchange.at_ms * 1000 + exchange.took_us;

  /// What was said between two of the three. A command is seen twice, by the CRM that sends it and by
  /// Conax that gets it; both are one message.
  function messagesOf(exchanges) {
    const seen = exchanges.filter((one) => one.door === "cas");
    const taken = new Set();
    const messages = [];
    for (const exchange of exchanges) {
      if (exchange.door === "cas") continue;
      const other = exchange.door === "dispatch" ? otherSide(exchange, seen, taken) : undefined;
      if (other) taken.add(other);
      const [from, to] = exchange.door === "dispatch" ? [CRM, CONAX] : [CLIENT, CRM];
      messages.push({ from, to, exchange, other, at: beginning(exchange), end: ending(exchange), isHand: exchange.door === "control" });
    }
    for (const exchange of seen) {
      if (taken.has(exchange)) continue;
      const from = exchange.request_number === null ? CLIENT : CRM;
      messages.push({ from, to: CONAX, exchange, at: beginning(exchange), end: ending(exchange) });
    }
    return messages;
  }

  function otherSide(sent, seen, taken) {
    // The two sides round to the millisecond on their own.
    const fits = (one) => !taken.has(one) && one.request_number === sent.request_number && one.card === sent.card
      && beginning(one) >= beginning(sent) - 1000 && beginning(one) <= ending(sent) + 1000;
    return seen.find(fits);
  }

  /// Calls and replies in order of time. At one moment a message stands inside the call that caused
  /// it, which is the next one of the client to end.
  function eventsOf(messages) {
    const inner = messages.filter((one) => one.from !== CLIENT);
    const outer = messages.filter((one) => one.from === CLIENT)
      .sort((a, b) => a.exchange.number - b.exchange.number);
    const roots = [...outer];
    for (const one of inner.sort((a, b) => a.at - b.at || a.exchange.number - b.exchange.number)) {
      const cause = outer.find((other) => other.exchange.number > one.exchange.number
        && other.at <= one.at + 1000 && other.end >= one.end - 1000);
      if (cause) (cause.inner ??= []).push(one);
      else roots.push(one);
    }
    roots.sort((a, b) => a.at - b.at || a.exchange.number - b.exchange.number);
    const events = [];
    const tell = (message) => {
      const { at, end, other } = message;
      const arrives = other ? Math.min(Math.max(beginning(other), at), end) : at;
      const leaves = other ? Math.min(Math.max(ending(other), arrives), end) : end;
      events.push({ kind: "call", at, message, isHalf: arrives > at });
      if (arrives > at) events.push({ kind: "arrives", at: arrives, message });
      (message.inner ?? []).forEach(tell);
      if (leaves < end) events.push({ kind: "leaves", at: leaves, message });
      if (!message.isHand) events.push({ kind: "reply", at: end, message, isHalf: leaves < end });
    };
    roots.forEach(tell);
    const inOrder = events.map((event, place) => ({ ...event, place }))
      .sort((a, b) => a.at - b.at || a.place - b.place);
    return withoutPauses(inOrder);
  }

  /// A call that is answered at once is one event.
  function withoutPauses(events) {
    const told = [];
    for (const event of events) {
      const last = told.at(-1);
      const isAnswer = event.kind === "reply" && last?.kind === "call" && last.message === event.message && last.at === event.at;
      if (isAnswer) last.kind = "both";
      else told.push(event);
    }
    return told;
  }

  /// How high a pause is: to scale, unless it is far longer than the others.
  function scaleOf(events, end) {
    const times = [0, ...events.map((event) => event.at), end];
    const pauses = times.slice(1).map((time, at) => time - times[at]).filter((pause) => pause > 0).sort((a, b) => a - b);
    if (pauses.length === 0) return null;
    const median = pauses[Math.floor((pauses.length - 1) / 2)];
    const limit = pauses.filter((pause) => pause <= median * 12).at(-1);
    const height = 84;
    return { limit, perUs: height / limit, ruler: ruler(limit / 2), breaks: pauses.at(-1) > limit };
  }

  /// The longest round time that is no longer than this.
  function ruler(us) {
    const round = [1, 2, 5, 10, 20, 50, 100, 200, 500].flatMap((one) => [one, one * 1000])
      .concat([1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 43200, 86400].map((one) => one * 1000000));
    return round.filter((one) => one <= us).sort((a, b) => b - a)[0] ?? us;
  }

  function legend(scale) {
    const made = element("p", { class: "legend" });
    if (scale) {
      const bar = element("i", { class: "ruler" });
      bar.style.height = `${scale.ruler * scale.perUs}px`;
      made.append(element("span", {}, bar, `${duration(scale.ruler)} of simulated time`));
      if (scale.breaks) made.append(element("span", {}, "torn: a longer pause, cut short"));
    } else {
      made.append(element("span", {}, "All of it at one simulated moment."));
    }
    return made;
  }

  function heads() {
    const lanes = element("div", { class: "lanes" }, ...["Client", "CRM", "Conax"].map((name, at) =>
      element("span", { class: `lane-${at}` }, name)));
    return element("div", { class: "row heads" }, element("span", { class: "time" }, "elapsed"), lanes, element("span"));
  }

  function rows(one, events, scale) {
    const made = [];
    const busy = nobody();
    let now = 0;
    let step = null;
    let told = null;
    for (const event of events) {
      if (event.at > now) made.push(pause(event.at - now, scale, busy));
      const { step: its } = event.message.exchange;
      if ((event.kind === "call" || event.kind === "both") && its !== null && its !== step && one.steps[its]) {
        step = its;
        made.push(stepRow(its, one.steps[its], busy));
      }
      now = Math.max(now, event.at);
      made.push(eventRow(event, told === now ? null : now, busy));
      told = now;
    }
    const end = one.simulated_ms * 1000;
    if (end > now) made.push(pause(end - now, scale, busy));
    return made;
  }

  /// How much is under way at each of the three, and on the link to Conax.
  const nobody = () => ({ [CLIENT]: 0, [CRM]: 0, [CONAX]: 0, link: 0 });

  /// The three lines, and who is at work before and after the middle of the row.
  function lanes(before, after, ...children) {
    const made = element("div", { class: "lanes" });
    const part = (of) => {
      if (before[of] > 0) return after[of] > 0 ? "whole" : "upper";
      return after[of] > 0 ? "lower" : null;
    };
    for (const lane of [CLIENT, CRM, CONAX]) {
      made.append(element("i", { class: `lane lane-${lane}` }));
      if (part(lane)) made.append(element("i", { class: `busy lane-${lane} ${part(lane)}` }));
    }
    if (part("link")) made.append(element("i", { class: `link ${part("link")}` }));
    made.append(...children);
    return made;
  }

  function pause(us, scale, busy) {
    const isBreak = us > scale.limit;
    const height = us * scale.perUs;
    const made = element("div", { class: `row pause${isBreak ? " break" : ""}` });
    const isTold = isBreak || height >= 15;
    const tear = isBreak ? torn() : null;
    made.append(
      element("span", { class: "time" }),
      lanes(busy, busy, ...(tear ? [tear] : [])),
      element("span", { class: "length" }, isTold ? duration(us) : ""));
    if (!isBreak) made.style.height = `${height}px`;
    return made;
  }

  function torn() {
    const teeth = (y, back) => {
      const points = Array.from({ length: 21 }, (_, at) => `${at * 5} ${y + (at % 2 ? 3 : -3)}`);
      return (back ? points.reverse() : points).join(" L");
    };
    const svg = drawn("svg", { class: "tear", viewBox: "0 0 100 14", preserveAspectRatio: "none", "aria-hidden": "true" });
    svg.append(drawn("path", { d: `M${teeth(4, false)} L${teeth(10, true)} Z`, stroke: "none", style: "stroke:none" }));
    for (const y of [4, 10]) svg.append(drawn("path", { class: "edge", d: `M${teeth(y, false)}` }));
    return svg;
  }

  function stepRow(index, step, busy) {
    return element("div", { class: "row step" },
      element("span", { class: "time" }),
      lanes(busy, busy),
      element("div", { class: "said" }, `Step ${index + 1}  `, element("span", { class: "title" }, step.title)));
  }

  function eventRow(event, time, busy) {
    const { message, kind } = event;
    const before = { ...busy };
    change(event, busy);
    const faults = faultsOf(message);
    const showsFault = faults.length > 0 && kind !== "arrives" && kind !== "leaves";
    const row = element("div", { class: `row ${kind}${showsFault ? " faulted" : ""}` });
    row.append(element("span", { class: "time" }, time === null ? "" : since(time / 1000)),
      lanes(before, busy, ...arrows(event)));
    const words = wordsOf(event, faults);
    if (kind === "call" || kind === "both") row.append(unfolding(message, words, row));
    else {
      row.classList.add("plain");
      row.append(element("div", { class: "said" }, ...words));
    }
    return row;
  }

  /// Who is at work after this event.
  function change({ kind, message, isHalf }, busy) {
    if (message.isHand || kind === "both") return;
    const isLost = message.exchange.http_status === null;
    if (message.from === CRM && kind === "call") busy[CRM] += 1;
    if (message.from === CRM && kind === "reply") busy[CRM] -= 1;
    switch (kind) {
      case "call":
        busy[isHalf ? "link" : message.to] += 1;
        break;
      case "arrives":
        busy.link -= 1;
        busy[message.to] += 1;
        break;
      case "leaves":
        busy[message.to] -= 1;
        busy.link += isLost ? 0 : 1;
        break;
      default:
        if (!isHalf) busy[message.to] -= 1;
        else if (!isLost) busy.link -= 1;
    }
  }

  function arrows({ kind, message, isHalf }) {
    if (message.isHand) return [element("i", { class: "hand" })];
    const span = `span-${message.from}${message.to}`;
    const isLost = message.exchange.http_status === null;
    const arrow = (what, direction, more) =>
      element("i", { class: `arrow ${what} ${direction} ${span} ${more}` });
    const call = (more) => arrow("call", "right", more);
    const reply = (more) => arrow("reply", "left", more);
    switch (kind) {
      case "both": return isLost ? [call("")] : [call(""), reply("")];
      case "call": return [call(isHalf ? "half-1 on-way" : "")];
      case "arrives": return [call("half-2")];
      case "leaves": return [reply(isLost ? "half-2 lost" : "half-2 on-way")];
      default: return isLost ? [] : [reply(isHalf ? "half-1" : "")];
    }
  }

  function faultsOf({ exchange, other }) {
    return [...new Set([...exchange.faults, ...(other?.faults ?? [])])];
  }

  function wordsOf({ kind, message }, faults) {
    const { exchange, other } = message;
    const words = [];
    if (kind === "call" || kind === "both") {
      words.push(element("b", {}, nameOf(exchange)), " ", element("span", { class: "verb" }, exchange.verb));
      if (message.about) words.push(element("span", { class: "more" }, `  ${message.about}`));
      if (message.isHand && exchange.took_us > 0) {
        words.push(element("span", { class: "more" }, `  takes ${duration(exchange.took_us)}`));
      }
    }
    if (kind === "arrives") words.push("reaches Conax");
    if (kind === "leaves") words.push(`Conax has answered ${answer(other)}`);
    if (kind === "both") words.push(" ", element("span", { class: answered(exchange) }, `→ ${answer(exchange)}`));
    if (kind === "reply") {
      const took = message.end - message.at;
      words.push(element("span", { class: answered(exchange) }, answer(exchange)), ` to ${nameOf(exchange)} after ${duration(took)}`);
    }
    if (kind === "call" || kind === "both") {
      words.push(...faults.map((fault) => element("span", { class: "acted" }, mark("fault", "fault"), element("span", {}, fault))));
    }
    return words;
  }

  const answered = (exchange) => (exchange.http_status === null ? "more bad" : "more");

  function answer(exchange) {
    const status = exchange.http_status === null ? "no answer" : String(exchange.http_status);
    return exchange.outcome ? `${status}, ${exchange.outcome.slice(0, 160)}` : status;
  }

  /// What is called, without the way to it.
  function nameOf(exchange) {
    const path = exchange.target.split("?")[0];
    if (exchange.door === "dispatch" || exchange.door === "cas") {
      const inner = /<(?:\w+:)?Body[^>]*>\s*<(?:\w+:)?(\w+)/.exec(exchange.call);
      return inner ? inner[1] : path.slice(0, 120);
    }
    if (exchange.door === "control") return path.slice(0, 120);
    return (path.split("/").filter(Boolean).at(-1) ?? path).slice(0, 120);
  }

  /// The words of a message as a button that unfolds what was said.
  function unfolding(message, words, row) {
    const button = element("button", { type: "button", class: "said", "aria-expanded": "false" }, ...words);
    button.addEventListener("click", () => {
      const isOpen = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!isOpen));
      if (isOpen) row.querySelector(".exchange").remove();
      else row.append(unfolded(message));
    });
    return button;
  }

  function unfolded({ exchange, other }) {
    const box = element("div", { class: "exchange" }, seenBy(other ? "As the CRM saw it" : null, exchange));
    if (other) box.append(seenBy("As Conax saw it", other, exchange));
    return box;
  }

  function seenBy(who, exchange, otherwise) {
    const facts = [
      `exchange ${exchange.number}`,
      exchange.door === "dispatch" ? "CRM to Conax" : `${exchange.door} door`,
      exchange.card ? `card ${exchange.card}` : null,
      exchange.request_number === null ? null : `request ${exchange.request_number}`,
      answer(exchange),
      `takes ${duration(exchange.took_us)}`,
    ].filter(Boolean);
    const isSame = (part) => otherwise !== undefined && otherwise[part] === exchange[part] && exchange[part] !== "";
    return element("div", { class: "seen" },
      who ? element("h5", {}, who) : null,
      element("p", { class: "code" }, `${exchange.verb} ${exchange.target}`),
      element("p", { class: "soft" }, facts.join(", ")),
      ...exchange.faults.map((fault) => element("p", { class: "acted" }, mark("fault", "fault"), element("span", {}, fault))),
      ...exchange.near_misses.map((near) => element("p", { class: "near" }, `nearly acted: ${near}`)),
      element("div", { class: "bodies" }, spoken("Sent", exchange.call, isSame("call")), spoken("Came back", exchange.reply, isSame("reply"))));
  }

  function spoken(title, text, isSame) {
    const word = isSame ? "the same" : "nothing";
    const content = text === "" || isSame
      ? element("p", { class: "soft" }, word)
      : element("pre", { tabindex: "0" }, laidOut(text));
    return element("div", {}, element("h5", {}, title), content);
  }

  /// JSON and XML with lines; anything else as it is.
  function laidOut(text) {
    const start = text.trimStart()[0];
    if (start === "{" || start === "[") {
      try {
        return JSON.stringify(JSON.parse(text), null, 2);
      } catch {
        return text;
      }
    }
    return start === "<" && !text.trim().includes("\n") ? indented(text) : text;
  }

  function indented(text) {
    let depth = 0;
    const lines = text.trim().replace(/></g, ">\n<").split("\n").map((line) => {
      if (line.startsWith("</")) depth = Math.max(0, depth - 1);
      const told = "  ".repeat(depth) + line;
      const opens = /^<[^!?/]/.test(line) && !line.endsWith("/>") && !line.includes("</");
      if (opens) depth += 1;
      return told;
    });
    return lines.join("\n");
  }

  // The hand of the reader.

  function theme() {
    const button = byId("theme");
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const root = document.documentElement;
    try {
      const kept = localStorage.getItem("conax-sim-theme");
      if (kept === "dark" || kept === "light") root.dataset.theme = kept;
    } catch { /* A page from a file may have no memory. */ }
    const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
    const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      try {
        localStorage.setItem("conax-sim-theme", root.dataset.theme);
      } catch { /* As above. */ }
      label();
    });
    dark.addEventListener("change", label);
    label();
  }

  function keys() {
    document.addEventListener("keydown", (event) => {
      const isWriting = event.target.matches?.("input, select, textarea");
      if (event.key === "/" && !isWriting && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        byId("find").focus();
      }
      if (event.key === "Escape" && event.target === byId("find")) {
        byId("find").value = "";
        byId("find").dispatchEvent(new Event("input"));
      }
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && event.target.matches?.(".case > summary")) {
        const all = [...document.querySelectorAll(".group:not([hidden]) > .case:not([hidden]) > summary")];
        const next = all[all.indexOf(event.target) + step];
        if (next) {
          event.preventDefault();
          next.focus();
        }
      }
    });
  }

  /// On paper, what has to be mended is unfolded.
  function paper() {
    let opened = [];
    addEventListener("beforeprint", () => {
      opened = [...document.querySelectorAll(".case:not([open]):not([hidden])")]
        .filter((one) => ["failed", "error"].includes(run.cases[Number(one.dataset.index)].verdict));
      for (const one of opened) {
        open(one);
        one.open = true;
      }
    });
    addEventListener("afterprint", () => {
      for (const one of opened) one.open = false;
      opened = [];
    });
  }

  /// `#case-12` opens that scenario, so that a link can be sent.
  function follow() {
    const named = /^#case-(\d+)$/.exec(location.hash);
    const details = named && drawnCases[Number(named[1])];
    if (!details) return;
    open(details);
    details.open = true;
    details.scrollIntoView();
  }

  summary();
  filters();
  list();
  filter();
  theme();
  keys();
  paper();
  byId("list").addEventListener("toggle", (event) => {
    if (!event.target.matches(".case") || !event.target.open) return;
    open(event.target);
  }, true);
  addEventListener("hashchange", follow);
  document.addEventListener("DOMContentLoaded", follow);
})();

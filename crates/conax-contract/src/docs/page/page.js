"use strict";
// Sends the calls of the forms, and shows their answers with secrets masked. Everything else of the
// page is there without it.

const secrets = new Set(document.currentScript.dataset.secrets.split(" "));
const world = new URLSearchParams(location.search).get("world");
const MASK = "***";

/** An element with a class and a text. */
function element(kind, className, text) {
  const made = document.createElement(kind);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

/** The same value with every secret masked. */
function masked(value) {
  if (Array.isArray(value)) return value.map(masked);
  if (value === null || typeof value !== "object") return value;
  const hidden = ([name, inner]) => [
    name,
    secrets.has(name) && inner !== null ? MASK : masked(inner),
  ];
  return Object.fromEntries(Object.entries(value).map(hidden));
}

/** What an input stands for; undefined if it is left out. */
function valueOf(input) {
  const text = input.value;
  if (text === "") return undefined;
  switch (input.dataset.kind) {
    case "boolean":
      return text === "true";
    case "identifier":
      return { [input.previousElementSibling.value]: text };
    case "set": {
      const ids = text.split(",").map((id) => id.trim());
      return ids.filter((id) => id !== "").map((id) => ({ [input.dataset.member]: id }));
    }
    default:
      return text;
  }
}

/** The parameters of a form, by name. */
function parametersOf(form) {
  const given = {};
  for (const input of form.querySelectorAll("[data-name]")) {
    const value = valueOf(input);
    if (value !== undefined) given[input.dataset.name] = value;
  }
  return given;
}

/** A query as the API documents it: the inner `=` of an identifier is not escaped. */
function queryOf(parameters) {
  const pairs = Object.entries(parameters).map(([name, value]) => {
    if (typeof value !== "object") return `${name}=${encodeURIComponent(value)}`;
    const [[field, inner]] = Object.entries(value);
    return `${name}=${field}=${encodeURIComponent(inner)}`;
  });
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** The call of a form: as it is sent, and as it may be shown. */
function callOf(form) {
  const { verb, path } = form.dataset;
  const parameters = parametersOf(form);
  const call = { verb, target: path };
  let shown;
  if (verb === "GET") {
    call.target += queryOf(parameters);
    shown = `${verb} ${path}${queryOf(masked(parameters))}`;
  } else {
    call.body = parameters;
    shown = `${verb} ${path}\n${JSON.stringify(masked(parameters), null, 2)}`;
  }
  const key = form.querySelector("[data-key]");
  if (key) {
    call.authorization = `Basic ${btoa(`${key.value}:`)}`;
    shown += `\nAuthorization: Basic ${MASK}`;
  }
  return { call, shown };
}

async function send(call) {
  const headers = { "Content-Type": "application/json" };
  const token = document.querySelector("#control-token")?.value;
  if (token) headers.Authorization = `Bearer ${token}`;
  const where = world === null ? "" : `?world=${encodeURIComponent(world)}`;
  const body = JSON.stringify(call);
  const response = await fetch(`/v1/try${where}`, { method: "POST", headers, body });
  const answer = await response.json();
  // What the control API refuses are problem details.
  if (!response.ok) throw new Error(`${answer.title}: ${answer.detail}`);
  return answer;
}

/** A login is for all forms. */
function useToken(token) {
  for (const input of document.querySelectorAll('input[data-name="token"]')) input.value = token;
}

function show(form, shown, parts) {
  const answer = form.querySelector(".answer");
  answer.replaceChildren(element("h5", "", "Sent"), element("pre", "", shown), ...parts);
  for (const text of answer.querySelectorAll("pre")) text.tabIndex = 0;
  answer.hidden = false;
}

async function tryIt(form) {
  const { call, shown } = callOf(form);
  const button = form.querySelector("button");
  button.disabled = true;
  show(form, shown, [element("h5", "", "Waiting for the answer")]);
  try {
    const { status, body } = await send(call);
    const code = body?.status?.code;
    const line = element("p", `status ${code === "OK" ? "good" : "bad"}`);
    line.textContent = `HTTP ${status}, ${code ?? "without a status block"}`;
    const text = JSON.stringify(masked(body), null, 2);
    const parts = [element("h5", "", "Answered"), line, element("pre", "", text)];
    if (typeof body?.data?.token === "string") {
      useToken(body.data.token);
      parts.push(element("p", "hint", "The token of this answer is now in every form."));
    }
    show(form, shown, parts);
  } catch (error) {
    show(form, shown, [element("p", "status bad", error.message)]);
  } finally {
    button.disabled = false;
  }
}

for (const form of document.querySelectorAll("form.try")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    tryIt(form);
  });
}

if (world !== null) document.querySelector("#world").textContent = world;

// On a phone the list of operations would fill the screen.
if (matchMedia("(max-width: 820px)").matches) document.querySelector("nav details").open = false;

const theme = document.querySelector("#theme");
theme.hidden = false;
theme.addEventListener("click", () => {
  const root = document.documentElement;
  const chosen = root.dataset.theme;
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});

// Paper cannot be unfolded.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("main details")) folded.open = true;
});

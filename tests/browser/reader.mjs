// What a reader does with the site: opens pages, runs blocks, types, answers. Built on harness.mjs.
// Not here: a judgment about what the site does; that is the tests' business.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before } from "node:test";
import { DIST, newPage, startBrowser, startSite } from "./harness.mjs";

export const LESSON = "lessons/strings/";

/** The slugs of the lessons that have blocks to run. */
export const WRITTEN = lessons((page) => page.includes('id="block-0"'));

/** One page of each kind. */
export const ROUTES = [
  ...["", "lessons/", LESSON, "playground/", "s/", "about/", "certificate/", "views/", "no/such/page/"],
  ...["xray", "skiplist", "hyperloglog", "slots"].map((name) => `views/${name}/`),
  ...lessons((page) => page.includes('data-route="unwritten"')).slice(0, 1).map((slug) => `lessons/${slug}/`),
];

function lessons(wanted) {
  const folder = new URL("lessons/", DIST);
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const slugs = entries.map((entry) => entry.name).sort();
  return slugs.filter((slug) => wanted(readFileSync(new URL(`${slug}/index.html`, folder), "utf8")));
}

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 360, height: 780 };

/** One browser and one site for all tests of a file. */
export function readers(base = "/repo/") {
  let browser, site;
  before(async () => ([browser, site] = await Promise.all([startBrowser(), startSite(base)])));
  after(async () => {
    await browser?.close();
    await site?.stop();
  });
  return {
    /** The site's address. */
    address: () => site.address,
    /** Ends the server, as a lost network would. */
    disconnect: () => site.stop(),
    /**
     * A page in a profile of its own; `visit` goes on to another. `prepare` acts before the first
     * visit. The service worker is blocked unless a test is about it: it would answer for the site.
     */
    async open(path, options = {}, prepare = async () => {}) {
      const settings = { viewport: WIDE, serviceWorkers: "block", ...options };
      const opened = await newPage(browser, settings);
      const visit = async (path) => {
        await opened.page.goto(new URL(path, site.address).href);
        if (settings.javaScriptEnabled !== false) await attached(opened.page);
      };
      await prepare(opened.page, opened.context);
      await visit(path);
      return { ...opened, visit, close: () => opened.context.close() };
    },
    /** Another tab of the same profile. */
    async tab(context, path) {
      const page = await context.newPage();
      await page.goto(new URL(path, site.address).href);
      await attached(page);
      return page;
    },
  };
}

/** Waits until the islands are attached. The page for unknown addresses has none. */
export const attached = (page) =>
  page.waitForSelector('html:is([data-ready], [data-route="missing"])', { state: "attached" });

/** Waits until the server in the page answers. */
export const answering = (page) =>
  page.waitForFunction(() => {
    const light = document.querySelector(".engine-light")?.dataset.state ?? "ready";
    return light === "ready" && !/starting/.test(document.querySelector(".facts-line")?.innerText ?? "");
  });

/** The lesson's own data: blocks, exercises, quizzes. */
export const dataOf = async (page) => JSON.parse(await page.locator("#lesson-data").textContent());

/** The commands of steps, one a line, as a reader types them. */
export const typed = (steps) =>
  steps.map(({ action }) => (action.Run.client ? `${action.Run.client}> ` : "") + action.Run.text).join("\n");

/** Runs a block by its button and waits for its replies. */
export async function run(page, block) {
  await page.click(`#block-${block} .run`);
  await page.waitForSelector(`#block-${block}:is([data-state="ran"], [data-state="failed"])`);
}

/** Types a line at the console's prompt and waits until it is answered or seen to wait. */
export async function type(page, line) {
  const entries = page.locator(".log .entry");
  const before = await entries.count();
  await page.fill(".console-input", line);
  await page.press(".console-input", "Enter");
  await page.waitForFunction(
    ([before, line]) => {
      const entry = document.querySelectorAll(".log .entry")[before];
      return entry && (line.startsWith("+") || entry.querySelector(".reply, .badge"));
    },
    [before, line.trim()],
  );
  return entries.nth(before);
}

/** The text of what a line at the console was answered. */
export async function reply(page, line) {
  const entry = await type(page, line);
  return (await entry.locator(".reply").allInnerTexts()).join("\n");
}

export const log = (page) => page.locator(".log").innerText();

/** Waits until the page has this text somewhere in the element. */
export const says = (page, selector, text) =>
  page.waitForFunction(
    ([selector, source]) => new RegExp(source).test(document.querySelector(selector)?.innerText ?? ""),
    [selector, text.source],
  );

/** What is stored under one of the site's keys, read as JSON. */
export const stored = (page, key) =>
  page.evaluate((key) => JSON.parse(localStorage[`redis-mastery:/repo/:${key}`] ?? "null"), key);

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails with each rule that axe finds broken and where. The page must be opened with `bypassCSP`. */
export async function assertAccessible(page, where) {
  // Fading parts have other colors than they will have.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((one) => one.finished)));
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run());
  const found = violations.map(({ id, nodes }) => {
    const examples = nodes.slice(0, 3).map((node) => `${node.html.slice(0, 160)} (${node.failureSummary})`);
    return `${id}: ${examples.join(" ; ")}`;
  });
  assert.deepEqual(found, [], `axe found faults on ${where}`);
}

/** Fails with what sticks out, where the page itself would scroll sideways. */
export async function assertNoSidewaysScroll(page, where) {
  const wide = await page.evaluate(() => {
    const excess = document.documentElement.scrollWidth - innerWidth;
    if (excess <= 0) return "";
    const outside = [...document.querySelectorAll("body *")].find((element) => element.getBoundingClientRect().right > innerWidth + 1);
    return `by ${excess} px, because of ${outside?.outerHTML.slice(0, 120)}`;
  });
  assert.equal(wide, "", `${where} scrolls sideways`);
}

// What the page does with a reader: blocks, exercises, what is kept, links, keys, and a worker that hangs.
// Not here: what Redis answers. Where a reply matters, any command will do that every build has.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { newPage, startBrowser, startSite } from "./harness.mjs";

const LESSON = "lessons/strings/";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser, site;
before(async () => {
  site = await startSite("/repo/");
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await site?.stop();
});

/** A page whose islands are attached. */
async function open(path, options = {}, prepare = async () => {}) {
  const opened = await newPage(browser, { viewport: { width: 1440, height: 900 }, serviceWorkers: "block", ...options });
  // That the service worker is blocked is this test's doing.
  opened.complaints.length = 0;
  await prepare(opened.page, opened.context);
  await visit(opened.page, path);
  return opened;
}

async function visit(page, path) {
  await page.goto(site.address + path);
  await page.waitForSelector("html[data-ready]");
}

async function type(page, line) {
  await page.fill(".console-input", line);
  await page.press(".console-input", "Enter");
  await page.waitForFunction((line) => document.querySelector(".log").innerText.includes(line), line);
}

const log = (page) => page.locator(".log").innerText();
const ready = (page) => page.waitForSelector('.engine-light[data-state="ready"]', { state: "attached" });

describe("a lesson", () => {
  test("a block runs, its replies stand under their commands and in the console", async () => {
    const { context, page } = await open(LESSON);
    await page.click("#block-0 .run");
    await page.waitForSelector('#block-0[data-state="ran"]');
    const steps = await page.locator("#block-0 .line.cmd").count();
    assert.equal(await page.locator(".log .entry .line.cmd").count(), steps);
    assert.ok((await page.locator("#block-0 .reply").count()) >= steps);
    await context.close();
  });

  test("an edited block shows it, runs as edited, survives a reload and can be reset", async () => {
    const { context, page } = await open(LESSON);
    await page.hover("#block-0");
    await page.click("#block-0 .block-tools button:has-text('Edit')");
    await page.fill("#block-0 textarea", "SET mine 1\nGET mine");
    await page.press("#block-0 textarea", "Control+Enter");
    await page.waitForSelector('#block-0[data-state="ran"][data-edited="yes"]');
    assert.match(await page.locator("#block-0 code").innerText(), /SET mine 1\s+OK\s+> GET mine\s+"1"/);
    await visit(page, LESSON);
    await page.waitForSelector('#block-0[data-edited="yes"][data-state="restored"]');
    assert.match(await log(page), /Restored from .*: 1 step replayed/);
    await page.click("#block-0 .block-tools button:has-text('Reset')");
    await page.waitForSelector('#block-0[data-edited="no"]');
    await context.close();
  });

  test("an exercise names what is wrong, passes with its solution, and counts", async () => {
    const { context, page } = await open(LESSON);
    const [exercise] = JSON.parse(await page.locator("#lesson-data").textContent()).exercises;
    const solution = exercise.solution.map((step) => step.action.Run.text).join("\n");
    const section = page.locator("#exercise-0");
    await section.locator("textarea").fill("PING");
    await section.getByRole("button", { name: "Check" }).click();
    await section.locator(".failed-check").waitFor();
    assert.match(await section.locator(".failed-check").innerText(), /expected[\s\S]*actual/);
    await section.locator("textarea").fill(solution);
    await section.locator("textarea").press("Control+Enter");
    await section.locator(".passed").waitFor();
    assert.match(await section.locator(".solved-mark").innerText(), /Solved in \d+ command/);
    await context.close();
  });

  test("hints open one by one, then the solution is offered and typed but not run", async () => {
    const { context, page } = await open(LESSON);
    const section = page.locator("#exercise-0");
    const count = JSON.parse(await page.locator("#lesson-data").textContent()).exercises[0].hints.length;
    for (let at = 1; at <= count; at++) {
      await section.getByRole("button", { name: `Hint ${at} of ${count}` }).click();
      assert.equal(await section.locator(".hints li").count(), at);
    }
    await section.getByRole("button", { name: "Put the solution in" }).click();
    assert.notEqual(await section.locator("textarea").inputValue(), "");
    assert.equal(await section.locator(".passed").count(), 0);
    await context.close();
  });

  test("nothing moves while the page becomes live", async () => {
    for (const width of [360, 1440]) {
      const { context, page } = await open("about/", { viewport: { width, height: 900 } });
      await page.addInitScript(() => {
        window.shift = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
        }).observe({ type: "layout-shift", buffered: true });
      });
      for (const path of [LESSON, "", "lessons/", "playground/"]) {
        await visit(page, path);
        await page.waitForTimeout(1500);
        const shift = await page.evaluate(() => window.shift);
        assert.ok(shift < 0.02, `${path} at ${width}: ${shift}`);
      }
      await context.close();
    }
  });
});

describe("what is kept", () => {
  test("two tabs do not take back each other's marks", async () => {
    const { context, page } = await open(LESSON);
    const other = await context.newPage();
    await visit(other, "lessons/lists/");
    await page.getByRole("button", { name: "Mark as done" }).click();
    await other.getByRole("button", { name: "Mark as done" }).click();
    await page.waitForFunction(() => document.querySelector(".tools .count").innerText.startsWith("2/"));
    assert.equal(await page.locator(".rail [data-done]").count(), 2);
    await context.close();
  });

  test("two tabs on one lesson keep both logs", async () => {
    const { context, page } = await open(LESSON);
    const other = await context.newPage();
    await visit(other, LESSON);
    await ready(page);
    await ready(other);
    await type(page, "SET one 1");
    await type(other, "SET two 2");
    await type(page, "SET three 3");
    const key = await page.evaluate(() => Object.keys(localStorage).find((key) => key.endsWith("lesson:strings")));
    assert.equal(key, "redis-mastery:/repo/:lesson:strings");
    await page.waitForFunction((key) => JSON.parse(localStorage[key]).log.length === 3, key);
    assert.match(await page.locator(".notices").innerText(), /open in another tab too/);
    await context.close();
  });

  test("without storage everything works and says so", async () => {
    const { context, page } = await open(LESSON, {}, (page) =>
      page.addInitScript(() => {
        Object.defineProperty(window, "localStorage", { get: () => { throw new DOMException("no", "SecurityError"); } });
      }),
    );
    assert.match(await page.locator(".notices").innerText(), /does not let the site store anything/);
    await type(page, "SET one 1");
    await page.waitForFunction(() => /OK/.test(document.querySelector(".log").innerText));
    await context.close();
  });

  for (const [what, value, sentence, stays] of [
    ["a corrupt record", "{\"version\":1,", /could not be read/, false],
    ["a record of a later version", '{"version":9,"log":"new"}', /later version/, true],
  ]) {
    test(`${what} is said${stays ? " and left untouched" : ""}`, async () => {
      const key = "redis-mastery:/repo/:lesson:strings";
      const { context, page } = await open("about/");
      await page.evaluate(([key, value]) => localStorage.setItem(key, value), [key, value]);
      await visit(page, LESSON);
      assert.match(await page.locator(".notices").innerText(), sentence);
      await type(page, "SET one 1");
      await page.waitForTimeout(300);
      assert.equal((await page.evaluate((key) => localStorage[key], key)) === value, stays);
      await context.close();
    });
  }

  test("an export imported into a clean profile is identical", async () => {
    const { context, page } = await open(LESSON);
    await type(page, "SET one 1");
    await page.getByRole("button", { name: "Mark as done" }).click();
    await visit(page, "about/");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export as a file" }).click()]);
    const file = await download.path();
    const clean = await open("about/");
    await clean.page.setInputFiles("input[type=file]", { name: "redis-mastery.json", mimeType: "application/json", buffer: readFileSync(file) });
    await clean.page.waitForFunction(() => document.body.innerText.includes("Imported."));
    const record = (page) => page.evaluate(() => {
      const { log, edits, solved } = JSON.parse(localStorage["redis-mastery:/repo/:lesson:strings"]);
      return { log, edits, solved };
    });
    assert.deepEqual(await record(clean.page), await record(page));
    assert.match(await clean.page.locator(".tools .count").innerText(), /^1\//);
    await clean.page.setInputFiles("input[type=file]", { name: "x.json", mimeType: "application/json", buffer: Buffer.from("{}") });
    await clean.page.waitForFunction(() => document.body.innerText.includes("Nothing was changed."));
    await context.close();
    await clean.context.close();
  });
});

describe("share links", () => {
  test("a session goes through a link and touches nothing of the reader's", async () => {
    const { context, page } = await open(LESSON, { permissions: ["clipboard-read", "clipboard-write"] });
    await type(page, "SET shared \"a <b> & c\"");
    await page.getByRole("button", { name: "Session" }).click();
    await page.getByRole("button", { name: "Copy a link to this session" }).click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(link, /\/repo\/s\/#s=1[01]\.[\w-]+$/);
    const before = await page.evaluate(() => JSON.stringify(localStorage));
    await page.goto(link);
    await page.waitForFunction(() => /Shared: 1 command/.test(document.body.innerText));
    await page.waitForFunction(() => document.querySelector(".log").innerText.includes("a <b> & c"));
    assert.equal(await page.evaluate(() => location.hash), "");
    assert.equal(await page.evaluate(() => JSON.stringify(localStorage)), before);
    await context.close();
  });

  for (const [what, fragment, sentence] of [
    ["truncated", "#s=11.uZofkU2LKw6AIACGO6f4h5G5MYcG", /incomplete/],
    ["future", "#s=71.AAAA", /later version/],
    ["foreign", "#nonsense", /no shared session/],
  ]) {
    test(`a ${what} link is a sentence and an empty console`, async () => {
      const { context, page } = await open(`s/${fragment}`);
      assert.match(await page.locator("main .lede").innerText(), sentence);
      assert.equal(await page.locator(".log .entry").count(), 0);
      await context.close();
    });
  }
});

describe("keys", () => {
  test("? lists them, / goes to the console, Tab leaves it", async () => {
    const { context, page } = await open(LESSON);
    await page.keyboard.press("?");
    assert.ok(await page.locator("dialog#keys").isVisible());
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    const focused = () => page.evaluate(() => document.activeElement.className);
    assert.equal(await focused(), "console-input");
    await page.keyboard.press("Tab");
    assert.notEqual(await focused(), "console-input");
    await context.close();
  });

  test("every control is reached by Tab and nothing holds it", async () => {
    const { context, page } = await open("playground/");
    const seen = new Set();
    for (let step = 0; step < 120; step++) {
      await page.keyboard.press("Tab");
      seen.add(await page.evaluate(() => {
        const element = document.activeElement;
        return element === document.body ? "end" : `${element.tagName} ${element.className} ${element.innerText?.slice(0, 20)}`;
      }));
      if (seen.has("end")) break;
    }
    for (const part of ["console-input", "keys-button", "client add", "Session"]) {
      assert.ok([...seen].some((name) => name.includes(part)), `${part} among ${[...seen].join(" | ")}`);
    }
    assert.ok(seen.has("end"), "Tab goes round");
    await context.close();
  });
});

describe("the engine", () => {
  /** A worker that opens worlds and does `what` with a command. Answers by hand: id, no world, Ok, Opened, nothing replayed, no status. */
  const worker = (what) => `
    self.onmessage = ({ data }) => {
      let at = 0, id = 0, shift = 0, byte;
      do { byte = data[at++]; id |= (byte & 127) << shift; shift += 7; } while (byte & 128);
      at += data[at] + 1;
      if (data[at] === 1) { ${what} }
      const number = id < 128 ? [id] : [id & 127 | 128, id >> 7];
      self.postMessage(Uint8Array.from([1, ...number, 0, 0, 0, 0, 0]));
    };
    self.postMessage(Uint8Array.from([0]));`;
  const replace = (what) => (page) =>
    page.route("**/worker_loader.js", (route) => route.fulfill({ contentType: "text/javascript", body: worker(what) }));

  test("an endless command can be stopped, and the session is there again", async () => {
    const { context, page } = await open(LESSON, {}, replace("for (;;) {}"));
    await type(page, "EVAL endless 0");
    await page.getByText("Still running").waitFor({ timeout: 15_000 });
    await page.getByRole("button", { name: "Stop" }).click();
    await page.waitForFunction(() => /was stopped. The session was made again from its log/.test(document.querySelector(".log").innerText));
    assert.match(await log(page), /left out of the session/);
    await ready(page);
    await context.close();
  });

  test("a trap is said in one line and the page goes on", async () => {
    const { context, page } = await open(LESSON, {}, replace('throw new Error("unreachable");'));
    await type(page, "DEBUG PANIC");
    await page.waitForFunction(() => /DEBUG PANIC.* failed .*made again from its log/.test(document.querySelector(".log").innerText));
    await page.click("#block-0 .run");
    await context.close();
  });

  test("where it cannot be loaded the text stays and the dock says so", async () => {
    const { context, page } = await open(LESSON, {}, (page) => page.route("**/worker_loader.js", (route) => route.abort()));
    await page.getByText("The engine could not be started").first().waitFor();
    assert.ok(await page.locator(".prose").isVisible());
    await context.close();
  });
});

describe("axe", () => {
  const routes = ["", "lessons/", LESSON, "lessons/sorted-sets/", "playground/", "s/", "about/"];
  const looks = [
    { viewport: { width: 360, height: 780 } },
    { viewport: { width: 768, height: 1024 } },
    { viewport: { width: 1440, height: 900 } },
    { viewport: { width: 1440, height: 900 }, colorScheme: "dark" },
  ];
  for (const look of looks) {
    test(`finds nothing at ${look.viewport.width} ${look.colorScheme ?? "light"}`, async () => {
      const { context, page } = await open("about/", { ...look, bypassCSP: true });
      for (const route of routes) {
        await visit(page, route);
        await page.waitForTimeout(900);
        if (route === LESSON) {
          await page.locator("#block-0 .run").click();
          await page.waitForSelector('#block-0[data-state="ran"]');
        }
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run());
        const found = violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(" ; ")}`);
        assert.deepEqual(found, [], route || "front page");
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${route} scrolls sideways by ${wide}`);
      }
      await context.close();
    });
  }
});

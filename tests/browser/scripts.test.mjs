// Lua in a lesson: colors, errors at their line, a script run line by line, the scripts that the server knows.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answering, assertAccessible, assertNoSidewaysScroll, dataOf, log, NARROW, readers, reply, run, says, stored, WIDE } from "./reader.mjs";

const reader = readers();
const LESSON = "lessons/lua-scripting/";

/** The lesson, and the number of its first block whose script matches. */
async function open(script, options = {}) {
  const opened = await reader.open(LESSON, options);
  const { blocks } = await dataOf(opened.page);
  const number = blocks.findIndex(({ content }) => content.Lua && script.test(content.Lua.source));
  assert.notEqual(number, -1, `the lesson has a script with ${script}`);
  const block = opened.page.locator(`#block-${number}`);
  const button = (name) => block.getByRole("button", { name, exact: true });
  return { ...opened, number, block, button, lines: blocks[number].content.Lua.source.trimEnd().split("\n") };
}

const COUPON = /used >= tonumber/;
const FAILING = /LPUSH', KEYS\[1\], 'x'\)\s*\n.*INCR/;

/** Begins to step and waits until the script stands. */
async function begin({ block, number }) {
  await block.getByRole("button", { name: `Step through the script of block ${number + 1}` }).click();
  await block.locator(".stepper").waitFor();
}

const place = (block, words) => block.locator(".stepper-place", { hasText: words }).waitFor();

describe("a script in the text", () => {
  test("is colored the same without JavaScript and with it", async () => {
    const colored = (block) =>
      block.locator(".script .code").evaluateAll((lines) =>
        lines.map((line) => [...line.childNodes].map((part) => `${part.className ?? ""}:${part.textContent}`).join("|")),
      );
    const live = await open(COUPON);
    const now = await colored(live.block);
    assert.equal(now.length, live.lines.length);
    assert.match(now[0], /t-keyword:local.*t-given:redis.*t-text:'GET'/);
    await live.close();
    const still = await reader.open(LESSON, { javaScriptEnabled: false });
    assert.deepEqual(await colored(still.page.locator(`#block-${live.number}`)), now);
    await still.close();
  });

  test("says at its line what failed, in words and with a mark", async () => {
    const { page, block, number, complaints, close } = await open(FAILING);
    await run(page, number);
    const fault = block.locator(".script .fault");
    assert.equal(await fault.innerText(), "line 2: WRONGTYPE Operation against a key holding the wrong kind of value");
    assert.match(await fault.evaluate((line) => getComputedStyle(line, "::before").content), /✕/);
    const marked = await block.locator(".script .code").evaluateAll((lines) => lines.map((line) => line.classList.contains("faulty")));
    assert.deepEqual(marked, [false, true, false]);
    assert.equal(await fault.evaluate((line) => line.previousElementSibling.classList.contains("faulty")), true);
    assert.deepEqual(complaints, []);
    await close();
  });
});

describe("a script that the reader changes", () => {
  test("runs, fails, steps, is kept and can be put back", async () => {
    const { page, block, number, button, lines, complaints, close } = await open(FAILING);
    await button("Edit").click();
    const editor = block.getByRole("textbox", { name: /The script of this block/ });
    const [script, commands] = (await editor.inputValue()).split("\n---\n");
    assert.equal(script, lines.join("\n"));
    assert.match(commands, /^EVAL @script/m);
    assert.equal(await block.locator("pre.script").count(), 0, "the script stands in the editor only");
    await editor.fill("local word = 'changed'\nreturn word .. #KEYS\n---\nEVAL @script 0\nEVALSHA @sha 0");
    await editor.press("Control+Enter");
    await says(page, `#block-${number} pre:not(.script)`, /"changed0"/);
    assert.equal(await block.locator("pre.script").innerText(), "local word = 'changed'\nreturn word .. #KEYS");
    assert.equal(await block.locator("pre.script .t-keyword").count(), 2);
    await begin({ block, number });
    await place(block, "Before line 1");
    await button("Step").click();
    await place(block, "Before line 2");
    assert.match(await block.locator(".stepper-variables").innerText(), /word\s+"changed"/);
    await button("Run to the end").click();
    await block.locator(".stepper").waitFor({ state: "detached" });

    await button("Edit").click();
    await editor.fill("return 1 +\n---\nEVAL @script 0");
    await editor.press("Control+Enter");
    await block.locator(".script .fault").waitFor();
    assert.match(await block.locator(".script .fault").innerText(), /line 1: .*unexpected symbol/);

    await page.reload();
    await page.waitForSelector("html[data-ready]");
    assert.equal(await block.locator("pre.script").innerText(), "return 1 +");
    await button("Reset").click();
    assert.equal(await block.locator("pre.script .code").count(), lines.length);
    assert.deepEqual(complaints, []);
    await close();
  });
});

describe("step by step", () => {
  test("each line is seen before it runs, with variables and calls", async () => {
    const opened = await open(COUPON);
    const { page, block, number, button, complaints, close } = opened;
    await begin(opened);
    await place(block, "Before line 1");
    assert.equal(await button("Step").evaluate((element) => element === document.activeElement), true);
    assert.match(await block.locator(".stepper-variables").innerText(), /No local variable yet[\s\S]*KEYS\s+{ "coupon:autumn:used" }/);
    assert.match(await block.locator(".stepper").innerText(), /It has not called Redis yet/);
    await page.keyboard.press("Enter");
    await place(block, "Before line 2");
    assert.match(await block.locator(".stepper-variables").innerText(), /used\s+2/);
    assert.match(await block.locator(".stepper-calls").innerText(), /line 1\s*GET coupon:autumn:used\s*"2"/);
    assert.equal(await block.locator(".script [aria-current=step]").innerText(), opened.lines[1]);
    const heard = await block.getByRole("status").allInnerTexts();
    assert.match(heard.join(" "), /Line 2 is next\. GET coupon:autumn:used: "2"\. used is 2\./);
    // Two clients run it: the second run is stepped through too, and takes the other way.
    const places = [];
    for (let step = 0; step < 20 && (await block.locator(".stepper").count()); step++) {
      const before = await block.locator(".stepper-place").innerText();
      places.push(before);
      await page.keyboard.press("Enter");
      await page.waitForFunction(
        ([number, before]) => {
          const block = document.querySelector(`#block-${number}`);
          return block.dataset.state === "ran" || block.querySelector(".stepper-place").innerText !== before;
        },
        [number, before],
      );
    }
    assert.deepEqual(places.map((place) => Number(/\d+/.exec(place))), [2, 5, 6, 1, 2, 3]);
    assert.match(await block.locator("pre").last().innerText(), /\(integer\) 1[\s\S]*\(integer\) 0[\s\S]*"3"/);
    // The focus is where stepping began.
    assert.match(await page.evaluate(() => document.activeElement.className), /step-button/);
    assert.deepEqual((await stored(page, "lesson:lua-scripting")).log.length, 1);
    assert.deepEqual(complaints, []);
    await close();
  });

  test("nothing else runs meanwhile, and says why", async () => {
    const opened = await open(COUPON);
    const { page, block, button, close } = opened;
    await begin(opened);
    assert.match(await reply(page, "GET coupon:autumn:used"), /The script of block \d+ stands still, and the server serves nobody else/);
    await button("Run to the end").click();
    await says(page, `#block-${opened.number} pre:last-of-type`, /"3"/);
    assert.equal(await block.locator(".stepper").count(), 0);
    assert.equal(await reply(page, "GET coupon:autumn:used"), '"3"');
    await close();
  });

  test("what a stopped script wrote stays, also after a reload", async () => {
    const opened = await open(FAILING);
    const { page, block, button, close } = opened;
    await begin(opened);
    await button("Step").click();
    await place(block, "Before line 2");
    await button("Stop").click();
    await says(page, `#block-${opened.number}`, /You stopped the script\. What it wrote stays: 1 write\. A server refuses SCRIPT KILL then/);
    assert.match(await block.locator("pre").last().innerText(), /Script killed by user/);
    assert.equal(await reply(page, "GET half"), '"1"');
    await page.reload();
    await answering(page);
    assert.equal(await reply(page, "GET half"), '"1"');
    await close();
  });

  test("a server that begins anew has no script that stands, nor has a page that is left", async () => {
    const opened = await open(COUPON);
    const { page, block, button, complaints, close } = opened;
    await begin(opened);
    await page.getByRole("button", { name: "Session" }).click();
    await page.getByRole("button", { name: "Start the server over" }).click();
    await block.locator(".stepper").waitFor({ state: "detached" });
    assert.equal(await reply(page, "EXISTS coupon:autumn:used"), "(integer) 0");
    await begin(opened);
    for (const line of [2, 5, 6]) {
      await button("Step").click();
      await place(block, `Before line ${line}`);
    }
    await page.reload();
    await answering(page);
    // Nothing of the block was over, so nothing of it is kept.
    assert.equal(await block.locator(".stepper").count(), 0);
    assert.equal(await reply(page, "EXISTS coupon:autumn:used"), "(integer) 0");
    assert.deepEqual(complaints, []);
    await close();
  });

  test("while a script stands its block offers nothing else", async () => {
    const opened = await open(COUPON);
    const { page, block, button, number, close } = opened;
    await begin(opened);
    const offered = await block.getByRole("button").evaluateAll((all) => all.filter((one) => one.checkVisibility({ visibilityProperty: true })).map((one) => one.innerText));
    assert.deepEqual(offered, ["Step", "Run to the end", "Stop"]);
    await button("Step").press("Control+Enter");
    await place(block, /line [12]/);
    // Another block says which one holds the server.
    const other = number + 1;
    await page.click(`#block-${other} .run`);
    await says(page, `#block-${other}`, /The script of block \d+ stands still/);
    await button("Run to the end").click();
    await page.waitForSelector(`#block-${number}[data-state="ran"]`);
    await run(page, other);
    assert.equal(await page.locator(`#block-${other}`).getAttribute("data-state"), "ran");
    await close();
  });

  for (const viewport of [NARROW, { width: 768, height: 1024 }, WIDE]) {
    for (const colorScheme of ["light", "dark"]) {
      test(`at ${viewport.width} px, ${colorScheme}`, async () => {
        const opened = await open(COUPON, { viewport, colorScheme, bypassCSP: true });
        const { page, block, button, close } = opened;
        await begin(opened);
        await button("Step").click();
        await place(block, "Before line 2");
        await assertAccessible(page, "a script that stands");
        await assertNoSidewaysScroll(page, "a script that stands");
        await close();
      });
    }
  }
});

describe("the scripts that the server knows", () => {
  async function scripts(page) {
    if (await page.locator(".dock-toggle").isVisible()) await page.locator(".dock-toggle").click();
    await page.click("#tab-scripts");
    await page.locator(".scripts-panel h3").first().waitFor();
  }

  test("none at first, then with what one does with them", async () => {
    const { page, context, complaints, close } = await reader.open(LESSON, { bypassCSP: true });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await answering(page);
    await scripts(page);
    const panel = page.locator(".scripts-panel");
    assert.match(await panel.innerText(), /No script is cached[\s\S]*No library is loaded/);
    await page.click("#tab-console");
    await reply(page, `EVAL "return ARGV[1]" 0 x`);
    await reply(page, `FUNCTION LOAD "#!lua name=shop\\nredis.register_function{function_name='price', callback=function() return 7 end, flags={'no-writes'}}"`);
    await scripts(page);
    await says(page, ".scripts-panel", /098e0f0d1448c0a81dafe820f66d460eb09263da/);
    assert.match(await panel.innerText(), /return ARGV\[1\][\s\S]*shop[\s\S]*price\s*no-writes/);
    await assertAccessible(page, "the scripts");
    await panel.getByRole("button", { name: /^Copy the sum/ }).click();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "098e0f0d1448c0a81dafe820f66d460eb09263da");
    await panel.getByRole("button", { name: "FCALL into the console: price" }).click();
    assert.equal(await page.inputValue(".console-input"), "FCALL price 0");
    await page.press(".console-input", "Enter");
    await says(page, ".log", /\(integer\) 7/);
    await scripts(page);
    await panel.getByRole("button", { name: "EVALSHA into the console" }).click();
    assert.equal(await page.inputValue(".console-input"), "EVALSHA 098e0f0d1448c0a81dafe820f66d460eb09263da 0");
    assert.match(await log(page), /FUNCTION LOAD/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test("on a phone", async () => {
    const { page, close } = await reader.open(LESSON, { viewport: NARROW, bypassCSP: true });
    await answering(page);
    await scripts(page);
    await assertAccessible(page, "the scripts on a phone");
    await assertNoSidewaysScroll(page, "the scripts on a phone");
    await close();
  });
});

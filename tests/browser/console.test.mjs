// The console: typing, earlier lines, completion, several clients, the clock, and starting over.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answering, LESSON, log, readers, reply, says, type } from "./reader.mjs";

const reader = readers();
const focused = (page) => page.evaluate(() => document.activeElement.className);

/** A playground whose server answers. */
async function playground(options) {
  const opened = await reader.open("playground/", options);
  await answering(opened.page);
  return opened;
}

/** Types and waits until the list of completions is open. */
async function complete(page, text) {
  await page.fill(".console-input", "");
  await page.locator(".console-input").pressSequentially(text);
  await page.waitForSelector("#completions:not([hidden]) li");
}

describe("the prompt", () => {
  test("answers, marks an error by more than its color, and keeps what was typed as text", async () => {
    const { page, complaints, close } = await playground();
    assert.equal(await reply(page, "SET a <b>1</b>"), "OK");
    assert.equal(await reply(page, "GET a"), '"<b>1</b>"');
    const entry = await type(page, "INCR a");
    assert.match(await entry.innerText(), /\(error\) ERR value is not an integer or out of range/);
    const mark = await entry.locator(".error").evaluate((line) => getComputedStyle(line, "::before").content);
    assert.ok(mark && mark !== "none", "an error has a mark of its own");
    assert.match(await reply(page, "NOSUCH x"), /unknown command 'NOSUCH'/);
    assert.match(await reply(page, 'SET "a'), /(Invalid argument|unbalanced)/i);
    assert.deepEqual(complaints, []);
    await close();
  });

  test("remembers earlier lines and gives back the one that was begun", async () => {
    const { page, close } = await playground();
    await type(page, "SET a 1");
    await type(page, "GET a");
    await page.fill(".console-input", "PIN");
    await page.keyboard.press("Escape");
    await page.focus(".console-input");
    const value = () => page.inputValue(".console-input");
    await page.keyboard.press("ArrowUp");
    assert.equal(await value(), "GET a");
    await page.keyboard.press("ArrowUp");
    assert.equal(await value(), "SET a 1");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    assert.equal(await value(), "PIN");
    await close();
  });

  test("completes commands while a list is open; closed, Tab leaves", async () => {
    const { page, close } = await playground();
    await complete(page, "GETR");
    assert.equal(await page.getAttribute(".console-input", "aria-expanded"), "true");
    await page.keyboard.press("Tab");
    assert.match(await page.inputValue(".console-input"), /^GETRANGE $/i);
    assert.equal(await focused(page), "console-input");

    await complete(page, "GE");
    await page.keyboard.press("ArrowDown");
    const chosen = page.locator('#completions [aria-selected="true"]');
    assert.equal(await page.getAttribute(".console-input", "aria-activedescendant"), await chosen.getAttribute("id"));
    await page.keyboard.press("Escape");
    assert.equal(await page.getAttribute(".console-input", "aria-expanded"), "false");
    await page.keyboard.press("Tab");
    assert.notEqual(await focused(page), "console-input", "Tab leaves once the list is closed");
    await close();
  });

  test("completes keys that are there", async () => {
    const { page, close } = await playground();
    await type(page, "SET session:4711 ada");
    await complete(page, "GET sess");
    await page.keyboard.press("Tab");
    assert.equal((await page.inputValue(".console-input")).trim(), "GET session:4711");
    await close();
  });

  test("takes a pasted text of several lines as what it is: one line", async () => {
    const { page, close } = await playground();
    await page.focus(".console-input");
    await page.evaluate(() => document.execCommand("insertText", false, "SET a 1\nGET a"));
    assert.doesNotMatch(await page.inputValue(".console-input"), /\n/);
    await close();
  });
});

describe("several clients", () => {
  test("one waits in BLPOP, visibly, and another one's push answers it", async () => {
    const { page, close } = await playground();
    await page.click(".client.add");
    await type(page, "BLPOP queue 0");
    await page.locator(".log .entry .badge").waitFor();
    assert.match(await page.locator(".client[aria-pressed=true]").innerText(), /waits/);
    assert.match(await page.locator(".waiting").innerText(), /A waits in BLPOP queue 0/);
    await page.click(".client:has-text('you')");
    await type(page, "RPUSH queue job:1");
    await says(page, ".log", /BLPOP queue 0[\s\S]*1\) "queue"\s+2\) "job:1"/);
    assert.equal(await page.locator(".clients .badge").count(), 0, "nobody waits any more");
    await close();
  });

  test("a message reaches a subscriber", async () => {
    const { page, close } = await playground();
    await type(page, "A> SUBSCRIBE news");
    await type(page, "B> PUBLISH news hello");
    await says(page, ".log", /A receives[\s\S]*"message"[\s\S]*"news"[\s\S]*"hello"/);
    await close();
  });

  test("a transaction shows at the prompt until it ends", async () => {
    const { page, close } = await playground();
    const prompt = () => page.locator("label[for=console-input]").innerText();
    await type(page, "MULTI");
    assert.match(await prompt(), /\(TX\)>/);
    assert.equal(await reply(page, "SET a 1"), "QUEUED");
    await type(page, "EXEC");
    assert.doesNotMatch(await prompt(), /TX/);
    await close();
  });
});

describe("the clock", () => {
  test("moves only when told, and lifetimes with it", async () => {
    const { page, close } = await playground();
    await type(page, "SET token abc EX 100");
    assert.equal(await reply(page, "TTL token"), "(integer) 100");
    await page.getByRole("button", { name: "+1 min" }).click();
    await says(page, ".log", /\+ 1 ?m/);
    assert.equal(await reply(page, "TTL token"), "(integer) 40");
    await type(page, "+ 41s");
    assert.equal(await reply(page, "GET token"), "(nil)");
    await close();
  });
});

describe("starting over", () => {
  test("the server begins anew without keys; nothing of it comes back", async () => {
    const { page, visit, close } = await reader.open(LESSON);
    await answering(page);
    await type(page, "SET mine 1");
    await page.getByRole("button", { name: "Session" }).click();
    await page.getByRole("button", { name: "Start the server over" }).click();
    await says(page, ".log", /The server begins anew/);
    assert.equal(await reply(page, "GET mine"), "(nil)");
    await visit(LESSON);
    await answering(page);
    assert.doesNotMatch(await log(page), /mine/);
    await close();
  });

  test("the lesson is reset only when asked twice", async () => {
    const { page, close } = await reader.open(LESSON);
    await answering(page);
    await type(page, "SET mine 1");
    await page.locator("#quiz-0 input").first().check();
    await page.getByRole("button", { name: "Session" }).click();
    await page.getByRole("button", { name: "Reset the lesson" }).click();
    assert.match(await log(page), /SET mine 1/);
    await page.getByRole("button", { name: /^Really/ }).click();
    await says(page, ".log", /The lesson begins anew/);
    assert.equal(await page.locator("#quiz-0 input:checked").count(), 0);
    await close();
  });
});

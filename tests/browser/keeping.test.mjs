// What the site keeps in the browser: progress, logs, edits. Nothing is lost, and what cannot be kept is said.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { answering, LESSON, log, readers, reply, run, says, stored, type, typed, dataOf } from "./reader.mjs";

const reader = readers();
const KEY = "redis-mastery:/repo/:lesson:strings";
const notices = (page) => page.locator(".notices").innerText();
const works = async (page) => {
  await answering(page);
  assert.equal(await reply(page, "SET one 1"), "OK");
};

describe("after a reload", () => {
  test("the session, the solved exercise and the progress are there again", async () => {
    const { page, visit, close } = await reader.open(LESSON);
    const [{ solution }] = (await dataOf(page)).exercises;
    await run(page, 0);
    await type(page, "SET mine 1");
    await page.locator("#exercise-0 textarea").fill(typed(solution));
    await page.locator("#exercise-0 .main-action").click();
    await page.locator("#exercise-0 .passed").waitFor();
    await visit(LESSON);
    await says(page, ".log", /Restored from .*: 2 steps replayed/);
    await page.locator("#exercise-0 .solved-mark").waitFor();
    assert.equal(await page.locator("#exercise-0 textarea").inputValue(), typed(solution));
    assert.equal(await reply(page, "GET mine"), '"1"');
    assert.match(await page.locator(".lesson-head .facts").innerText(), /1 of \d+ tasks/);
    await close();
  });

  test("the front page leads on to the lesson that is next", async () => {
    const { page, visit, close } = await reader.open(LESSON);
    await page.getByRole("button", { name: "Mark as done" }).click();
    await visit("");
    assert.match(await page.locator("[data-island=next-up]").innerText(), /Next up[\s\S]*\d+ · \w+/);
    await close();
  });
});

describe("two tabs", () => {
  test("do not take back each other's marks", async () => {
    const { context, page, close } = await reader.open(LESSON);
    const other = await reader.tab(context, "lessons/lists/");
    await page.getByRole("button", { name: "Mark as done" }).click();
    await other.getByRole("button", { name: "Mark as done" }).click();
    await says(page, ".tools .count", /^2\//);
    assert.equal(await page.locator(".rail [data-done]").count(), 2);
    await close();
  });

  test("on one lesson keep both logs and say so", async () => {
    const { context, page, close } = await reader.open(LESSON);
    const other = await reader.tab(context, LESSON);
    await Promise.all([answering(page), answering(other)]);
    await type(page, "SET one 1");
    await type(other, "SET two 2");
    await type(page, "SET three 3");
    await page.waitForFunction((key) => JSON.parse(localStorage[key]).log.length === 3, KEY);
    assert.match(await notices(page), /open in another tab too/);
    const { log } = await stored(page, "lesson:strings");
    assert.deepEqual(log.map((entry) => entry.Line.line), ["SET one 1", "SET two 2", "SET three 3"]);
    await close();
  });

  test("on one lesson: a reset in one is not undone by the other", async () => {
    const { context, page, close } = await reader.open(LESSON);
    await answering(page);
    await page.locator("#quiz-0 input").first().check();
    const other = await reader.tab(context, LESSON);
    await answering(other);
    await page.getByRole("button", { name: "Session" }).click();
    await page.getByRole("button", { name: "Reset the lesson" }).click();
    await page.getByRole("button", { name: /^Really/ }).click();
    await says(page, ".log", /The lesson begins anew/);
    await type(other, "SET two 2");
    const record = await stored(page, "lesson:strings");
    assert.deepEqual(record.answers, {});
    await close();
  });
});

describe("where storage does not do its part", () => {
  const broken = {
    "is forbidden": () =>
      Object.defineProperty(window, "localStorage", {
        get: () => {
          throw new DOMException("no", "SecurityError");
        },
      }),
    "throws at everything": () => {
      for (const name of ["getItem", "setItem", "removeItem", "key"]) {
        Storage.prototype[name] = () => {
          throw new DOMException("no", "InvalidStateError");
        };
      }
    },
  };
  for (const [what, breakIt] of Object.entries(broken)) {
    test(`and ${what}, everything works and the reader is told`, async () => {
      const { page, complaints, close } = await reader.open(LESSON, {}, (page) => page.addInitScript(breakIt));
      assert.match(await notices(page), /does not let the site store anything/);
      await works(page);
      await page.getByRole("button", { name: "Mark as done" }).click();
      await says(page, ".tools .count", /^1\//);
      assert.deepEqual(complaints, []);
      await close();
    });
  }

  test("because it is full, what is there is still read, and the reader is told what to do", async () => {
    const { page, visit, close } = await reader.open(LESSON);
    await answering(page);
    await type(page, "SET before 1");
    await page.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    });
    await visit(LESSON);
    await says(page, ".log", /Restored from/);
    await works(page);
    assert.match(await notices(page), /storage for this site is full[\s\S]*Export/);
    await close();
  });

  for (const [what, value, sentence] of [
    ["a damaged record", '{"version":1,', /could not be read/],
    ["a record of a later version", '{"version":9,"log":"new"}', /later version/],
  ]) {
    test(`${what} is said and not lost`, async () => {
      const { page, visit, close } = await reader.open("about/");
      await page.evaluate(([key, value]) => localStorage.setItem(key, value), [KEY, value]);
      await visit(LESSON);
      assert.match(await notices(page), sentence);
      await works(page);
      const values = await page.evaluate(() => Object.values(localStorage));
      assert.ok(values.includes(value), `what was stored before is gone: ${values}`);
      await close();
    });
  }

  test("other projects of the same host are left alone", async () => {
    const { page, visit, close } = await reader.open("about/");
    await page.evaluate(() => (localStorage["redis-mastery:/other/:progress"] = localStorage["foreign"] = "kept"));
    await visit(LESSON);
    await works(page);
    await visit("about/");
    await page.getByRole("button", { name: "Reset everything" }).click();
    await page.getByRole("button", { name: "Really remove everything" }).click();
    await says(page, ".storage-tools", /removed/);
    const left = await page.evaluate(() => [localStorage["redis-mastery:/other/:progress"], localStorage["foreign"]]);
    assert.deepEqual(left, ["kept", "kept"]);
    assert.equal(await stored(page, "lesson:strings"), null);
    await close();
  });
});

describe("a file", () => {
  const imported = (page, text) =>
    page.setInputFiles("input[type=file]", { name: "x.json", mimeType: "application/json", buffer: Buffer.from(text) });

  test("exported, then everything reset, then imported, gives back the same", async () => {
    const { page, visit, close } = await reader.open(LESSON);
    await run(page, 0);
    await type(page, "SET one 1");
    await page.locator("#quiz-0 input").first().check();
    await page.getByRole("button", { name: "Mark as done" }).click();
    const kept = ({ log, edits, solved, answers }) => ({ log, edits, solved, answers });
    const before = kept(await stored(page, "lesson:strings"));
    await visit("about/");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export as a file" }).click();
    const file = readFileSync(await (await download).path(), "utf8");
    await page.getByRole("button", { name: "Reset everything" }).click();
    await page.getByRole("button", { name: "Really remove everything" }).click();
    await says(page, ".tools .count", /^0\//);
    await imported(page, file);
    await says(page, ".storage-tools", /Imported\./);
    assert.deepEqual(kept(await stored(page, "lesson:strings")), before);
    await says(page, ".tools .count", /^1\//);
    await visit(LESSON);
    await says(page, ".log", /Restored from/);
    await close();
  });

  for (const [what, text] of [["that is none of ours", "{}"], ["that is no JSON", "hello"], ["of a later version", '{"app":"redis-mastery","version":99}']]) {
    test(`${what} is refused and changes nothing`, async () => {
      const { page, close } = await reader.open("about/");
      const before = await page.evaluate(() => JSON.stringify(localStorage));
      await imported(page, text);
      await says(page, ".storage-tools", /Nothing was changed\./);
      assert.equal(await page.evaluate(() => JSON.stringify(localStorage)), before);
      await close();
    });
  }
});

// The engine's worker dies, hangs or does not come: the session is made again, and nothing freezes.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answering, LESSON, log, readers, reply, run, says, type } from "./reader.mjs";

const reader = readers();

/** Gives the test a hold of the page's workers, and makes one swallow a command: it never ends. */
function holdWorkers(page) {
  return page.addInitScript(() => {
    window.workers = [];
    window.swallow = false;
    window.Worker = class extends Worker {
      constructor(...options) {
        super(...options);
        window.workers.push(this);
      }
      postMessage(...message) {
        if (!window.swallow) super.postMessage(...message);
      }
    };
  });
}

/** A lesson with something in its server, its time in the test's hands. */
async function session() {
  const opened = await reader.open(LESSON, {}, async (page) => {
    await holdWorkers(page);
    await page.clock.install();
  });
  const { page } = opened;
  await answering(page);
  await run(page, 0);
  await type(page, "SET mine 1");
  await type(page, "+ 10s");
  return opened;
}

/** Types a command that will not be answered. */
async function hang(page, line) {
  await page.evaluate(() => (window.swallow = true));
  await page.fill(".console-input", line);
  await page.press(".console-input", "Enter");
  await says(page, ".log", new RegExp(line));
  await page.evaluate(() => (window.swallow = false));
}

/** All that was in the server is there again, and nothing that did not finish. */
async function assertIntact(page) {
  await answering(page);
  assert.equal(await reply(page, "GET mine"), '"1"');
  assert.match(await reply(page, "GET product:17"), /Desk lamp/);
  await run(page, 1);
}

describe("a command that does not end", () => {
  test("is told after five seconds and can be stopped; the session is there again", async () => {
    const { page, complaints, close } = await session();
    await hang(page, "EVAL endless 0");
    assert.equal(await page.getByText("Still running").count(), 0);
    await page.clock.fastForward(5_100);
    await page.getByText("Still running: “EVAL endless 0”").waitFor();
    await page.locator("#quiz-0 input").first().check();
    await page.getByRole("button", { name: "Stop" }).click();
    await says(page, ".log", /“EVAL endless 0” was stopped\. The session was made again from its log \(3 entries\)/);
    assert.match(await log(page), /This did not finish and was left out of the session/);
    await assertIntact(page);
    assert.equal(await page.evaluate(() => window.workers.length), 2);
    assert.deepEqual(complaints, []);
    await close();
  });

  test("is stopped by itself after thirty", async () => {
    const { page, close } = await session();
    await hang(page, "EVAL endless 0");
    await page.clock.fastForward(30_100);
    await says(page, ".log", /was stopped after 30 s\. The session was made again/);
    await assertIntact(page);
    await close();
  });

  test("does not come back with a reload", async () => {
    const { page, visit, close } = await session();
    await hang(page, "EVAL endless 0");
    await visit(LESSON);
    await says(page, ".log", /Restored from/);
    assert.doesNotMatch(await log(page), /endless/);
    await assertIntact(page);
    await close();
  });
});

describe("a worker that dies", () => {
  test("in the middle of a command is replaced", async () => {
    const { page, close } = await session();
    await hang(page, "SET lost 1");
    await page.evaluate(() => {
      window.workers[0].terminate();
      window.workers[0].dispatchEvent(new ErrorEvent("error", { message: "RuntimeError: unreachable" }));
    });
    await says(page, ".log", /“SET lost 1” failed \(RuntimeError: unreachable\)\. The session was made again/);
    await assertIntact(page);
    assert.equal(await reply(page, "GET lost"), "(nil)");
    assert.match(await page.locator(".notices").innerText(), /was made again from its log/);
    await close();
  });

  test("in the middle of a block leaves the block to be run again", async () => {
    const { page, close } = await session();
    await page.evaluate(() => (window.swallow = true));
    await page.click("#block-1 .run");
    await page.waitForSelector('#block-1[data-state="running"]');
    await page.evaluate(() => {
      window.swallow = false;
      window.workers[0].dispatchEvent(new ErrorEvent("error", { message: "out of memory" }));
    });
    await page.waitForSelector('#block-1[data-state="failed"]');
    assert.match(await page.locator("#block-1").innerText(), /did not finish/);
    await assertIntact(page);
    await close();
  });

  test("while nothing runs is replaced too", async () => {
    const { page, close } = await session();
    await page.evaluate(() => window.workers[0].dispatchEvent(new ErrorEvent("error", { message: "gone" })));
    await says(page, ".log", /The session was made again/);
    await assertIntact(page);
    await close();
  });
});

test("a worker that cannot be loaded is said, and the text stays", async () => {
  const { page, close } = await reader.open(LESSON, {}, (page) =>
    page.route(/worker[^/]*\/.*\.(js|wasm)$|worker_loader\.js$/, (route) => route.abort()),
  );
  await page.getByText("The engine could not be started").first().waitFor();
  assert.ok(await page.locator(".prose").isVisible());
  await page.click("#block-0 .run");
  await page.waitForSelector('#block-0[data-state="failed"]');
  assert.match(await page.locator("#block-0").innerText(), /could not be started/);
  await close();
});

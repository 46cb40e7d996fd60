// Without a network: a lesson that was never opened runs after one visit, and only then is that promised.
// That the files are there at any path is hosting.test.mjs' subject; that updates wait, update.test.mjs'.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { BASES } from "./harness.mjs";
import { answering, dataOf, LESSON, readers, reply, run, says } from "./reader.mjs";

const WITH_WORKER = { serviceWorkers: "allow" };

for (const base of BASES) {
  describe(`at ${base}`, () => {
    const reader = readers(base);

    test("after one visit every lesson opens and runs without the server", async () => {
      const { page, visit, complaints, close } = await reader.open("", WITH_WORKER);
      await says(page, ".tools", /Available offline/);
      const links = await page.$$eval(".rail [data-lesson]:not([data-unwritten]) a", (all) => all.map((a) => a.href));
      assert.ok(links.length > 0);
      await reader.disconnect();
      for (const link of links) {
        await visit(link);
        await page.reload();
        // Some lessons begin with a picture, or with lines for a machine.
        const first = page.locator("[data-block]:has(.run)").first();
        await first.waitFor();
        const number = await first.getAttribute("data-block");
        await run(page, number);
        assert.notEqual(await page.locator(`#block-${number} .reply`).count(), 0, link);
      }
      await visit("playground/");
      assert.equal(await reply(page, "SET a 1"), "OK");
      // The page asks its service worker, which looks through all its files.
      await says(page, ".tools", /Available offline/);
      assert.deepEqual(complaints, []);
      await close();
    });
  });
}

describe("the promise", () => {
  const reader = readers();

  test("is not made while a file is missing", async () => {
    const { page, visit, close } = await reader.open("about/", WITH_WORKER);
    await says(page, ".tools", /Available offline/);
    await page.evaluate(async () => {
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        const [wasm] = (await cache.keys()).filter(({ url }) => url.endsWith(".wasm"));
        await cache.delete(wasm);
      }
    });
    const asked = page.waitForEvent("load");
    await visit("about/");
    await asked;
    // The question goes to the worker and back; a second one behind it has the same way.
    await page.evaluate(async () => {
      const { active } = await navigator.serviceWorker.ready;
      const { port1, port2 } = new MessageChannel();
      const answer = new Promise((resolve) => (port1.onmessage = resolve));
      active.postMessage({ ask: "precached" }, [port2]);
      await answer;
    });
    assert.doesNotMatch(await page.locator(".tools").innerText(), /Available offline/);
    await close();
  });

  test("is not made where the browser has no service workers, and all else works", async () => {
    const { page, complaints, close } = await reader.open(LESSON, {}, (page) =>
      page.addInitScript(() => delete Navigator.prototype.serviceWorker),
    );
    await answering(page);
    assert.ok((await dataOf(page)).blocks.length);
    await run(page, 0);
    assert.doesNotMatch(await page.locator(".tools").innerText(), /Available offline/);
    assert.deepEqual(complaints, []);
    await close();
  });
});

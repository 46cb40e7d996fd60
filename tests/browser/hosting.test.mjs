// The built site on a static host: at any path, without a network, at addresses that do not exist.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { askWorker, BASES, installWorker, newPage, startBrowser, startSite } from "./harness.mjs";

let browser;
before(async () => (browser = await startBrowser()));
after(() => browser?.close());

/** Every page of the site, as the front page's links have it. */
async function pages(page) {
  const links = await page.$$eval("a[href]", (all) => all.map((a) => a.href));
  return [...new Set(links.map((link) => link.split("#")[0]))];
}

for (const base of BASES) {
  describe(`at ${base}`, () => {
    let site;
    before(async () => (site = await startSite(base)));
    after(() => site?.stop());

    test("every page the front page links to answers, has its own title and one h1", async () => {
      const { context, page } = await newPage(browser);
      await page.goto(site.address);
      const titles = new Set();
      const addresses = await pages(page);
      assert.ok(addresses.length > 42, `only ${addresses.length} links`);
      for (const address of addresses) {
        const answer = await context.request.get(address);
        assert.equal(answer.status(), 200, address);
        const text = await answer.text();
        assert.equal(text.match(/<h1[ >]/g)?.length, 1, `${address} needs one h1`);
        titles.add(/<title>(.*?)<\/title>/.exec(text)[1]);
      }
      assert.equal(titles.size, addresses.length, "two pages have the same title");
      await context.close();
    });

    test("a deep page starts from cold without a complaint", async () => {
      const { context, page, complaints } = await newPage(browser);
      for (const path of ["", "lessons/", "lessons/strings/", "playground/", "s/", "about/"]) {
        await page.goto(site.address + path, { waitUntil: "networkidle" });
      }
      assert.deepEqual(complaints, []);
      await context.close();
    });

    test("a folder without its slash is redirected to it", async () => {
      const { context, page } = await newPage(browser);
      await page.goto(`${site.address}lessons/strings`);
      assert.equal(page.url(), `${site.address}lessons/strings/`);
      await context.close();
    });

    test("an unknown address says so with status 404 and leads home", async () => {
      const { context, page } = await newPage(browser);
      const answer = await page.goto(`${site.address}lessons/no/such/page/`);
      assert.equal(answer.status(), 404);
      const home = page.locator("#home");
      await page.waitForFunction((to) => document.querySelector("#home").href === to, site.address);
      await home.click();
      assert.equal(page.url(), site.address);
      await context.close();
    });

    test("after one visit the whole site works without its server", async () => {
      const own = await startSite(base);
      const { context, page, complaints } = await newPage(browser);
      await page.goto(own.address);
      await installWorker(page);
      const { precached, missing } = await askWorker(page, { ask: "precached" });
      assert.ok(precached, `not in the cache: ${missing}`);
      const addresses = await pages(page);
      // The first page began before the service worker: what it still fetches would come from the server.
      await page.goto("about:blank");
      await own.stop();
      for (const address of [own.address, ...addresses.slice(0, 12), `${own.address}lessons/strings`]) {
        await page.goto(address, { waitUntil: "load" });
        assert.ok(await page.locator("h1").innerText(), address);
      }
      await page.reload();
      assert.deepEqual(complaints, []);
      const answer = await page.goto(`${own.address}nowhere/`);
      assert.equal(answer.status(), 404);
      const script = await page.evaluate(
        (url) => fetch(url).then((r) => r.headers.get("content-type"), () => "refused"),
        `${own.address}no-such-script.js`,
      );
      assert.equal(script, "refused", "a script that does not exist must not be answered by a page");
      await context.close();
    });
  });
}

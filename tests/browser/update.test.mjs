// A new build of the site replaces an old one only when the reader says so, and then completely.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { askWorker, DIST, installWorker, newPage, startBrowser, startSite } from "./harness.mjs";

const folder = mkdtempSync(join(tmpdir(), "redis-mastery-site-"));
let browser, site;

before(async () => {
  cpSync(DIST, folder, { recursive: true });
  site = await startSite("/repo/", pathToFileURL(folder + sep));
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await site?.stop();
  rmSync(folder, { recursive: true });
});

/** Another build: a page that reads differently and a service worker that knows of it. */
function publish(name) {
  const edit = (file, change) => {
    const path = join(folder, file);
    writeFileSync(path, change(readFileSync(path, "utf8")));
  };
  edit("about/index.html", (page) => page.replace(/<h1>.*?<\/h1>/, `<h1>${name}</h1>`));
  edit("sw.js", (script) => script.replace(/VERSION = ".*?"/, `VERSION = "${name}"`));
}

test("a new build waits, then takes over whole and leaves other projects' caches alone", async () => {
  const { context, page } = await newPage(browser);
  await page.goto(`${site.address}about/`);
  await page.evaluate(() => caches.open("redis-mastery:/other/:1"));
  await installWorker(page);
  const heading = () => page.locator("h1").innerText();
  const old = await heading();

  publish("second-build");
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    await registration.update();
    const waiting = () => new Promise((resolve) => setTimeout(resolve, 50));
    while (!registration.waiting) await waiting();
  });
  await page.reload();
  assert.equal(await heading(), old, "the new build took over by itself");

  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const changed = new Promise((resolve) => {
      navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
    });
    registration.waiting.postMessage({ tell: "activate" });
    await changed;
  });
  await page.reload();
  assert.equal(await heading(), "second-build");
  assert.deepEqual(await askWorker(page, { ask: "version" }), { version: "second-build" });
  const names = await page.evaluate(() => caches.keys());
  assert.deepEqual(names.sort(), ["redis-mastery:/other/:1", "redis-mastery:/repo/:second-build"]);
  await context.close();
});

test("what the browser dropped from the cache is said to be missing", async () => {
  const { context, page } = await newPage(browser);
  await page.goto(site.address);
  await installWorker(page);
  await page.evaluate(async () => {
    for (const name of await caches.keys()) await (await caches.open(name)).delete("about/");
  });
  const { precached, missing } = await askWorker(page, { ask: "precached" });
  assert.equal(precached, false);
  assert.deepEqual(missing, ["about/"]);
  await context.close();
});

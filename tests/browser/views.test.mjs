// Every visualiser on its own page: paused on live state, stepped, scrubbed, shared, by keyboard and as text.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { describe, test } from "node:test";
import { DIST } from "./harness.mjs";
import { assertNoSidewaysScroll, NARROW, readers, says, type, WIDE } from "./reader.mjs";

const reader = readers();

const folders = readdirSync(new URL("views/", DIST), { withFileTypes: true });
export const VIEWS = folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort();

const moment = (page) => page.locator(".bar-at").first().innerText();

/** Waits until the figure shows this moment. */
const shows = (page, pattern) => says(page, ".bar-at", pattern);

async function press(page, ...keys) {
  await page.locator(".visualiser").first().focus();
  for (const key of keys) await page.keyboard.press(key);
}

/** A visualiser's page with all of its first commands drawn. */
async function open(name, options = {}) {
  const opened = await reader.open(`views/${name}/`, options);
  await shows(opened.page, /command (\d+) of \1 /);
  const starter = await opened.page.getAttribute("[data-island=visualiser]", "data-starter");
  await opened.page.waitForFunction(
    (count) => document.querySelectorAll(".log .entry .reply").length >= count,
    // Time that passes is answered by nothing.
    starter.split("\n").filter((line) => !line.startsWith("+ ")).length,
  );
  // The figure follows the console; it is ready when it has drawn the last command.
  await says(opened.page, ".visualiser-line", new RegExp(starter.split("\n").at(-1).trim().replace(/[^\w ]/g, ".")));
  return opened;
}

describe("each visualiser", () => {
  for (const name of VIEWS) {
    test(name, async () => {
      const { page, complaints, close } = await open(name, { permissions: ["clipboard-read", "clipboard-write"] });
      const [, last, steps] = /command (\d+) of \d+ · step (\d+)/.exec(await moment(page));
      assert.equal(await page.locator(".bar-button.play").getAttribute("aria-label"), "Play", "it starts paused");
      await press(page, "ArrowLeft");
      await shows(page, new RegExp(`command ${last} .* step ${steps - 1} `));
      await press(page, "ArrowRight");
      await shows(page, new RegExp(`command ${last} .* step ${steps} `));
      await press(page, "Home");
      await shows(page, /command 1 .* step 0 /);
      await press(page, "Shift+ArrowRight");
      await shows(page, /command 2 /);
      await press(page, "End");
      await shows(page, new RegExp(`command ${last} .* step ${steps} `));
      await page.getByRole("slider", { name: "Command", exact: true }).fill("0");
      await shows(page, /command 1 /);
      await press(page, "Home", "]", "]", "]", " ");
      await shows(page, new RegExp(`command ${last} .* step ${steps} `));

      await press(page, "t", "?");
      await page.locator(".visualiser-text table").first().waitFor();
      await page.locator(".visualiser-keys").waitFor();
      assert.equal(await page.locator("dialog[open]").count(), 0, "the page's own list stays closed");

      await press(page, "Shift+ArrowLeft", "ArrowLeft");
      await page.waitForTimeout(200);
      const at = await moment(page);
      const picture = await page.locator(".visualiser-text").innerText();
      await page.getByRole("button", { name: "Copy link" }).click();
      await says(page, ".visualiser-said", /Copied a link/);
      const link = await page.evaluate(() => navigator.clipboard.readText());
      assert.ok(link.includes(`/views/${name}/#s=2`) && link.length < 1900, link);
      const other = await reader.open("about/");
      await other.page.goto(link);
      await shows(other.page, new RegExp(at));
      await press(other.page, "t");
      await other.page.locator(".visualiser-text").waitFor();
      assert.equal(await other.page.locator(".visualiser-text").innerText(), picture, "the link shows the same");
      assert.deepEqual(other.complaints, []);
      await other.close();

      await page.getByRole("button", { name: /^New seed/ }).click();
      await says(page, ".bar-seed", /Other luck: seed \d+/);
      await press(page, "r");
      await page.locator(".bar-seed").waitFor({ state: "detached" });
      assert.deepEqual(complaints, []);
      await close();
    });

    test(`${name}, asked first and on a phone`, async () => {
      const { page, complaints, close } = await open(name, {
        viewport: NARROW, reducedMotion: "reduce", forcedColors: "active",
      });
      await assertNoSidewaysScroll(page);
      await page.locator(".visualiser-ask button").first().click();
      await page.locator(".visualiser-ask").waitFor({ state: "detached" });
      await says(page, ".visualiser-said", /^(Right|Not so)\. /);
      assert.deepEqual(complaints, []);
      await close();
    });
  }
});

test("a command at the console is drawn, and ten thousand are", async () => {
  const { page, complaints, close } = await open("skiplist");
  await press(page, "t");
  await type(page, "ZADD laps 99 zoe");
  await says(page, ".visualiser-text", /zoe/);
  await shows(page, /command 6 of 6 /);
  for (let round = 0; round < 10; round++) await type(page, "1000 ZINCRBY laps 0.01 ada");
  await shows(page, /command 16 of 16 /);
  await type(page, "DEL laps");
  await says(page, ".visualiser-said", /The key is gone/);
  await type(page, "SET laps text");
  await says(page, ".visualiser", /no sorted set/);
  await type(page, "+ 1000h");
  assert.deepEqual(complaints, []);
  await close();
});

test("a key of the playground opens in the visualiser that fits", async () => {
  const { page, complaints, close } = await reader.open("playground/");
  await type(page, "PFADD visits a b c");
  await page.getByRole("button", { name: "visits" }).click();
  await says(page, ".keys-panel .visualiser", /About 3/);
  await page.locator(".keys-panel").getByRole("button", { name: "Encoding X-ray" }).click();
  await says(page, ".keys-panel .visualiser", /string, raw/);
  assert.deepEqual(complaints, []);
  await close();
});

test("the gallery is alive", async () => {
  const { page, complaints, close } = await reader.open("views/");
  await page.waitForFunction(
    (count) => document.querySelectorAll(".specimen .bar-at").length === count
      && [...document.querySelectorAll(".specimen .bar-at")].every((at) => /command (\d+) of \1 /.test(at.innerText)),
    VIEWS.length,
  );
  const lowest = await page.locator(".specimen").evaluateAll((all) => Math.max(...all.map((one) => one.getBoundingClientRect().bottom)));
  assert.ok(lowest <= WIDE.height, `all of them stand on one screen: the lowest ends at ${lowest}`);
  const skiplist = page.locator(".specimen", { has: page.locator("#skiplist") });
  await skiplist.getByRole("button", { name: "Play: Skip list" }).click();
  await page.waitForFunction(() => /step [1-8] of/.test(document.querySelector(".specimen:has(#skiplist) .bar-at").innerText));
  await skiplist.getByRole("button", { name: "Pause: Skip list" }).click();
  await skiplist.getByRole("link", { name: "Skip list" }).click();
  await page.waitForURL(/views\/skiplist\//);
  assert.deepEqual(complaints, []);
  await close();
});

// Every written lesson, run in the browser from top to bottom: what the page answers is what it printed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertNoSidewaysScroll, dataOf, NARROW, readers, run, WIDE, WRITTEN } from "./reader.mjs";

const reader = readers();

/** A block's lines; what only tells the state (a badge) is no part of them. */
const linesOf = (page, block) =>
  page.$$eval(`#block-${block} pre .line`, (all) =>
    all.map((line) => {
      const copy = line.cloneNode(true);
      for (const badge of copy.querySelectorAll(".badge")) badge.remove();
      // Transcripts keep no blanks at the end of a line.
      return copy.textContent.trimEnd();
    }),
  );

/** The first line that differs, as a sentence; a printed `...` stands for any lines. */
function difference(printed, live) {
  const [first, ...rest] = printed;
  if (first === undefined) return live.length ? `an unexpected line: ${live[0]}` : undefined;
  if (first.trim() === "...") {
    const ends = Array.from({ length: live.length + 1 }, (_, from) => live.slice(from));
    return ends.some((end) => !difference(rest, end)) ? undefined : `nothing fits after ...: ${rest[0]}`;
  }
  if (first !== live[0]) return `printed: ${first}\nlive: ${live[0]}`;
  return difference(rest, live.slice(1));
}

describe("the lessons answer as printed", () => {
  const all = WRITTEN.flatMap((slug) => [WIDE, NARROW].map((viewport) => [slug, viewport]));
  for (const [slug, viewport] of all) {
    test(`${slug}, ${viewport.width} px`, async () => {
      const { page, complaints, close } = await reader.open("about/", { viewport });
      const said = [];
      const blocked = /^Service Worker registration blocked/;
      page.on("console", (message) => blocked.test(message.text()) || said.push(message.text()));
      await page.goto(`${reader.address()}lessons/${slug}/`);
      await page.waitForSelector("html[data-ready]");
      const { blocks } = await dataOf(page);
      const differing = [];
      let count = 0;
      for (const [number, { line, content }] of blocks.entries()) {
        if (!(await page.locator(`#block-${number} .run`).count())) continue;
        const printed = await linesOf(page, number);
        await run(page, number);
        const live = await linesOf(page, number);
        // A redis.conf prints nothing: what the server says of each setting comes below it.
        const below = content.Conf ? live.filter((line) => line.startsWith("(error)")) : live;
        const what = difference(content.Conf ? [] : printed, below);
        if (what) differing.push(`block ${number} (line ${line} of the lesson): ${what}`);
        count++;
      }
      // A capstone is made of exercises, which tasks.test.mjs works through.
      const enough = slug.startsWith("capstone-") || count > 2;
      assert.ok(enough, "the lesson has too few blocks that run to be a lesson");
      assert.ok(!differing.length, `live replies differ from the printed ones:\n${differing.join("\n")}`);
      await assertNoSidewaysScroll(page);
      assert.deepEqual(said, [], "the browser's console has messages");
      assert.deepEqual(complaints, []);
      await close();
    });
  }
});

// Every route for everyone: no fault that axe can find, nothing that sticks out of a phone, targets that a finger
// hits, and all text without JavaScript.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  answering, assertAccessible, assertNoSidewaysScroll, dataOf, LESSON, NARROW, readers, ROUTES, run, type, typed, WIDE,
} from "./reader.mjs";

const reader = readers();
const LOOKS = [
  { viewport: NARROW, colorScheme: "light" },
  { viewport: NARROW, colorScheme: "dark" },
  { viewport: WIDE, colorScheme: "light" },
  { viewport: WIDE, colorScheme: "dark" },
];

/** Fails with the targets under 24 px a side, inline links aside: WCAG 2.2, 2.5.8. */
async function assertEasyTargets(page, where) {
  const small = await page.evaluate(() => {
    const all = document.querySelectorAll("a[href], button, input, textarea, select, summary");
    const targets = [...all].filter((element) => {
      if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: false })) return false;
      // A link within a sentence is as high as its line.
      if (element.matches("p a, li a, td a") && getComputedStyle(element).display === "inline") return false;
      // The gallery's stamps are pictures: nothing in them can be pressed.
      if (element.closest("[inert]")) return false;
      // Shown only when focused, or behind its label.
      return !element.matches(".skip, [type=file], [type=radio]");
    });
    return targets.flatMap((element) => {
      const { width, height } = element.getBoundingClientRect();
      return Math.min(width, height) < 24 && width + height > 0 ? [`${Math.round(width)}×${Math.round(height)}: ${element.outerHTML.slice(0, 120)}`] : [];
    });
  });
  assert.deepEqual(small, [], `targets under 24 px on ${where}`);
}

/** Opens and uses all that a lesson has, right and wrong. */
async function useEverything(page) {
  const { exercises, quizzes } = await dataOf(page);
  await run(page, 2);
  await page.hover("#block-3");
  await page.locator("#block-3").getByRole("button", { name: "Edit" }).click();
  await type(page, "INCR product:17");
  await page.locator("#exercise-0 textarea").fill(typed(exercises[0].solution));
  await page.locator("#exercise-0 .main-action").click();
  await page.locator("#exercise-0 .passed").waitFor();
  await page.locator("#exercise-1 textarea").fill("PING");
  await page.locator("#exercise-1 .main-action").click();
  await page.locator("#exercise-1 .failed-check").waitFor();
  for (const _ of exercises[1].hints) await page.locator("#exercise-1").getByRole("button", { name: /^Hint/ }).click();
  for (const [at, { choices }] of quizzes.slice(0, 2).entries()) {
    const choice = choices.findIndex(({ right }) => right === (at === 0));
    await page.locator(`#quiz-${at} input`).nth(choice).check();
  }
  await page.getByRole("button", { name: "Let the server prove it" }).first().click();
  await page.locator(".proof pre").first().waitFor();
}

/** The drawer is open where the console is one. */
async function openDock(page) {
  if (await page.locator(".dock-toggle").isVisible()) await page.locator(".dock-toggle").click();
  await page.locator(".console-input").waitFor();
}

for (const look of LOOKS) {
  const { viewport, colorScheme } = look;
  describe(`at ${viewport.width} px, ${colorScheme}`, () => {
    test("every kind of page", async () => {
      const { page, visit, close } = await reader.open("about/", { ...look, bypassCSP: true });
      // A lesson has a test of its own.
      for (const route of ROUTES.filter((route) => route !== LESSON)) {
        await visit(route);
        if (await page.locator(".console").count()) await answering(page);
        const where = route || "the front page";
        await assertAccessible(page, where);
        await assertNoSidewaysScroll(page, where);
        await assertEasyTargets(page, where);
      }
      await close();
    });

    test("a lesson with everything opened and used", async () => {
      const { page, close } = await reader.open(LESSON, { ...look, bypassCSP: true });
      await answering(page);
      await openDock(page);
      await useEverything(page);
      await assertAccessible(page, "the lesson");
      await assertNoSidewaysScroll(page, "the lesson");
      await assertEasyTargets(page, "the lesson");
      await close();
    });

    test("the playground with clients, keys and a key opened", async () => {
      const { page, close } = await reader.open("playground/", { ...look, bypassCSP: true });
      await answering(page);
      await type(page, "ZADD board 1 ada 2 bo");
      await type(page, "SET a 1 EX 60");
      await type(page, "A> BLPOP queue 0");
      if (!(await page.locator(".key-button").first().isVisible())) await page.locator("#tab-keys").click();
      await page.locator(".key-button", { hasText: "board" }).click();
      await page.locator(".keys-panel .visualiser .picture-head").first().waitFor();
      await assertAccessible(page, "the playground");
      await assertNoSidewaysScroll(page, "the playground");
      await close();
    });

    test("the list of keys", async () => {
      const { page, close } = await reader.open("about/", { ...look, bypassCSP: true });
      await page.keyboard.press("?");
      await page.locator("dialog#keys").waitFor();
      await assertAccessible(page, "the list of keys");
      await close();
    });
  });
}

test("nothing moves while a page becomes live", async () => {
  for (const viewport of [NARROW, WIDE]) {
    const { page, visit, close } = await reader.open("about/", { viewport }, (page) =>
      page.addInitScript(() => {
        window.shift = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
        }).observe({ type: "layout-shift", buffered: true });
      }),
    );
    for (const path of [LESSON, "", "lessons/", "playground/"]) {
      await visit(path);
      await answering(page);
      const shift = await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(window.shift), 100))));
      assert.ok(shift < 0.02, `${path || "the front page"} moves by ${shift} at ${viewport.width} px`);
    }
    await close();
  }
});

describe("without JavaScript", () => {
  const PLAIN = { javaScriptEnabled: false };

  test("a lesson's text, replies, hints, solutions and answers can be read", async () => {
    const { page, close } = await reader.open(LESSON, PLAIN);
    const { blocks, exercises, quizzes } = await dataOf(page);
    for (const details of await page.locator("main details").all()) {
      const summary = details.locator("summary").first();
      const closed = (await details.getAttribute("open")) === null;
      if (closed && (await summary.isVisible())) await summary.click();
    }
    const text = (await page.locator("main").innerText()).replace(/\s+/g, " ");
    const has = (what) => assert.ok(text.includes(what.replace(/\s+/g, " ").trim()), `not to be read: ${what}`);
    for (const { content } of blocks) {
      for (const { action, reply } of content.Redis?.steps ?? []) {
        if (action.Run) has(action.Run.text);
        for (const { Text } of reply) if (Text) has(Text);
      }
    }
    for (const { goal, hints, solution, why } of exercises) {
      for (const { text } of [goal, ...hints, ...why]) has(text.replace(/`/g, ""));
      for (const { action } of solution) has(action.Run.text);
    }
    for (const { question, choices } of quizzes) {
      has(question.text.replace(/`/g, ""));
      for (const { text, reason } of choices) [text, reason].forEach((one) => has(one.text.replace(/`/g, "")));
    }
    assert.equal(await page.locator("main button:visible").count(), 0, "a button that does nothing");
    await close();
  });

  for (const viewport of [NARROW, WIDE]) {
    test(`every page has its heading and its way on, at ${viewport.width} px`, async () => {
      for (const route of ROUTES) {
        const { page, close } = await reader.open(route, { ...PLAIN, viewport });
        assert.ok(await page.locator("h1").isVisible(), route);
        assert.equal(await page.locator("button:visible").count(), 0, `${route} has a button that does nothing`);
        assert.ok(await page.locator("a[href]:visible").count(), route);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${route} scrolls sideways by ${wide} px`);
        await close();
      }
    });
  }
});

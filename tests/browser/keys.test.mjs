// The keyboard alone: every control is reached and left, the focus is seen, single keys do what their list says.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { answering, LESSON, NARROW, readers, run } from "./reader.mjs";

const reader = readers();

/** The focused element as the test names it, and whether its focus can be seen. */
const focus = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (element === document.body || element === document.documentElement) return null;
    window.visited ??= new Set();
    window.visited.add(element);
    const style = getComputedStyle(element);
    const { width, height } = element.getBoundingClientRect();
    const drawn = [element, ...element.querySelectorAll("*"), element.parentElement, element.parentElement.parentElement].some(
      (one) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
        return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2) || boxShadow !== "none";
      },
    );
    return {
      name: `${element.tagName.toLowerCase()}.${element.className} ${(element.getAttribute("aria-label") ?? element.innerText ?? "").slice(0, 30)}`,
      seen: width > 0 && height > 0 && style.visibility === "visible" && drawn,
    };
  });

/** Presses Tab until the focus leaves the page; what was visited, in order. */
async function walk(page, key = "Tab") {
  const visited = [];
  for (let step = 0; step < 400; step++) {
    await page.keyboard.press(key);
    const here = await focus(page);
    if (!here) return visited;
    if (visited.at(-1)?.name === here.name && visited.at(-2)?.name === here.name) break;
    visited.push(here);
  }
  throw new Error(`Tab does not leave: ${visited.slice(-4).map(({ name }) => name).join(" | ")}`);
}

/** Controls that the walk should have come to and did not. */
const missed = (page) =>
  page.evaluate(() => {
    const all = document.querySelectorAll("a[href], button, input, textarea, select, summary, [tabindex='0']");
    const reachable = [...all].filter((element) => {
      if (!element.checkVisibility({ visibilityProperty: true }) || element.disabled || element.tabIndex < 0) return false;
      // Of a group of radio buttons one is reached; arrows lead to the others.
      if (element.type === "radio") return element === document.querySelector(`input[name="${element.name}"]`);
      return true;
    });
    return reachable.filter((element) => !window.visited.has(element)).map((element) => element.outerHTML.slice(0, 140));
  });

describe("Tab", () => {
  for (const [path, viewport] of [[LESSON, undefined], [LESSON, NARROW], ["playground/", undefined], ["about/", undefined], ["", NARROW]]) {
    test(`reaches every control of ${path || "the front page"}${viewport ? ", narrow," : ""} and leaves it`, async () => {
      const { page, close } = await reader.open(path, viewport ? { viewport } : {});
      if (path !== "about/") await answering(page);
      if (path === LESSON) await run(page, 0);
      await page.evaluate(() => {
        document.activeElement.blur();
        getSelection().removeAllRanges();
        scrollTo(0, 0);
      });
      // From the top of the document, wherever a click had left the browser.
      await page.evaluate(() => {
        const top = document.createElement("span");
        top.tabIndex = -1;
        document.body.prepend(top);
        top.focus();
        top.remove();
      });
      const visited = await walk(page);
      assert.deepEqual(await missed(page), [], "not reached by Tab");
      const hidden = visited.filter(({ seen }) => !seen).map(({ name }) => name);
      assert.deepEqual(hidden, [], "focused, but nothing shows it");
      await close();
    });
  }
});

describe("skip links", () => {
  const active = (page) => page.evaluate(() => document.activeElement.closest("main, aside")?.id ?? document.activeElement.className);

  test("lead to the text, to the console, and back", async () => {
    const { page, close } = await reader.open(LESSON);
    await answering(page);
    await page.keyboard.press("Tab");
    const skip = page.locator(".skip:focus");
    assert.match(await skip.innerText(), /Skip to the text/);
    const { y } = await skip.boundingBox();
    assert.ok(y >= 0, "a focused skip link is on the screen");
    await page.keyboard.press("Enter");
    assert.equal(await active(page), "main");
    await visitTop(page);
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    assert.match(await page.locator(".skip:focus").innerText(), /Skip to the console/);
    await page.keyboard.press("Enter");
    assert.equal(await active(page), "dock");
    const back = page.locator(".skip.back");
    await back.focus();
    await page.keyboard.press("Enter");
    assert.equal(await active(page), "main");
    await close();
  });

  const visitTop = async (page) => {
    await page.reload();
    await page.waitForSelector("html[data-ready]");
  };
});

describe("single keys", () => {
  test("? lists them; Escape closes the list and the focus returns", async () => {
    const { page, close } = await reader.open(LESSON);
    const button = page.getByRole("button", { name: "Keyboard shortcuts" });
    await button.focus();
    await page.keyboard.press("?");
    const list = page.locator("dialog#keys");
    assert.ok(await list.isVisible());
    assert.match(await list.innerText(), /Next lesson/);
    await page.keyboard.press("Escape");
    assert.ok(!(await list.isVisible()));
    assert.ok(await button.evaluate((element) => element === document.activeElement));
    await close();
  });

  test("/ goes to the console, also where it is a closed drawer; Escape leaves it", async () => {
    for (const viewport of [undefined, NARROW]) {
      const { page, close } = await reader.open(LESSON, viewport ? { viewport } : {});
      await page.keyboard.press("/");
      const input = page.locator(".console-input");
      assert.ok(await input.evaluate((element) => element === document.activeElement));
      await page.waitForFunction(() => {
        const { top, bottom } = document.querySelector(".console-input").getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
      });
      assert.equal(await input.inputValue(), "");
      await page.keyboard.type("?n");
      assert.equal(await input.inputValue(), "?n", "keys are letters while one writes");
      await page.keyboard.press("Escape");
      await page.keyboard.press("Escape");
      assert.ok(await input.evaluate((element) => element !== document.activeElement));
      await close();
    }
  });

  test("n and p go to the next and the previous lesson", async () => {
    const { page, close } = await reader.open(LESSON);
    const next = await page.locator("a[rel=next]").evaluate((link) => link.href);
    await page.keyboard.press("n");
    await page.waitForURL(next);
    await page.waitForSelector("html[data-ready]");
    await page.keyboard.press("p");
    await page.waitForURL(/strings\/$/);
    await close();
  });

  test("Ctrl+Enter runs the block one is in", async () => {
    const { page, close } = await reader.open(LESSON);
    await page.locator("#block-0 pre").focus();
    await page.keyboard.press("Control+Enter");
    await page.waitForSelector('#block-0[data-state="ran"]');
    await close();
  });

  test("Escape closes the list of lessons and the session's menu, and the focus returns", async () => {
    const { page, close } = await reader.open(LESSON, { viewport: NARROW });
    const lessons = page.getByRole("button", { name: "Lessons" });
    await lessons.click();
    assert.equal(await lessons.getAttribute("aria-expanded"), "true");
    await page.keyboard.press("Escape");
    assert.equal(await lessons.getAttribute("aria-expanded"), "false");
    assert.ok(await lessons.evaluate((element) => element === document.activeElement));
    await page.setViewportSize({ width: 1440, height: 900 });
    const menu = page.getByRole("button", { name: "Session" });
    await menu.click();
    await page.getByRole("button", { name: "Copy as Markdown" }).focus();
    await page.keyboard.press("Escape");
    assert.equal(await menu.getAttribute("aria-expanded"), "false");
    assert.ok(await menu.evaluate((element) => element === document.activeElement));
    await close();
  });
});

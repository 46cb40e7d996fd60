// What a reader does inside a lesson's text: edits and runs blocks, solves exercises, answers quizzes.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { dataOf, LESSON, log, readers, run, stored, type, typed } from "./reader.mjs";

const reader = readers();

describe("a block", () => {
  test("runs those above it first, and says which did", async () => {
    const { page, close } = await reader.open(LESSON);
    await run(page, 2);
    const states = await page.$$eval("[data-block][data-state]", (all) => all.slice(0, 4).map((block) => block.dataset.state));
    assert.deepEqual(states, ["restored", "restored", "ran", "unrun"]);
    await close();
  });

  test("shows its replies under its commands and in the console", async () => {
    const { page, close } = await reader.open(LESSON);
    await run(page, 0);
    const commands = await page.locator("#block-0 .line.cmd").count();
    assert.equal(await page.locator(".log .entry .line.cmd").count(), commands);
    assert.ok((await page.locator("#block-0 .reply").count()) >= commands);
    await close();
  });

  test("is edited, runs as edited, survives a reload and is reset to what was printed", async () => {
    const { page, visit, close } = await reader.open(LESSON);
    const printed = await page.locator("#block-0 code").innerText();
    await page.hover("#block-0");
    await page.click("#block-0 .block-tools button:has-text('Edit')");
    await page.fill("#block-0 textarea", "SET mine 1\nGET mine");
    await page.press("#block-0 textarea", "Control+Enter");
    await page.waitForSelector('#block-0[data-state="ran"][data-edited="yes"]');
    assert.match(await page.locator("#block-0 code").innerText(), /SET mine 1\s+OK\s+> GET mine\s+"1"/);
    await visit(LESSON);
    await page.waitForSelector('#block-0[data-edited="yes"][data-state="restored"]');
    assert.match(await log(page), /Restored from .*: 1 step replayed/);
    await page.click("#block-0 .block-tools button:has-text('Reset')");
    await page.waitForSelector('#block-0[data-edited="no"]');
    assert.equal(await page.locator("#block-0 code").innerText(), printed);
    await close();
  });

  test("with a line nobody can read runs nothing after it and names the line", async () => {
    const { page, close } = await reader.open(LESSON);
    await page.hover("#block-0");
    await page.click("#block-0 .block-tools button:has-text('Edit')");
    await page.fill("#block-0 textarea", "SET mine 1\n+ soon");
    await page.press("#block-0 textarea", "Control+Enter");
    await page.waitForSelector('#block-0[data-state="ran"]');
    assert.match(await page.locator("#block-0").innerText(), /Line 2 cannot be read: .+/);
    await close();
  });
});

describe("a block in which several clients speak", () => {
  const INTERLEAVED = "lessons/optimistic-locking/";
  const button = (page, step) => page.locator(`#block-0 .step-button[aria-label*="step ${step} of"]`);

  test("runs one step at a time, with the console free in between", async () => {
    const { page, complaints, close } = await reader.open(INTERLEAVED);
    const { blocks } = await dataOf(page);
    const count = blocks[0].content.Redis.steps.length;
    await button(page, 1).click();
    await button(page, 2).waitFor();
    assert.equal(await page.locator("#block-0 .coming").count(), count - 1);
    // The reader steps in between two of the program's steps.
    await type(page, "SET tickets:81 7");
    for (let step = 2; step < count; step++) {
      await button(page, step).click();
      await button(page, step + 1).waitFor();
    }
    assert.match(await page.locator("#block-0 code").innerText(), /ada> GET tickets:81\s+"7"/);
    await button(page, count).click();
    await page.waitForSelector('#block-0[data-state="ran"]');
    assert.equal(await page.locator("#block-0 .coming").count(), 0);
    await button(page, 1).waitFor();
    assert.deepEqual(complaints, []);
    await close();
  });

  test("is restored as far as it was stepped", async () => {
    const { page, visit, close } = await reader.open(INTERLEAVED);
    await button(page, 1).click();
    await button(page, 2).waitFor();
    await visit(INTERLEAVED);
    await page.waitForSelector('#block-0[data-state="restored"]');
    assert.match(await log(page), /1 step replayed/);
    await close();
  });
});

describe("an exercise", () => {
  test("says what an empty and a wrong answer lack, passes with its solution and tells why", async () => {
    const { page, close } = await reader.open(LESSON);
    const { exercises } = await dataOf(page);
    const section = page.locator("#exercise-0");
    const check = section.getByRole("button", { name: "Check" });
    await check.click();
    assert.match(await section.locator(".verdict").innerText(), /Type at least one command/);

    await section.locator("textarea").fill("PING");
    await check.click();
    const failed = section.locator(".failed-check");
    await failed.waitFor();
    const [first] = exercises[0].checks;
    const words = await failed.innerText();
    assert.ok(words.includes(first.action.Run.text), `names the command that failed: ${words}`);
    assert.ok(words.includes(first.reply[0].Text), `names what was expected: ${words}`);
    assert.match(words, /actual[\s\S]*\(nil\)/, "names what was found");
    assert.equal(await section.locator(".why").count(), 0, "the why comes with success only");

    await section.locator("textarea").fill(typed(exercises[0].solution));
    await section.locator("textarea").press("Control+Enter");
    await section.locator(".passed").waitFor();
    assert.match(await section.locator(".solved-mark").innerText(), /Solved in \d+ command/);
    assert.match(await section.locator(".why").innerText(), /\w+ \w+/);
    assert.equal(Object.keys((await stored(page, "lesson:strings")).solved).length, 1);
    await close();
  });

  test("opens its hints one by one, then puts the solution in without running it", async () => {
    const { page, close } = await reader.open(LESSON);
    const section = page.locator("#exercise-0");
    const { hints } = (await dataOf(page)).exercises[0];
    for (let at = 1; at <= hints.length; at++) {
      assert.equal(await section.getByRole("button", { name: "Put the solution in" }).count(), 0);
      await section.getByRole("button", { name: `Hint ${at} of ${hints.length}` }).click();
      assert.equal(await section.locator(".hints li").count(), at);
    }
    await section.getByRole("button", { name: "Put the solution in" }).click();
    assert.notEqual(await section.locator("textarea").inputValue(), "");
    assert.equal(await section.locator(".passed, .failed").count(), 0);
    await close();
  });

  test("does not touch the page's own server", async () => {
    const { page, close } = await reader.open(LESSON);
    const { exercises } = await dataOf(page);
    await page.locator("#exercise-0 textarea").fill(typed(exercises[0].solution));
    await page.press("#exercise-0 textarea", "Control+Enter");
    await page.locator("#exercise-0 .passed").waitFor();
    assert.equal(await page.locator(".log .entry .line.cmd").count(), 0);
    assert.match(await page.locator(".facts-line").innerText(), /^0 keys/);
    await close();
  });
});

describe("a quiz", () => {
  test("gives the reason of each choice, and a proof once it is right", async () => {
    const { page, visit, close } = await reader.open(LESSON);
    const { choices } = (await dataOf(page)).quizzes[0];
    const quiz = page.locator("#quiz-0");
    const right = choices.findIndex((choice) => choice.right);
    const wrong = choices.findIndex((choice) => !choice.right);
    const prove = quiz.getByRole("button", { name: "Let the server prove it" });

    await quiz.locator("input").nth(wrong).check();
    const reason = quiz.locator(".choice").nth(wrong).locator(".reason");
    assert.match(await reason.innerText(), /No: \S+ \S+/);
    assert.equal(await prove.count(), 0, "no proof for a wrong answer");

    await quiz.locator("input").nth(right).check();
    assert.match(await quiz.locator(".choice").nth(right).innerText(), /Right: \S+ \S+/);
    assert.equal(await reason.innerText(), "");
    await prove.click();
    await quiz.locator(".proof pre .reply").first().waitFor();
    assert.equal(await quiz.locator(".proof .error").count(), 0);

    await visit(LESSON);
    assert.ok(await page.locator("#quiz-0 input").nth(right).isChecked(), "the answer is kept");
    await close();
  });
});

test("a lesson whose tasks are all solved is done, and the course shows it", async () => {
  const { page, visit, close } = await reader.open(LESSON);
  const { exercises, quizzes } = await dataOf(page);
  for (const [at, { choices }] of quizzes.entries()) {
    await page.locator(`#quiz-${at} input`).nth(choices.findIndex((choice) => choice.right)).check();
  }
  for (const [at, { solution }] of exercises.entries()) {
    await page.locator(`#exercise-${at} textarea`).fill(typed(solution));
    await page.locator(`#exercise-${at} .main-action`).click();
    await page.locator(`#exercise-${at} .passed`).waitFor();
  }
  await page.waitForFunction(() => /Done/.test(document.querySelector(".lesson-head .facts").innerText));
  await visit("lessons/");
  assert.equal(await page.locator('main [data-lesson="strings"][data-done]').count(), 1);
  assert.match(await page.locator(".course-count").innerText(), /^1\/42/);
  await page.getByRole("link", { name: "Certificate of what you have solved" }).click();
  const row = page.locator('[data-certified="strings"] .result', { hasText: "complete" });
  await row.waitFor();
  assert.ok((await row.innerText()).startsWith(`${exercises.length} of ${exercises.length} exercises, complete on `));
  await page.getByLabel("Name on the certificate").fill("Ada Lovelace");
  assert.equal(await page.locator(".certificate-holder").innerText(), "Ada Lovelace");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("[data-certified]:visible").count(), 1, "only what was solved is printed");
  await close();
});

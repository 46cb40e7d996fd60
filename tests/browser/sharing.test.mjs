// Links: a session and a block travel in an address; a broken one is a sentence; the reader's own things stay.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { answering, LESSON, log, readers, run, says, type } from "./reader.mjs";

const reader = readers();
const CLIPBOARD = { permissions: ["clipboard-read", "clipboard-write"] };
const copied = (page) => page.evaluate(() => navigator.clipboard.readText());
const storage = (page) => page.evaluate(() => JSON.stringify(Object.entries(localStorage).sort()));

/** One link of each version that was ever published. They must open forever: add, never change. */
const PUBLISHED = {
  "1, raw": "#s=10.imcWBGxlc3NvbjpzdHJpbmdzCj4gU0VUIGNhcnQ6NyBib29rIEVYIDYwCmFkYT4gR0VUIGNhcnQ6NworIDQ1MDAwCj4gVFRMIGNhcnQ6Nw",
  "1, deflated": "#s=11.imcWBMtJLS7Oz7MqLinKzEsv5rJTCHYNUUhOLCqxMldIys_PVnCNUDAz4EpMSbRTcIdLcWkrmJgaGBhw2SmEhPhABQE",
};

/** A link as the site of today writes it, from its text. */
function linkOf(body, { checksum = adler32(body), pack = (bytes) => bytes, codec = 0 } = {}) {
  const bytes = Buffer.concat([checksum, pack(Buffer.from(body))]);
  return `#s=1${codec}.${bytes.toString("base64url")}`;
}

function adler32(text) {
  let [low, high] = [1, 0];
  for (const byte of Buffer.from(text)) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(high * 65536 + low);
  return sum;
}

describe("a shared session", () => {
  test("opens in a stranger's browser, runs, and leaves a clean address", async () => {
    const own = await reader.open(LESSON, CLIPBOARD);
    await answering(own.page);
    await run(own.page, 0);
    await type(own.page, 'SET shared "a <b> & c"');
    await type(own.page, "ada> GET shared");
    await type(own.page, "+ 45s");
    await own.page.getByRole("button", { name: "Session" }).click();
    await own.page.getByRole("button", { name: "Copy a link to this session" }).click();
    assert.match(await own.page.locator(".said").innerText(), /Copied a link with \d+ commands/);
    const link = await copied(own.page);
    assert.match(link, /\/repo\/s\/#s=1[01]\.[\w-]+$/);
    await own.close();

    const { page, complaints, close } = await reader.open("about/");
    await page.goto(link);
    await says(page, ".log", /GET shared[\s\S]*"a <b> & c"[\s\S]*\+ 45 ?s/);
    assert.match(await page.locator("main .lede").innerText(), /Shared: \d+ commands, from the lesson “strings”/);
    assert.equal(new URL(page.url()).hash, "");
    assert.equal(await page.locator(".log b").count(), 0, "what a link carries never becomes markup");
    assert.deepEqual(complaints, []);
    await close();
  });

  test("touches nothing of the reader's own", async () => {
    const { page, visit, close } = await reader.open(LESSON);
    await answering(page);
    await type(page, "SET mine 1");
    await page.locator("#quiz-0 input").first().check();
    const before = await storage(page);
    await visit(`s/${linkOf("\n> SET theirs 1\n> FLUSHALL")}`);
    await says(page, ".log", /FLUSHALL\s+OK/);
    assert.equal(await storage(page), before);
    await visit(LESSON);
    await says(page, ".log", /Restored from/);
    await type(page, "GET mine");
    await says(page, ".log", /GET mine\s+"1"/);
    await close();
  });

  for (const [version, fragment] of Object.entries(PUBLISHED)) {
    test(`of version ${version} still opens`, async () => {
      const { page, close } = await reader.open(`s/${fragment}`);
      await says(page, ".log", /SET cart:7 book EX 60\s+OK[\s\S]*GET cart:7\s+"book"[\s\S]*TTL cart:7\s+\(integer\) 15/);
      await close();
    });
  }

  test("opens although a chat program encoded it and put a full stop behind it", async () => {
    const fragment = linkOf("\n> SET a 1").replace("=", "%3D");
    const { page, close } = await reader.open(`s/${fragment}).`);
    await says(page, ".log", /SET a 1\s+OK/);
    await close();
  });
});

describe("a link that cannot be opened is a sentence and an empty console", () => {
  const good = linkOf("\n> SET a 1\n> GET a");
  const cases = {
    "cut off": [good.slice(0, -3), /incomplete or was changed/],
    "changed on its way": [linkOf("\n> SET a 1", { checksum: Buffer.from([1, 2, 3, 4]) }), /incomplete or was changed/],
    "of a later version": ["#s=71.AAAA", /later version/],
    "foreign": ["#nonsense", /no shared session/],
    "too long": [linkOf(`${"\n> SET a 1".repeat(7_000)}`), /more than 64 KB/],
    "a bomb": [linkOf(`\n> SET a ${"x".repeat(3_000_000)}`, { pack: deflateRawSync, codec: 1 }), /more than 64 KB/],
    "of too many commands": [linkOf(`${"\n> GET a".repeat(1_001)}`, { pack: deflateRawSync, codec: 1 }), /more than 1000 commands/],
    "of what nobody wrote": [linkOf("\nrm -rf /"), /incomplete or was changed/],
  };
  for (const [what, [fragment, sentence]] of Object.entries(cases)) {
    test(what, async () => {
      const { page, complaints, close } = await reader.open(`s/${fragment}`);
      assert.match(await page.locator("main .lede").innerText(), sentence);
      await answering(page);
      assert.equal(await page.locator(".log .entry").count(), 0);
      await type(page, "PING");
      await says(page, ".log", /PONG/);
      assert.deepEqual(complaints, []);
      await close();
    });
  }
});

test("a link to a block leads to it", async () => {
  const { page, close } = await reader.open(LESSON, CLIPBOARD);
  await page.hover("#block-3");
  await page.locator("#block-3").getByRole("button", { name: "Copy link" }).click();
  const link = await copied(page);
  assert.match(link, /lessons\/strings\/#block-3$/);
  const other = await page.context().newPage();
  await other.goto(link);
  await other.waitForFunction(() => {
    const { top } = document.querySelector("#block-3").getBoundingClientRect();
    return top >= 0 && top < innerHeight;
  });
  await close();
});

test("a session is copied as a script and as Markdown too", async () => {
  const { page, close } = await reader.open("playground/", CLIPBOARD);
  await answering(page);
  await type(page, "SET a 'it''s'");
  await type(page, "SET b 1");
  await page.getByRole("button", { name: "Session" }).click();
  await page.getByRole("button", { name: "Copy as redis-cli script" }).click();
  assert.match(await copied(page), /SET b 1/);
  await page.getByRole("button", { name: "Copy as Markdown" }).click();
  assert.match(await copied(page), /```[\s\S]*SET b 1\nOK[\s\S]*```/);
  await close();
});

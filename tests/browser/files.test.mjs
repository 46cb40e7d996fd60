// The files of the page's server: downloaded, and loaded from the reader's own.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { hasOracle, startOracle } from "./oracle.mjs";
import { answering, assertAccessible, assertNoSidewaysScroll, LESSON, log, NARROW, readers, reply, says, stored, type, WIDE } from "./reader.mjs";

const reader = readers();
const STATUS = ".files-panel [role=status]";
const oracles = { skip: !hasOracle && "there is no real server for this system" };

async function open(path = "playground/", options = {}) {
  const opened = await reader.open(path, options);
  await answering(opened.page);
  await opened.page.click("#tab-files");
  return opened;
}

const file = (name, buffer) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(buffer) });

async function load(page, files, said) {
  await page.setInputFiles(".files-panel input", files);
  await says(page, STATUS, said);
}

async function download(page, name) {
  const [taken] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: `Download ${name}` }).click(),
  ]);
  assert.equal(taken.suggestedFilename(), name);
  return readFileSync(await taken.path());
}

/** A dump of the page's own server. */
async function dumpOf(page, ...lines) {
  for (const line of [...lines, "SAVE"]) await type(page, line);
  return download(page, "dump.rdb");
}

describe("files of one server read by the other", oracles, () => {
  test("the real server starts from a downloaded dump", async () => {
    const { page, complaints, close } = await open();
    assert.match(await page.locator(".files-panel").innerText(), /No files yet/);
    const lines = ["SET s hello", "EXPIRE s 946080000", "RPUSH l a b", "ZADD z 1.5 m", "XADD x 1-1 f v", "HSET h f v", "SELECT 2", "SADD t 1 2 3"];
    const dump = await dumpOf(page, ...lines);
    const oracle = await startOracle({ "dump.rdb": dump });
    assert.equal(await oracle.ask("DBSIZE"), ":5");
    assert.equal(await oracle.ask("TYPE x"), "+stream");
    assert.equal(await oracle.ask("LRANGE l 0 -1"), "*2\r\n$1\r\na\r\n$1\r\nb");
    assert.equal(await oracle.ask("PEXPIRETIME s"), `:${Date.UTC(2026, 0, 1) + 946080000_000}`);
    await oracle.ask("SELECT 2");
    assert.equal(await oracle.ask("SCARD t"), ":3");
    await oracle.stop();
    assert.deepEqual(complaints, []);
    await close();
  });

  test("a dump of the real server is dropped on the dock", async () => {
    const oracle = await startOracle();
    for (const line of ["SET s hello EX 100", "RPUSH l a b", "ZADD z 1.5 m", "XADD x 1-1 f v", "SADD t 1", "SELECT 2", "HSET h f v"]) await oracle.ask(line);
    await oracle.ask("SAVE");
    const bytes = oracle.read("dump.rdb");
    await oracle.stop();
    const { page, complaints, close } = await open();
    await page.click("#tab-keys");
    const carried = await page.evaluateHandle((bytes) => {
      const carried = new DataTransfer();
      carried.items.add(new File([new Uint8Array(bytes)], "backup.rdb"));
      return carried;
    }, [...bytes]);
    await page.dispatchEvent(".machine", "dragover", { dataTransfer: carried });
    await page.locator(".files-panel .load").waitFor();
    await page.dispatchEvent(".machine", "drop", { dataTransfer: carried });
    await says(page, STATUS, /began anew with backup\.rdb: 6 keys in 2 databases/);
    await page.click("#tab-keys");
    await says(page, ".keys-table", /z\s+zset/);
    const table = await page.locator(".keys-panel .keys-table").innerText();
    for (const row of [/l\s+list/, /s\s+string\s+embstr\s+1 min (39|40) s/, /t\s+set\s+intset/, /x\s+stream/]) assert.match(table, row);
    assert.deepEqual(complaints, []);
    await close();
  });

  test("an append-only folder goes on in the page, and back", async () => {
    const oracle = await startOracle({}, ["--appendonly", "yes"]);
    for (const line of ["SET a 1", "INCR a", "RPUSH l x"]) await oracle.ask(line);
    const files = oracle.list("appendonlydir").map((name) => file(name, oracle.read(`appendonlydir/${name}`)));
    await oracle.stop();
    const { page, close } = await open();
    await load(page, files, /2 keys in 1 database/);
    assert.equal(await reply(page, "INCR a"), "(integer) 3");
    const added = await download(page, "appendonly.aof.1.incr.aof");
    const back = await startOracle({ "appendonly.aof": added }, ["--appendonly", "yes"]);
    assert.equal(await back.ask("GET a"), "$1\r\n3");
    await back.stop();
    await close();
  });
});

describe("what cannot be loaded", () => {
  test("is said with the engine's reason; the data that was there stays", async () => {
    const { page, complaints, close } = await open();
    const dump = await dumpOf(page, "SET mine 1", "RPUSH l a b c");
    const refused = [
      [[file("cut.rdb", dump.subarray(0, dump.length - 12))], /Not loaded: .*damaged or cut off at byte \d+.*is kept/],
      [[file("cat.png", "\x89PNG")], /Not loaded: .*does not begin as an RDB file does/],
      [[file("a.aof", "hello\r\n")], /Not loaded: Bad file format/],
      [[file("a.rdb", dump), file("b.rdb", dump)], /Not loaded: several files belong together only with their manifest/],
    ];
    for (const [files, said] of refused) {
      await load(page, files, said);
      assert.equal(await reply(page, "GET mine"), '"1"');
    }
    assert.equal((await stored(page, "playground")).log.length, 3 + refused.length);
    assert.deepEqual(complaints, []);
    await close();
  });

  test("an append-only file that is cut off is loaded as far as it goes", async () => {
    const { page, close } = await open();
    const text = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n";
    await load(page, [file("appendonly.aof", `${text}*3\r\n$3\r\nSE`)], /1 key in 1 database\..*Truncating the AOF/);
    assert.equal(await reply(page, "GET a"), '"1"');
    await close();
  });
});

describe("a session that began with files", () => {
  async function begun() {
    const opened = await open(LESSON);
    const dump = await dumpOf(opened.page, "SET a 1 EX 1000", "+ 10s");
    await load(opened.page, [file("my.rdb", dump)], /my\.rdb: 1 key in 1 database/);
    await opened.page.click("#tab-console");
    await type(opened.page, "INCR a");
    return opened;
  }

  test("is there again after a reload, without what was before", async () => {
    const { page, visit, complaints, close } = await begun();
    assert.deepEqual((await stored(page, "lesson:strings")).log[0], { Load: { names: ["my.rdb"] } });
    await visit(LESSON);
    await says(page, ".log", /Restored from .*: 2 steps replayed/);
    assert.equal(await reply(page, "GET a"), '"2"');
    assert.match(await reply(page, "TTL a"), /990/);
    assert.deepEqual(complaints, []);
    await close();
  });

  test("says so when the browser lost the files, and when it is to be shared", async () => {
    const { page, visit, close } = await begun();
    await page.click("#session-menu-button");
    await page.getByRole("button", { name: "Copy a link" }).click();
    await says(page, "#session-menu", /began with files \(my\.rdb\), which a link cannot carry/);
    await page.evaluate(async () => Promise.all((await caches.keys()).map((name) => caches.delete(name))));
    await visit(LESSON);
    await says(page, ".log", /does not have any more \(my\.rdb\)/);
    assert.equal(await reply(page, "GET a"), "(nil)");
    assert.doesNotMatch(await log(page), /Restored/);
    await close();
  });

  test("is made again with them when the worker dies", async () => {
    const { page, close } = await reader.open("playground/", {}, (page) =>
      page.addInitScript(() => {
        const Real = Worker;
        window.Worker = class extends Real {
          constructor(...options) {
            super(...options);
            window.worker = this;
          }
        };
      }),
    );
    await answering(page);
    await page.click("#tab-files");
    await load(page, [file("my.rdb", await dumpOf(page, "SET a 1"))], /1 key/);
    await type(page, "INCR a");
    await page.evaluate(() => window.worker.dispatchEvent(new ErrorEvent("error", { message: "gone" })));
    await says(page, ".log", /made again from its log \(2 entries\)/);
    assert.equal(await reply(page, "GET a"), '"2"');
    await close();
  });

  test("leaves nothing behind when the server is started over", async () => {
    const { page, close } = await begun();
    await page.click("#session-menu-button");
    await page.getByRole("button", { name: "Start the server over" }).click();
    await says(page, ".log", /begins anew/);
    await page.waitForFunction(async () => !(await caches.keys()).some((name) => name.includes("files")));
    assert.equal(await reply(page, "EXISTS a"), "(integer) 0");
    await close();
  });
});

describe("the pane", () => {
  for (const viewport of [NARROW, { width: 768, height: 1024 }, WIDE]) {
    test(`is accessible and fits at ${viewport.width} px`, async () => {
      const { page, close } = await reader.open(LESSON, { viewport, bypassCSP: true });
      const toggle = page.locator(".dock-toggle");
      if (await toggle.isVisible()) await toggle.click();
      await answering(page);
      for (const line of ["CONFIG SET appendonly yes", "SET a 1", "SAVE"]) await type(page, line);
      await page.locator("#tab-console").focus();
      await page.keyboard.press("ArrowLeft");
      assert.equal(await page.evaluate(() => document.activeElement.id), "tab-files");
      await page.locator(".files-panel tbody tr").nth(3).waitFor();
      await load(page, [file("cat.png", "\x89PNG")], /Not loaded/);
      await assertAccessible(page, "the files");
      await assertNoSidewaysScroll(page, "the files");
      await close();
    });
  }
});

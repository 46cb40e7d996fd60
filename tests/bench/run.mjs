// Started by `cargo xtask bench`: measures engines in this Node and in Chromium, or the memory of data sets, and
// prints JSON, one result a line. BENCH is the folder with what was built and installed.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { clock, ioredisMock, kevy, measure, ours } from "./engines.mjs";

const folder = process.env.BENCH;
const say = (result) => console.log(JSON.stringify(result));
const [, , what, ...rest] = process.argv;

const module = async (name) => WebAssembly.compile(await readFile(join(folder, name)));

async function measureInNode(lines) {
  const own = await ours(await module("engine.wasm"));
  say({ engine: "ours, bytes", lines: await measure(own.bytes, lines) });
  const again = await ours(await module("engine.wasm"));
  say({ engine: "ours, words", lines: await measure(again.words, lines) });
  const loader = await import(pathToFileURL(join(folder, "kevy.mjs")));
  const other = await kevy(await module("kevy.wasm"), loader);
  say({ engine: "kevy, bytes", lines: await measure(other.bytes, lines) });
  say({ engine: "kevy, words", lines: await measure(other.words, lines) });
  const Redis = createRequire(join(folder, "package.json"))("ioredis-mock");
  say({ engine: "ioredis-mock", lines: await measure(ioredisMock(Redis), lines) });
}

async function measureInChromium(lines) {
  const require = createRequire(new URL("../browser/package.json", import.meta.url));
  const { chromium } = require("playwright-core");
  const server = createServer(serve).listen(0, "127.0.0.1");
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
  });
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  for (const [engine, kind] of [["ours", "bytes"], ["ours", "words"], ["kevy", "bytes"], ["kevy", "words"]]) {
    const results = await page.evaluate(
      async ([engine, kind, lines]) => {
        const engines = await import("/engines.mjs");
        const name = engine === "ours" ? "engine" : "kevy";
        const module = await WebAssembly.compileStreaming(fetch(`/${name}.wasm`));
        const made = await engines[engine](module, engine === "kevy" && (await import("/kevy.mjs")));
        return engines.measure(made[kind], lines);
      },
      [engine, kind, lines],
    );
    say({ engine: `${engine}, ${kind}, Chromium`, lines: results });
  }
  say({ engine: "a million keys", lines: await page.evaluate(loadAMillionKeys) });
  await browser.close();
  server.close();
}

/** In the page: a million SETs through a worker, a thousand in a message; what the worker and the page felt of it. */
async function loadAMillionKeys() {
  const worker = new Worker("/worker.mjs", { type: "module" });
  const ask = (message, transfer) =>
    new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(message, transfer ?? []);
    });
  await ask("make the engine");
  let longestPause = 0;
  let last = performance.now();
  const heartbeat = setInterval(() => {
    longestPause = Math.max(longestPause, performance.now() - last);
    last = performance.now();
  }, 5);
  const [began, encoder] = [performance.now(), new TextEncoder()];
  let [longestMessage, memory] = [0, 0];
  for (let start = 0; start < 1_000_000; start += 1000) {
    let text = "";
    for (let at = start; at < start + 1000; at++) {
      const [key, value] = [`key:${at}`, `value:${at}`];
      text += `*3\r\n$3\r\nSET\r\n$${key.length}\r\n${key}\r\n$${value.length}\r\n${value}\r\n`;
    }
    const bytes = encoder.encode(text);
    const answer = await ask(bytes, [bytes.buffer]);
    if (answer.refusal) return { refusal: answer.refusal };
    longestMessage = Math.max(longestMessage, answer.took);
    memory = answer.memory;
  }
  clearInterval(heartbeat);
  worker.terminate();
  return { seconds: (performance.now() - began) / 1000, longestMessage, longestPause, megabytes: memory / 1e6 };
}

async function serve(request, response) {
  const path = request.url.slice(1);
  const types = { wasm: "application/wasm", mjs: "text/javascript" };
  const type = types[path.split(".").pop()] ?? "text/html";
  response.setHeader("content-type", type);
  if (path === "") return response.end("<!doctype html>");
  const from = ["engines.mjs", "worker.mjs"].includes(path) ? new URL(path, import.meta.url) : join(folder, path);
  readFile(from).then(
    (bytes) => response.end(bytes),
    () => response.writeHead(404).end(),
  );
}

/** Bytes by which the module's memory grew for each file of commands. */
async function measureMemory(files) {
  for (const file of files) {
    const engine = await ours(await module("engine.wasm"));
    engine.bytes.send(engine.bytes.prepare([["PING"]]));
    const before = engine.memory();
    const bytes = await readFile(file);
    const refusal = sendAll(engine, bytes);
    say({ file, bytes: engine.memory() - before, refusal });
  }
}

/** In pieces of half a megabyte, as a page would. */
function sendAll(engine, bytes) {
  const piece = 1 << 19;
  for (let at = 0; at < bytes.length; at += piece) {
    const refusal = engine.bytes.send(bytes.subarray(at, at + piece));
    if (refusal) return refusal;
  }
}

/** Milliseconds of a script, the best of several runs. */
async function measureScript(source, runs) {
  const engine = await ours(await module("engine.wasm"));
  const [flush, script] = [["FLUSHALL"], ["EVAL", source, "0"]].map((command) => engine.bytes.prepare([command]));
  let millis = Infinity;
  for (let run = 0; run < runs; run++) {
    engine.bytes.send(flush);
    const began = clock();
    const refusal = engine.bytes.send(script);
    if (refusal) return say({ refusal });
    millis = Math.min(millis, clock() - began);
  }
  say({ millis });
}

if (what === "script") await measureScript(rest[0], Number(rest[1]));
else if (what === "memory") await measureMemory(rest);
else if (what === "chromium") await measureInChromium(rest);
else await measureInNode(rest);
process.exit(0);

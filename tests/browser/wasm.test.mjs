// Scripts on the engine as WebAssembly, in Node: the recorded replies in slices of every size, and inputs that the fuzzer
// kept, which must neither trap nor go on for ever nor take more memory than a script may.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";

const ROOT = new URL("../../", import.meta.url);
const NOW = Date.UTC(2026, 0, 1);
/** As f64 this is more than any script takes. */
const UNLIMITED = 2 ** 63;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const compiled = readFile(join(process.env.BENCH, "engine.wasm")).then((bytes) => WebAssembly.compile(bytes));

/** One engine with one client. */
async function engine() {
  const { exports } = await WebAssembly.instantiate(await compiled, {});
  const output = (length) => Buffer.from(new Uint8Array(exports.memory.buffer, exports.output(), length));
  return {
    /** The reply on the wire; empty if the command is not answered yet. */
    send(...words) {
      const parts = words.flatMap((word) => {
        const bytes = typeof word === "string" ? encoder.encode(word) : word;
        return [Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")];
      });
      const bytes = Buffer.concat([Buffer.from(`*${words.length}\r\n`), ...parts]);
      const start = exports.input(bytes.length);
      new Uint8Array(exports.memory.buffer, start, bytes.length).set(bytes);
      return output(exports.run(bytes.length, NOW));
    },
    stop: () => output(exports.stop_script(NOW)),
    slice: (steps) => exports.set_slice(steps),
    memory: () => exports.memory.buffer.byteLength,
  };
}

/** A reply as `tests/vectors/scripts.jsonl` has it, and where it ends. */
function read(wire, at = 0) {
  const end = wire.indexOf("\r\n", at);
  const line = wire.subarray(at + 1, end);
  const next = end + 2;
  switch (String.fromCharCode(wire[at])) {
    case "+":
      return [{ ok: shown(line) }, next];
    case "-":
      return [{ err: shown(line) }, next];
    case ":":
      return [Number(line), next];
    case "$": {
      const length = Number(line);
      return length < 0 ? [null, next] : [shown(wire.subarray(next, next + length)), next + length + 2];
    }
    case "*": {
      if (Number(line) < 0) return [null, next];
      const items = [];
      let from = next;
      for (let left = Number(line); left > 0; left--) {
        const [item, rest] = read(wire, from);
        items.push(item);
        from = rest;
      }
      return [items, from];
    }
    default:
      throw new Error(`no reply: ${wire.subarray(at, at + 40)}`);
  }
}

function shown(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    return { hex: bytes.toString("hex") };
  }
}

const word = (json) => (typeof json === "string" ? encoder.encode(json) : Buffer.from(json.hex, "hex"));

describe("scripts in WebAssembly", () => {
  for (const slice of [1, 7, UNLIMITED]) {
    test(`reply as recorded, ${slice === UNLIMITED ? "in one piece" : `in slices of ${slice}`}`, async () => {
      const server = await engine();
      server.slice(slice);
      const lines = (await readFile(new URL("tests/vectors/scripts.jsonl", ROOT), "utf8")).trim().split("\n");
      assert.ok(lines.length > 400, "the recording is there");
      for (const line of lines) {
        const { script, keys, args, reply, id } = JSON.parse(line);
        server.send("FLUSHALL");
        const wire = server.send("EVAL", word(script), String(keys.length), ...keys.map(word), ...args.map(word));
        assert.deepEqual(read(wire)[0], reply, `${id}: ${script}`);
      }
    });
  }

  test("that the fuzzer kept end or can be stopped, within their memory", async () => {
    // What a machine may use, and as much again for what is made of it.
    const most = 2 * (256 << 20);
    const server = await engine();
    server.send("CONFIG", "SET", "busy-reply-threshold", "2");
    let count = 0;
    for (const folder of ["corpus/programs", "regressions/programs", "corpus/sources", "regressions/sources"]) {
      const path = new URL(`fuzz/${folder}/`, ROOT);
      for (const name of (await readdir(path)).sort()) {
        const bytes = await readFile(new URL(name, path));
        server.slice([1, 7, 100, 4096][bytes[0] % 4]);
        let wire = server.send("EVAL", folder.endsWith("programs") ? bytes.subarray(1) : bytes, "0");
        if (wire.length === 0) wire = server.stop();
        assert.notEqual(wire.length, 0, `${folder}/${name} ends`);
        assert.ok(server.memory() <= most, `${folder}/${name}: ${server.memory()} bytes`);
        count += 1;
      }
    }
    assert.ok(count > 20, "there are inputs");
    assert.equal(server.send("PING").toString(), "+PONG\r\n");
  });
});

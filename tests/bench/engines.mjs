// Engines in this JavaScript process, each behind the same two functions, and the lines they are measured with.
// Runs in Node and in a page. Pipelines hold 64 commands, as redis-benchmark's do.

const PIPELINE = 64;
/** Different pipelines of a line; they are sent again and again. */
const PIPELINES = 1000;
const KEYS = 100_000;
const ENOUGH_MS = 200;
const RUNS = 6;

/** Milliseconds; in Node of processor time, which other programs disturb less. */
const clock = globalThis.process?.cpuUsage
  ? () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    }
  : () => performance.now();

const number = (() => {
  let state = 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
})();
const digits = () => String(number(KEYS)).padStart(12, "0");
const board = (count) =>
  Array.from({ length: count }, () => ["ZADD", "board", digits(), `item:${digits()}`]);

/** What is there before, and one command. */
export const LINES = {
  SET: [[], () => ["SET", `key:${digits()}`, `value:${digits()}`]],
  GET: [[], () => ["GET", `key:${digits()}`]],
  INCR: [[], () => ["INCR", `counter:${digits()}`]],
  LPUSH: [[], () => ["LPUSH", "list", `item:${digits()}`]],
  LPOP: [[], () => ["LPOP", "list"]],
  SADD: [[], () => ["SADD", "set", `item:${digits()}`]],
  HSET: [[], () => ["HSET", "hash", `item:${digits()}`, "value"]],
  ZADD: [board(10_000), () => ["ZADD", "board", digits(), `item:${digits()}`]],
  ZRANK: [[], () => ["ZRANK", "board", `item:${digits()}`]],
  ZRANGE: [[], () => ["ZRANGE", "board", "0", "9"]],
  XADD: [[], () => ["XADD", "stream", "*", "field", "value"]],
  PFADD: [[], () => ["PFADD", "sketch", `item:${digits()}`]],
};

/** Commands a second of each line that is wanted: `{ name: number | "what it said instead" }`. */
export async function measure(engine, wanted) {
  const results = {};
  for (const [name, [before, command]] of Object.entries(LINES)) {
    if (!wanted.includes(name)) continue;
    try {
      for (let at = 0; at < before.length; at += PIPELINE) {
        await engine.send(engine.prepare(before.slice(at, at + PIPELINE)));
      }
      const pipelines = Array.from({ length: PIPELINES }, () =>
        engine.prepare(Array.from({ length: PIPELINE }, command)),
      );
      const refusal = await engine.send(pipelines[0]);
      results[name] = refusal ?? (await timed(engine, pipelines));
    } catch (error) {
      results[name] = String(error);
    }
  }
  return results;
}

/** The best of several runs: noise only ever adds time. */
async function timed(engine, pipelines) {
  let best = 0;
  for (let run = 0; run < RUNS; run++) {
    let sent = 0;
    const began = clock();
    let passed = 0;
    while (passed < ENOUGH_MS) {
      await engine.send(pipelines[sent % pipelines.length]);
      sent++;
      if (sent % 8 === 0 || passed === 0) passed = clock() - began;
    }
    best = Math.max(best, (sent * PIPELINE * 1000) / passed);
  }
  return best;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function encode(commands) {
  const parts = [];
  for (const words of commands) {
    parts.push(`*${words.length}\r\n`);
    for (const word of words) parts.push(`$${word.length}\r\n${word}\r\n`);
  }
  return parts.join("");
}

/** Our engine: `bytes` are encoded beforehand and replies stay where they are; `words` does both each time. */
export async function ours(module) {
  const { exports } = await WebAssembly.instantiate(module, {});
  const run = (length) => exports.run(length, Date.now());
  const replies = (length) => new Uint8Array(exports.memory.buffer, exports.output(), length);
  const memoryFor = (length) => {
    const start = exports.input(length);
    return new Uint8Array(exports.memory.buffer, start, length);
  };
  const refusal = (bytes) => (bytes[0] === 0x2d ? decoder.decode(bytes.subarray(0, bytes.indexOf(13))) : undefined);
  const bytes = {
    prepare: (commands) => encoder.encode(encode(commands)),
    send(pipeline) {
      memoryFor(pipeline.length).set(pipeline);
      return refusal(replies(run(pipeline.length)));
    },
  };
  const words = {
    prepare: (commands) => commands,
    send(commands) {
      const written = write(commands, memoryFor);
      const answers = new Replies(replies(run(written)));
      for (let left = commands.length; left > 0; left--) {
        const value = answers.next();
        if (value instanceof Error) return value.message;
      }
    },
  };
  return { bytes, words, memory: () => exports.memory.buffer.byteLength };
}

/** Encodes commands right where the engine reads them; gives how many bytes that are. */
function write(commands, memoryFor) {
  let most = 0;
  for (const words of commands) {
    most += 16;
    for (const word of words) most += 16 + word.length * 3;
  }
  const bytes = memoryFor(most);
  let at = 0;
  for (const words of commands) {
    at = writeNumber(bytes, at, 0x2a, words.length);
    for (const word of words) at = writeWord(bytes, at, word);
  }
  return at;
}

function writeWord(bytes, start, word) {
  const length = word.length;
  let at = writeNumber(bytes, start, 0x24, length);
  // Short ASCII, as keys mostly are, is copied faster than it is handed to an encoder.
  for (let index = 0; index < length; index++) {
    const code = word.charCodeAt(index);
    if (code > 0x7f || index === 64) {
      const encoded = encoder.encode(word);
      at = writeNumber(bytes, start, 0x24, encoded.length);
      bytes.set(encoded, at);
      at += encoded.length;
      break;
    }
    bytes[at++] = code;
  }
  bytes[at++] = 13;
  bytes[at++] = 10;
  return at;
}

function writeNumber(bytes, at, kind, value) {
  bytes[at++] = kind;
  for (let power = value < 10 ? 1 : 10 ** Math.floor(Math.log10(value)); power >= 1; power /= 10) {
    bytes[at++] = 48 + (Math.floor(value / power) % 10);
  }
  bytes[at++] = 13;
  bytes[at++] = 10;
  return at;
}

/** Replies as values, one after the other. Bytes stay bytes. */
class Replies {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  next() {
    const kind = this.bytes[this.at++];
    if (kind === 0x2b || kind === 0x2d) {
      const end = this.bytes.indexOf(13, this.at);
      const text = decoder.decode(this.bytes.subarray(this.at, end));
      this.at = end + 2;
      return kind === 0x2b ? text : new Error(text);
    }
    const value = this.number();
    switch (kind) {
      case 0x3a:
        return value;
      case 0x24: {
        if (value < 0) return null;
        const start = this.at;
        this.at += value + 2;
        return this.bytes.subarray(start, start + value);
      }
      case 0x2a: {
        if (value < 0) return null;
        const items = new Array(value);
        for (let index = 0; index < value; index++) items[index] = this.next();
        return items;
      }
      default:
        throw new Error(`not a reply: ${kind}`);
    }
  }

  number() {
    const { bytes } = this;
    let { at } = this;
    const negative = bytes[at] === 0x2d;
    if (negative) at++;
    let value = 0;
    for (; bytes[at] !== 13; at++) value = value * 10 + bytes[at] - 48;
    this.at = at + 2;
    return negative ? -value : value;
  }
}

/** kevy: `bytes` is its command function on arguments that were packed beforehand, `words` its own loader. */
export async function kevy(module, loader) {
  const { exports } = await WebAssembly.instantiate(module, {});
  exports.kevy_set_clock(Date.now());
  const handle = exports.kevy_open(0);
  const room = 1 << 20;
  const scratch = exports.kevy_alloc(room);
  const bytes = {
    prepare(commands) {
      const packed = commands.map(pack);
      const ends = [];
      let end = 0;
      for (const one of packed) ends.push((end += one.length));
      const whole = new Uint8Array(end);
      packed.forEach((one, at) => whole.set(one, ends[at] - one.length));
      return { whole, ends };
    },
    send({ whole, ends }) {
      exports.kevy_set_clock(Date.now());
      new Uint8Array(exports.memory.buffer, scratch, whole.length).set(whole);
      let start = 0;
      for (const end of ends) {
        exports.kevy_cmd(handle, scratch + start, end - start);
        start = end;
      }
      const reply = new Uint8Array(exports.memory.buffer, exports.kevy_out_ptr(handle), exports.kevy_out_len(handle));
      if (reply[0] === 0x2d) return decoder.decode(reply).trim();
    },
  };
  const db = await loader.open({ wasm: module, tickMs: 0, broadcast: false });
  const words = {
    prepare: (commands) => commands,
    send(commands) {
      for (const command of commands) {
        const reply = db.cmd(...command);
        if (reply instanceof Error) return reply.message;
      }
    },
  };
  return { bytes, words };
}

function pack(words) {
  const encoded = words.map((word) => encoder.encode(word));
  const packed = new Uint8Array(encoded.reduce((sum, word) => sum + 4 + word.length, 0));
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const word of encoded) {
    view.setUint32(at, word.length, true);
    packed.set(word, at + 4);
    at += 4 + word.length;
  }
  return packed;
}

/** ioredis-mock: a client in front of a server in the same process; words only. */
export function ioredisMock(Redis) {
  const client = new Redis();
  return {
    prepare: (commands) => commands.map(([name, ...rest]) => [name.toLowerCase(), ...rest]),
    async send(commands) {
      const replies = await client.pipeline(commands).exec();
      const [error] = replies.find(([error]) => error) ?? [];
      return error?.message;
    },
  };
}

// The real server, for tests about files that both read. Linux on x86-64 only: elsewhere those tests are left out.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const hasOracle = Boolean(process.env.REDIS_ORACLE);

/** A server in a folder of its own with `files` in it, by name; `settings` are options of its command line. */
export async function startOracle(files = {}, settings = []) {
  const folder = mkdtempSync(join(tmpdir(), "oracle-"));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  const path = join(folder, "socket");
  const options = ["--port", "0", "--unixsocket", path, "--save", "", "--dir", folder, ...settings];
  const server = spawn(process.env.REDIS_ORACLE, options, { stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  server.stdout.on("data", (data) => (said += data));
  while (!said.includes("Ready to accept connections")) {
    if (server.exitCode !== null) throw new Error(`the real server ended: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const socket = connect(path);
  await once(socket, "connect");
  return {
    /** What the server sends for one line, as it comes over the wire. */
    async ask(line) {
      socket.write(`${line}\r\nECHO that-was-all\r\n`);
      let text = "";
      while (!text.endsWith("that-was-all\r\n")) text += (await once(socket, "data"))[0];
      return text.slice(0, text.lastIndexOf("$12\r\n")).trim();
    },
    read: (name) => readFileSync(join(folder, name)),
    list: (name) => readdirSync(join(folder, name)),
    async stop() {
      socket.destroy();
      server.kill("SIGKILL");
      await once(server, "exit");
      rmSync(folder, { recursive: true });
    },
  };
}

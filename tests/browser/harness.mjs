// A browser and the built site, for the tests in this folder; `cargo xtask test browser` runs them.
// Not here: anything about a page's content.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

/** Where a static host may put the site. */
export const BASES = ["/", "/repo/", "/a/b/"];

export const DIST = new URL("../../dist/", import.meta.url);

/** Serves a built site under `base`; `address` ends with a slash, `stop` ends the server. */
export async function startSite(base = "/", root = DIST) {
  assert.ok(process.env.XTASK, "run these tests with: cargo xtask test browser");
  const options = ["--no-build", "--port", "0", "--base", base, "--root", fileURLToPath(root)];
  const server = spawn(process.env.XTASK, ["serve", ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: server.stdout })) {
    const address = /http:\S+/.exec(line)?.[0];
    if (address) return { address, stop: () => stop(server) };
  }
  throw new Error("the server ended before it said its address");
}

function stop(server) {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    server.once("exit", resolve);
    server.kill();
  });
}

export function startBrowser() {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
  return chromium.launch({ executablePath: process.env.CHROMIUM, args });
}

/**
 * A page in a profile of its own. `complaints` gathers what the browser reports: errors, warnings,
 * exceptions and failed requests. A test ends by asserting that there are none.
 */
export async function newPage(browser, options = {}) {
  const context = await browser.newContext(options);
  // Whatever takes longer on a busy machine will not come any more.
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => {
    const type = message.type();
    // Said where a test itself asked to have no service worker.
    const blocked = message.text().startsWith("Service Worker registration blocked");
    if (["error", "warning"].includes(type) && !blocked) complaints.push(`${type}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error}`));
  page.on("requestfailed", (request) => {
    const { errorText } = request.failure();
    // What was still loading when the test went on to another page is no complaint.
    if (errorText !== "net::ERR_ABORTED") complaints.push(`${errorText}: ${request.url()}`);
  });
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.status()}: ${response.url()}`);
  });
  return { context, page, complaints };
}

/** Asks the page's service worker; `{ ask: "precached" }` and the like, see src/site/sw.js. */
export function askWorker(page, question) {
  return page.evaluate(async (message) => {
    const registration = await navigator.serviceWorker.ready;
    const { port1, port2 } = new MessageChannel();
    const answer = new Promise((resolve) => (port1.onmessage = (event) => resolve(event.data)));
    registration.active.postMessage(message, [port2]);
    return answer;
  }, question);
}

/** Registers the service worker as the page does and waits until it controls the page. */
export function installWorker(page) {
  return page.evaluate(async () => {
    const script = new URL(document.documentElement.dataset.sw, location.href);
    const controlled = new Promise((resolve) => {
      if (navigator.serviceWorker.controller) resolve();
      navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true });
    });
    await navigator.serviceWorker.register(script, { updateViaCache: "none" });
    await controlled;
  });
}

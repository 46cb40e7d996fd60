// A worker with our engine in it: pipelines come as messages, as the site's own worker gets them, and how long each
// took goes back.

import { ours } from "./engines.mjs";

let engine;

self.onmessage = async ({ data }) => {
  if (!engine) {
    engine = await ours(await WebAssembly.compileStreaming(fetch("/engine.wasm")));
    return self.postMessage({ ready: true });
  }
  const began = performance.now();
  const refusal = engine.bytes.send(data);
  self.postMessage({ took: performance.now() - began, refusal, memory: engine.memory() });
};

// The service worker: after one visit every page of the site works without a network.
//
// A build is one generation: VERSION names it, FILES lists all of it relative to this script.
// A generation is cached whole or not at all, served whole, and replaced only when the reader
// accepts, so a page never meets scripts of another build.
//
// Messages from a page to the active worker. An answer comes through the port that is sent along:
//   const { port1, port2 } = new MessageChannel();
//   registration.active.postMessage({ ask: "precached" }, [port2]);
//   { ask: "precached" }   answers { precached: bool, version, files, missing: [names] }: whether
//                          every file of this generation is in the cache at this moment
//   { ask: "version" }     answers { version }
//   { tell: "activate" }   to registration.waiting, when the reader accepts the update: this
//                          generation takes over, then "controllerchange" fires in each page,
//                          which should reload
//
// Register "sw.js" at the site's base with { updateViaCache: "none" }.

const VERSION = "{{version}}";
const FILES = {{files}};
const HASHED = /[-_][0-9a-f]{16}[^/]*(\/|\.(js|wasm|css|woff2|svg)$)/;

const scope = new URL("./", self.location.href);
// Other projects may live on the same origin: every name carries the app and its base path.
const PREFIX = `redis-mastery:${scope.pathname}:`;
const CACHE = PREFIX + VERSION;
// A path relative to the scope; the front page is the empty one.
const known = new Set(FILES.map((name) => (name === "./" ? "" : name)));
const address = (name) => new URL(name || "./", scope).href;

self.addEventListener("install", (event) => {
  // A hashed file cannot have changed: the copy that the page just loaded will do.
  const requests = FILES.map(
    (name) => new Request(address(name), { cache: HASHED.test(name) ? "default" : "reload" }),
  );
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(requests)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(removeOldGenerations().then(() => self.clients.claim()));
});

async function removeOldGenerations() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
}

self.addEventListener("message", (event) => {
  const message = event.data ?? {};
  if (message.tell === "activate") self.skipWaiting();
  const port = event.ports[0];
  if (!port) return;
  if (message.ask === "version") port.postMessage({ version: VERSION });
  if (message.ask === "precached") event.waitUntil(precached().then((a) => port.postMessage(a)));
});

async function precached() {
  const cache = await caches.open(CACHE);
  const present = new Set((await cache.keys()).map((request) => request.url));
  const missing = FILES.filter((name) => !present.has(address(name)));
  return { precached: missing.length === 0, version: VERSION, files: FILES.length, missing };
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(scope.href)) return;
  const path = new URL(request.url).pathname.slice(scope.pathname.length);
  if (request.mode === "navigate") event.respondWith(page(request, path));
  else if (known.has(path)) event.respondWith(asset(request, path));
});

async function page(request, path) {
  const folder = path.replace(/(^|\/)index\.html$/, "$1");
  if (known.has(folder)) return asset(request, folder);
  if (known.has(`${folder}/`)) {
    const target = new URL(request.url);
    target.pathname = `${scope.pathname}${folder}/`;
    return Response.redirect(target.href);
  }
  try {
    return await fetch(request);
  } catch {
    const missing = await stored("404.html");
    return missing ? new Response(missing.body, { status: 404, headers: missing.headers }) : Response.error();
  }
}

// Only exact names are answered from the cache: a script never comes back as a page.
async function asset(request, name) {
  return (await stored(name)) ?? fetch(request);
}

async function stored(name) {
  return (await caches.open(CACHE)).match(address(name));
}

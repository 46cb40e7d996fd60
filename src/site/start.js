// Starts the app. The article is in the page already: if this fails, it stays readable, and the
// reader is told what is missing and why.
// On a slow line the text must not share the line with the app: first a frame, which a page in the
// background does not get.
if (!document.hidden) await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
try {
  const wasm = fetch(new URL("./{{wasm}}", import.meta.url));
  const [{ default: init }, answer] = await Promise.all([import("./{{app}}"), wasm]);
  await init({ module_or_path: answer });
} catch (error) {
  const notice = document.createElement("p");
  notice.className = "notice";
  notice.setAttribute("role", "alert");
  notice.textContent =
    "The server could not be started, so nothing on this page runs; the text is complete. " +
    "Reload once; if this stays, the browser is too old or does not allow WebAssembly. " +
    `(${error})`;
  document.getElementById("main").prepend(notice);
  throw error;
}

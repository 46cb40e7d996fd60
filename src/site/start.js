// Starts the app. The article is in the page already: if this fails, it stays readable, and the
// reader is told what is missing and why.
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

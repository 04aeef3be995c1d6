// What `serve` adds to every page it shows: reload after a good build, list the problems after a bad one.
(() => {
  "use strict";
  const good = document.currentScript.dataset.good;
  let overlay = null;
  let source = null;

  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function entry(problem) {
    const item = element("li", "", "");
    const place = problem.code ? `${problem.place} ${problem.code}` : problem.place;
    if (place) item.append(element("code", "place", place));
    item.append(element("p", "message", `${problem.severity}：${problem.message}`));
    if (problem.hint) item.append(element("p", "hint", `提示：${problem.hint}`));
    if (problem.detail) item.append(element("pre", "detail", problem.detail));
    return item;
  }

  function close() {
    if (overlay) overlay.remove();
    overlay = null;
  }

  function show(state) {
    if (state.good !== good) {
      location.reload();
      return;
    }
    close();
    if (!state.problems.length) return;
    overlay = element("sitegen-preview", "", "");
    const root = overlay.attachShadow({ mode: "open" });
    const look = document.createElement("link");
    look.rel = "stylesheet";
    look.href = "/_sitegen/preview.css";
    const box = element("section", "box", "");
    box.setAttribute("role", "alert");
    const count = state.problems.length + state.omitted;
    const title = good ? `有 ${count} 处问题，页面仍是上一次成功生成的样子` : `有 ${count} 处问题，改正后显示页面`;
    const button = element("button", "close", "收起");
    button.type = "button";
    button.addEventListener("click", close);
    const list = element("ol", "", "");
    list.append(...state.problems.map(entry));
    box.append(element("h2", "", title), button, list);
    if (state.omitted) box.append(element("p", "", `另有 ${state.omitted} 处，见终端。`));
    root.append(look, box);
    document.documentElement.append(overlay);
  }

  function open() {
    if (source) return;
    source = new EventSource("/_sitegen/events");
    source.onmessage = (event) => show(JSON.parse(event.data));
  }

  function listen() {
    if (!document.hidden) {
      open();
    } else if (source) {
      source.close(); // browsers allow six connections to a server, and a hidden page would hold one
      source = null;
    }
  }

  document.addEventListener("visibilitychange", listen);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  listen();
})();

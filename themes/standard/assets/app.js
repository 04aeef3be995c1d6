/* What a reader may find handy; every page is complete without it. */
(() => {
  "use strict";
  const root = document.documentElement;
  const read = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
  const keep = (key, value) => { try { localStorage.setItem(key, value); } catch { /* not remembered, still applied */ } };

  const apply = () => {
    root.classList.add("js");
    root.dataset.size = read("size") || "0";
    root.classList.toggle("elder", read("elder") === "1");
  };
  apply(); // at once: the script runs before the page is painted whenever it can

  const size = (step) => {
    const now = step === 0 ? 0 : Math.min(3, Math.max(-1, Number(root.dataset.size) + step));
    root.dataset.size = now;
    keep("size", now);
  };
  const pressed = () => {
    for (const button of document.querySelectorAll("[data-elder]")) {
      button.setAttribute("aria-pressed", root.classList.contains("elder"));
    }
  };
  const elder = () => {
    keep("elder", root.classList.toggle("elder") ? "1" : "0");
    pressed();
  };

  let status;
  const say = (button, text) => {
    const before = button.dataset.text || (button.dataset.text = button.textContent);
    button.textContent = status.textContent = text;
    setTimeout(() => { button.textContent = before; status.textContent = ""; }, 2000);
  };
  const copy = async (button, text) => {
    try {
      await navigator.clipboard.writeText(text);
      say(button, "已复制");
    } catch {
      prompt("请复制：", text); // no clipboard on plain http
    }
  };
  const share = (button) => {
    const address = location.href;
    if (navigator.share) navigator.share({ title: document.title, url: address }).catch(() => {});
    else copy(button, `${document.title} ${address}`);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { step, elder: isElder, print: isPrint, share: isShare, copy: text } = button.dataset;
    if (step !== undefined) size(Number(step));
    else if (isElder !== undefined) elder();
    else if (isPrint !== undefined) print();
    else if (isShare !== undefined) share(button);
    else if (text !== undefined) copy(button, text);
  });

  // A link to this heading or 条, made only when the pointer comes by: a long law has more than a thousand.
  document.addEventListener("pointerover", (event) => {
    const place = event.target.closest?.(".body :is(h2, h3, h4, .article)[id]");
    if (!place || place.querySelector(".anchor")) return;
    const link = document.createElement("a");
    link.className = "anchor";
    link.href = `#${place.id}`;
    link.textContent = "#";
    link.ariaLabel = "本处的链接";
    link.tabIndex = -1;
    place.append(link);
  });

  const followOutline = () => {
    const links = new Map();
    for (const link of document.querySelectorAll(".outline a")) {
      const place = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (place) links.set(place, link);
    }
    if (!links.size) return;
    let current;
    const mark = () => {
      let here;
      for (const [place, link] of links) {
        if (place.getBoundingClientRect().top > innerHeight * 0.3) break;
        here = link;
      }
      if (here === current) return;
      current?.removeAttribute("aria-current");
      here?.setAttribute("aria-current", "location");
      const box = here?.closest(".outline > div");
      if (box && box.scrollHeight > box.clientHeight) box.scrollTop = here.offsetTop - box.clientHeight / 2;
      current = here;
    };
    let waiting = false;
    addEventListener("scroll", () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => { waiting = false; mark(); });
    }, { passive: true });
    mark();
  };

  const hintTables = () => {
    for (const box of document.querySelectorAll(".table-scroll")) {
      if (box.scrollWidth <= box.clientWidth) continue;
      box.tabIndex = 0;
      const hint = document.createElement("p");
      hint.className = "scroll-hint";
      hint.textContent = "表格较宽，可左右滑动查看";
      box.before(hint);
    }
  };

  const start = () => {
    status = document.createElement("p");
    status.className = "vh";
    status.setAttribute("role", "status");
    document.body.append(status);
    pressed();
    followOutline();
    hintTables();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
  addEventListener("pageshow", (event) => { if (event.persisted) { apply(); pressed(); } });
})();

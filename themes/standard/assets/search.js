/* The search page: the question, the address, the answer. What searches is the script that the form names; it runs in a
   worker where the browser has module workers. Texts of documents are shown as text, never parsed.
   The form is all there is to ask: filters and order belong to it, the address is written from it and restores it. */
(() => {
  "use strict";
  const PAGE = 10;
  const FEW = 7; // values of a filter before 更多
  const PAUSE = 150; // ms without a key before suggestions, and as long again before a search

  const form = document.querySelector("[data-search]");
  const { q: field, sort, exact } = form.elements;
  const part = (name) => document.querySelector(`[data-search-${name}]`);
  const [status, results, help, list] = ["status", "results", "help", "options"].map(part);
  const sets = [...document.querySelectorAll(".filters fieldset")];
  const checked = (set) => [...set.elements].filter((box) => box.checked);
  const chosen = () => sets.flatMap(checked);
  const heading = document.title;
  // Without this script the field suggests nothing.
  const suggesting = { role: "combobox", "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": "search-options", "aria-expanded": "false", enterkeyhint: "search" };
  for (const name in suggesting) field.setAttribute(name, suggesting[name]);
  const isWide = matchMedia("(min-width:64em)").matches;
  const absolute = (url) => url && new URL(url, location.href).href;
  const root = absolute(form.dataset.root);

  function make(tag, props, ...children) {
    const node = Object.assign(document.createElement(tag), props);
    node.append(...children.filter(Boolean));
    return node;
  }

  const span = (className, ...children) => make("span", { className }, ...children);
  const link = (url, ...children) => make("a", { href: new URL(url, root).href }, ...children);
  const button = (className, onclick, ...text) => make("button", { type: "button", className, onclick }, ...text);

  function marked(text, marks = []) {
    let at = 0;
    const nodes = marks.flatMap(([from, to]) => [text.slice(at, from), make("mark", {}, text.slice(from, at = to))]);
    return [...nodes, text.slice(at)];
  }

  function fill(node, ...children) {
    node.textContent = "";
    node.append(...children.filter(Boolean));
    node.hidden = !node.firstChild;
  }

  let ready = null;
  const load = () => (ready = ready || open().catch((error) => {
    ready = null;
    throw error;
  }));
  /** Ask what searches: about, search, suggest (docs/search-format.md). */
  const call = async (...asked) => (await load())(...asked);

  async function open() {
    const { engine, inflate, words, worker } = form.dataset;
    const url = absolute(engine);
    const options = { inflate: absolute(inflate), words: absolute(words) };
    const inPage = async () => {
      const search = await (await import(url)).open(root, options);
      return async (method, asked) => search[method](asked);
    };
    const search = await (worker === undefined ? inPage() : inWorker(url, options).catch(inPage));
    search("about").then(({ facets }) => buildFilters(facets)); // while the first search is on its way
    return search;
  }

  async function inWorker(url, options) {
    const worker = new Worker(url, { type: "module" });
    const waiting = [];
    const search = (method, ...args) => new Promise((resolve, reject) => {
      worker.postMessage({ id: waiting.push({ resolve, reject }) - 1, method, args });
    });
    worker.onmessage = ({ data: { id, error, result } }) => {
      if (error) waiting[id].reject(new Error(error));
      else waiting[id].resolve(result);
      delete waiting[id];
    };
    const broken = new Promise((_, reject) => { worker.onerror = reject; }); // also where modules are unknown
    await Promise.race([search("open", root, options), broken]);
    return search;
  }

  let latest = 0;
  let shown = null; // the address of what is on the page

  const ask = (params, ranges) => call("search", {
    q: params.get("q") || "",
    filters: Object.fromEntries(sets.filter(({ name }) => params.has(name)).map(({ name }) => [name, params.getAll(name)])),
    sort: params.get("sort") || "relevance",
    plain: params.has("exact"),
    full: { from: 0, size: 0 },
    partial: { from: 0, size: 0 },
    ...ranges,
  });

  /**
   * Search for what is in the form. What is being typed is searched for at once, but is written to the address when the
   * reader is done with it (`isDone`): with Enter, a filter, the order, the next field.
   */
  async function go(isDone, size = PAGE) {
    if (!shown && location.search) wait();
    let turn = latest;
    let busy;
    try {
      await load();
      const params = new URLSearchParams();
      for (const [name, value] of new FormData(form)) if (value.trim()) params.append(name, value.trim());
      const query = `${params}`.replace(/\+/g, "%20");
      const address = location.pathname + (query && `?${query}`);
      if (isDone && address !== location.pathname + location.search) history.pushState(null, "", address);
      const q = params.get("q");
      document.title = (q ? `${q} - ` : "") + heading;
      if (address === shown) return;
      shown = address;
      turn = ++latest;
      const isAsking = Boolean(q || chosen().length);
      if (isAsking) busy = setTimeout(wait, 300);
      results.setAttribute("aria-busy", "true");
      const range = { from: 0, size: isAsking ? size : 0 };
      const found = await ask(params, { full: range, partial: range });
      if (turn === latest && found) show(params, found, isAsking); // nothing where a newer question overtook it
    } catch (error) {
      if (turn === latest) fail(error);
    } finally {
      clearTimeout(busy);
      if (turn === latest) results.removeAttribute("aria-busy");
    }
  }
  const commit = () => go(true);

  /** Search again from a button that the answer takes away: the focus goes to the answer. */
  function again() {
    document.getElementById("found").focus({ preventScroll: true });
    commit();
  }

  function restore() {
    const params = new URLSearchParams(location.search);
    field.value = params.get("q") || "";
    sort.value = params.get("sort") === "date" ? "date" : "";
    exact.value = params.get("exact") || "";
    status.textContent = "";
    close();
    chooseFilters(params);
    go(false, (history.state || {}).size);
  }

  function wait() {
    help.hidden = true;
    status.textContent = "正在检索……";
  }

  function fail(error) {
    console.warn(error);
    shown = null;
    for (const name of ["results", "included", "note", "order"]) part(name).hidden = true;
    countFilters({});
    const cause = location.protocol === "file:" ? "file" : navigator.onLine ? "missing" : "offline";
    fill(status, status.dataset[cause], cause !== "file" && button("link", again, "重试"));
    part("advice").hidden = true;
    help.hidden = false;
  }

  function show(params, { kind, included = [], meant, note, full, partial, facets }, isAsking) {
    countFilters(facets);
    showIncluded(included, meant);
    fill(part("note"), note);
    const count = isAsking ? full.count + partial.count : 0;
    part("order").hidden = count < 2 || !params.has("q");
    help.hidden = isAsking && full.count > 0;
    part("advice").hidden = !isAsking;
    const name = params.has("q") ? "完全匹配" : "全部";
    const rest = partial.count ? `，部分匹配 ${partial.count} 条` : "";
    const tell = (some) => { status.textContent = `${name}${told(some)}${rest}。`; };
    if (count) tell(full);
    else status.textContent = isAsking ? "没有找到，共 0 条。" : "";
    fill(results,
      count && group(name, "full", full, params, kind, tell),
      count && rest && group("部分匹配", "partial", partial, params));
  }

  const told = ({ count, isExact }) => `${isExact === false ? "约" : ""} ${count} 条`;

  /** One of the two groups. A folded one shows its hits on demand, as each shows more of them. */
  function group(title, side, { count, isExact, hits, isFolded }, params, kind, tell) {
    const items = make("ol", { className: "hits" });
    const total = span("");
    const more = button("", async () => {
      more.disabled = true;
      try {
        const found = await ask(params, { [side]: { from: items.children.length, size: PAGE, isOpen: true } });
        ({ count, isExact } = found[side]); // more texts were read: some may have gone
        (add(found[side].hits)?.querySelector("a") || document.getElementById("found")).focus();
        if (tell) {
          tell(found[side]);
          history.replaceState({ size: items.children.length }, "");
        }
      } catch {
        more.textContent = "没有取到，再试一次";
      }
      more.disabled = false;
    });
    function add(added) {
      const nodes = added.map((found) => hit(found, kind));
      items.append(...nodes);
      const rest = count - items.children.length;
      total.textContent = told({ count, isExact });
      more.textContent = rest < count ? `显示更多（还有${told({ count: rest, isExact })}）` : `显示这 ${count} 条`;
      more.hidden = rest <= 0;
      return nodes[0];
    }
    add(isFolded ? [] : hits);
    return make("section", {}, make("h2", {}, title, total), items, more);
  }

  function hit({ url, title, titleMarks, heading, headingMarks, excerpt = "", marks, ...about }, kind) {
    const [page, anchor] = url.split("#");
    const [first, ...others] = (about.issuer || "").split("、");
    const by = others.length > 1 ? `${first}等${others.length + 1}家` : about.issuer;
    const facts = { state: about.validity, no: about.doc_no, day: about.date, at: about.column, by };
    const nodes = Object.entries(facts).filter(([, text]) => text).map(([name, text]) => span(name, text));
    if (facts.state) nodes[0].dataset.state = facts.state;
    const words = heading ? marked(heading, headingMarks) : ["查看此处"];
    return make("li", {},
      make("h3", {}, link(kind === "article" ? url : page, ...marked(title, titleMarks))),
      make("p", { className: "facts" }, ...nodes),
      make("p", { className: "excerpt" },
        anchor ? link(url, ...words) : heading && make("b", {}, ...words), ...marked(excerpt, marks)));
  }

  /** That official words were searched for besides everyday ones, or others than were typed, and the way to switch it. */
  function showIncluded(included, meant) {
    const turn = (text) => button("link", () => {
      exact.value = exact.value ? "" : "1";
      again();
    }, text);
    const join = (texts) => [...new Set(texts)].join("、");
    const official = join(included.flatMap(({ words }) => words));
    const typed = join(included.map(({ word }) => `“${word}”`));
    if (exact.value) fill(part("included"), "只检索了原词。", turn("也检索意思相同或相近的词"));
    else if (meant) fill(part("included"), "没有找到原词，已改为检索：", make("b", {}, meant), turn("只搜原词"));
    else if (!official) fill(part("included"));
    else fill(part("included"), "已包含：", make("b", {}, official), turn(`只搜${typed}`));
  }

  function option(set, value) {
    const box = make("input", { type: "checkbox", name: set.name, value });
    box.setAttribute("form", form.id);
    set.append(make("label", {}, box, span("", value), span("count")));
    return box;
  }

  function buildFilters(facets) {
    for (const set of sets) {
      const known = new Map([...set.elements].map((box) => [box.value, box]));
      const isTree = set.name === "column" && known.size; // it is in order already
      for (const value of facets[set.name] || []) {
        const box = known.get(value) || option(set, value);
        if (!isTree) set.append(box.parentNode);
      }
      set.onchange = commit;
      set.parentNode.open = isWide;
      set.nextElementSibling.onclick = ({ target }) => {
        target.setAttribute("aria-expanded", set.classList.toggle("whole"));
        fold(set);
      };
    }
  }

  /** Check what is asked for, also a value that no document has: it finds nothing, and the reader sees why. */
  function chooseFilters(params) {
    for (const set of sets) {
      for (const box of set.elements) box.checked = false;
      for (const value of params.getAll(set.name)) {
        ([...set.elements].find((box) => box.value === value) || option(set, value)).checked = true;
      }
    }
  }

  /** Beside each value how many hits it leaves; above the hits what is chosen. */
  function countFilters(facets) {
    const tell = (node, { length }) => { node.textContent = length ? `（已选 ${length}）` : ""; };
    const chip = (className, off, ...text) => make("li", {}, button(className, () => {
      for (const box of off) box.checked = false;
      again();
    }, ...text));
    const boxes = chosen();
    const chips = [];
    for (const set of sets) {
      const counts = new Map(facets[set.name]);
      for (const box of set.elements) {
        box.dataset.count = counts.get(box.value) || 0;
        fill(box.parentNode.lastChild, box.dataset.count, span("vh", " 条"));
      }
      const on = checked(set);
      const name = set.firstElementChild.textContent;
      chips.push(...on.map((box) => chip("chip", [box], `${name}：${box.value}`, span("vh", "，取消"))));
      tell(set.previousElementSibling.lastElementChild, on);
      set.parentNode.hidden = fold(set) < 1 || (set.elements.length < 2 && !on.length);
    }
    tell(part("chosen"), boxes);
    fill(part("chips"), ...chips, chips.length > 1 && chip("link", boxes, "全部取消"));
    part("finding").classList.toggle("bare", sets.every((set) => set.parentNode.hidden));
  }

  /** Put away values that leave nothing, and those of a long list behind 更多; how many are left. */
  function fold(set) {
    const some = [...set.elements].filter((box) => box.checked || box.dataset.count > 0);
    const isLong = some.length > FEW + 1;
    const most = (a, b) => (set.name === "column" ? b.dataset.count - a.dataset.count : 0); // no child without parent
    const isCut = isLong && !set.classList.contains("whole");
    const few = isCut ? [...some].sort(most).filter((box, i) => box.checked || i < FEW) : some;
    for (const box of set.elements) box.parentNode.hidden = !few.includes(box);
    const more = set.nextElementSibling;
    more.hidden = !isLong;
    more.textContent = few === some ? "收起" : `更多（${some.length - few.length}）`;
    return some.length;
  }

  let timer = 0;
  let active = -1;
  let offered = 0;

  function activate(number) {
    active = number;
    [...list.children].forEach((node, i) => node.setAttribute("aria-selected", i === number));
    field.setAttribute("aria-activedescendant", number < 0 ? "" : list.children[number].id);
  }

  function offer(found) {
    fill(list, ...found.map(({ url, title, titleMarks, doc_no }, i) => {
      const node = link(url, span("", ...marked(title, titleMarks)), doc_no && span("no", doc_no));
      node.setAttribute("role", "option");
      return Object.assign(node, { id: `option-${i}`, tabIndex: -1 });
    }));
    field.setAttribute("aria-expanded", !list.hidden);
    part("suggested").textContent = found.length ? `${found.length} 条建议，按上下键选择，按回车打开。` : "";
    activate(-1);
  }

  function close() {
    clearTimeout(timer);
    offered += 1;
    offer([]);
  }

  async function suggest() {
    timer = setTimeout(go, PAUSE);
    const mine = ++offered;
    const text = field.value.trim();
    const found = text ? await call("suggest", text).catch(() => []) : [];
    if (mine === offered) offer(found.slice(0, isWide ? 8 : 5));
  }

  function type(event) {
    if (event.isComposing) return;
    exact.value = "";
    clearTimeout(timer);
    timer = setTimeout(suggest, PAUSE);
  }

  field.addEventListener("input", type);
  field.addEventListener("compositionend", type);
  field.addEventListener("change", commit);
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (!count || event.isComposing || event.keyCode === 229) return; // 229: the key belongs to the input method
    if (event.key === "ArrowDown") activate(active + 1 < count ? active + 1 : -1);
    else if (event.key === "ArrowUp") activate((active < 0 ? count : active) - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && active >= 0) list.children[active].click();
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    close();
    if (matchMedia("(pointer:coarse)").matches) field.blur(); // puts the keyboard of the screen away
    commit();
  });
  sort.addEventListener("change", commit);
  addEventListener("popstate", restore);
  restore();
})();

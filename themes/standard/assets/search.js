// The search page: query -> documents -> a list with excerpts. Its other half is sitegen/search.py, which makes
// search/data/ (docs.json, text/<id>.json) and the files of the back end. Nothing of another host is asked for.

// ---------------------------------------------------------------- words: the same rules as sitegen/search.py

const HAN = "\\u3005\\u3007\\u3400-\\u4dbf\\u4e00-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{323af}";
const BLANKS = new RegExp(`([${HAN}])[^\\S\\n]+(?=[${HAN}])`, "gu");
const NUMBER = /[〔[(【{〈《<]\s*(\d{4})\s*年?\s*[〕\])】}〉》>]\s*第?\s*0*(\d{1,5})\s*号/g;
const RUN = new RegExp(`(?<han>[${HAN}]+)|(?:(?![${HAN}])[\\p{L}\\p{N}])+`, "gu");
const SINGLE = new RegExp(`^[${HAN}]$`, "u");
const WORD = /[\p{L}\p{N}]/u;
const YEARLY = new RegExp(`^([${HAN}]{2,})([〔[(【{〈《<]?)(\\d{4})年?[〕\\])】}〉》>-]?第?0*(\\d{1,5})(号?)$`, "u");
const ORDER = new RegExp(`^([${HAN}]*(?:令|公告|通告))[(]?第?0*(\\d{1,5})号[)]?$`, "u");

export function normalize(text) {
  return text.normalize("NFKC").toLowerCase().replace(BLANKS, "$1").replace(NUMBER, "〔$1〕$2号");
}

export function cut(text) {
  const terms = [];
  for (const run of normalize(text).matchAll(RUN)) {
    if (!run.groups.han) terms.push(run[0]);
    else {
      const chars = [...run[0]];
      chars.forEach((char, i) => terms.push(char + (chars[i + 1] ?? "")));
    }
  }
  return terms;
}

/** A 文号 however it is spelled, or null: 某政发2024年3号 -> 某政发〔2024〕3号. */
export function docNo(text) {
  const plain = normalize(text).replace(/\s/g, "");
  const yearly = YEARLY.exec(plain);
  if (yearly && (yearly[2] || yearly[5])) return `${yearly[1]}〔${yearly[3]}〕${yearly[4]}号`;
  const order = ORDER.exec(plain);
  return order && `${order[1]}第${order[2]}号`;
}

/** Letters and digits alone: what is left of a text when spelling, blanks and punctuation do not count. */
const squash = (text) => (normalize(text).match(RUN) ?? []).join("");

/** The same for a text that is shown, with the place in it of every unit that is left. */
function fold(text) {
  let plain = "";
  const places = [];
  let at = 0;
  for (const char of text) {
    const isPlain = char >= "一" && char <= "鿿";
    for (const unit of isPlain ? char : char.normalize("NFKC").toLowerCase()) {
      if (!isPlain && !WORD.test(unit)) continue;
      plain += unit;
      for (let i = 0; i < unit.length; i++) places.push(at);
    }
    at += char.length;
  }
  places.push(at);
  return { plain, places };
}

// ---------------------------------------------------------------- back ends: which documents hold these terms

/** A back end answers with sets of document numbers: `phrase` in sequence, `prefix` by the first character; `score` weighs. */
const BACKENDS = { pagefind: openPagefind };

async function openPagefind(root) {
  const folder = new URL("pagefind/", root);
  const [{ createInstance }, keys] = await Promise.all([
    import(new URL("pagefind.js", folder)),
    fetchJson(new URL("keys.json", folder)),
  ]);
  // Pagefind 1.5 takes its language from <html lang> alone, and for Chinese would cut our terms once more.
  const html = document.documentElement;
  const language = html.lang;
  html.lang = "und";
  let engine;
  try {
    engine = createInstance({ basePath: folder.href });
  } finally {
    html.lang = language;
  }
  await engine.filters(); // starts it, and fails where it cannot run
  const places = new Map(keys.map((key, place) => [key, place]));
  const known = new Map();
  const ask = (query) => {
    if (!known.has(query)) {
      known.set(query, engine.search(query).then(({ results }) => new Map(
        results.filter((r) => places.has(r.id)).map((r) => [places.get(r.id), r.score]))));
    }
    return known.get(query);
  };
  return {
    phrase: async (terms) => new Set((await ask(`"${terms.join(" ")}"`)).keys()),
    prefix: async (char) => new Set((await ask(char)).keys()), // a single character cannot degrade to a shorter one
    score: (terms) => ask(terms.join(" ")),
  };
}

async function fetchJson(url) {
  const answer = await fetch(url, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

// ---------------------------------------------------------------- finding

const PAIRS = 24; // of a long question; more cost time and add nothing
const ENOUGH = 0.5; // of the weight of a query: less is noise
const QUESTION = /请问|我?(?:想|要|需要|可以)?(?:怎么|怎样|如何)(?:办理?|申请|申办)?|需要(?:什么|哪些)|(?:是|有)?(?:什么|哪些|多少|哪里|几天|为什么|是不是|能不能|可不可以)|[吗呢？?]/g;

/** A blank-separated part of a query: what it must contain, as one phrase. */
function partOf(text) {
  const phrase = cut(text);
  const last = phrase[phrase.length - 1];
  let prefix = "";
  if (last && SINGLE.test(last)) {
    phrase.pop(); // in a document the run may go on, and then the last character does not stand alone
    const before = phrase[phrase.length - 1];
    if (!before || [...before].length === 1 || !before.endsWith(last)) prefix = last;
  }
  return { needle: squash(text), phrase, prefix };
}

function parseQuery(text) {
  const number = docNo(text);
  const parts = (number ? [number] : text.trim().split(/\s+/)).map(partOf).filter((part) => part.needle);
  const telling = (number ?? text).replace(QUESTION, " ").split(/\s+/).flatMap(cut);
  const pairsOf = (terms) => [...new Set(terms.filter((term) => !SINGLE.test(term)))];
  let pairs = pairsOf(telling);
  if (pairs.length < 2) pairs = pairsOf(cut(text)); // 怎么申请公开: without its question words too little is left
  const needles = parts.map((part) => part.needle);
  if (number) needles.push(squash(number.replace("〕", "〕第")));
  return { number, parts, whole: squash(number ?? text), needles, pairs: pairs.slice(0, PAIRS) };
}

/** Two ranked lists of document numbers: `full` have all that was asked for, `partial` a good deal of it. */
async function find(query, docs, engine) {
  const held = await Promise.all(query.parts.map((part) => holders(part, docs, engine)));
  const full = held.reduce((all, some) => new Set([...all].filter((doc) => some.has(doc))));
  const terms = query.parts.flatMap((part) => part.phrase);
  const scores = full.size && engine && terms.length ? await engine.score(terms) : new Map();
  const weight = new Map([...full].map((doc) => [doc, rank(doc, query, docs) + (scores.get(doc) ?? 0)]));
  const near = query.number ? neighbours(query.number, docs) : await overlaps(query, docs, engine);
  for (const doc of full) near.delete(doc);
  return { full: byWeight(weight), partial: byWeight(near) };
}

// The documents are numbered newest first, and sorting is stable.
const byWeight = (weights) => [...weights.keys()].sort((a, b) => weights.get(b) - weights.get(a) || a - b);

async function holders(part, docs, engine) {
  const found = new Set(docs.all.filter((doc) => docs.names[doc].some((name) => name.includes(part.needle))));
  if (!engine) return found;
  const sets = [];
  if (part.phrase.length) sets.push(await engine.phrase(part.phrase));
  if (part.prefix) sets.push(await engine.prefix(part.prefix));
  for (const doc of sets[0]) if (sets.every((set) => set.has(doc))) found.add(doc);
  return found;
}

/** 文号 and index number, then exact title, then title that contains the query, then all others; valid before repealed. */
function rank(doc, query, docs) {
  const [title, number, index] = docs.names[doc];
  const ended = ["失效", "废止"].includes(docs.validity[doc]) ? 1 : 0;
  if (number === query.whole || index === query.whole) return 9000;
  if (number.includes(query.whole)) return 8000;
  if (title === query.whole) return 7000 - ended;
  if (title.includes(query.whole)) return 5000 + (1000 * query.whole.length) / title.length - 1000 * ended;
  if (query.parts.every((part) => title.includes(part.needle))) return 3000 - 500 * ended;
  return -5 * ended;
}

/** Documents of the same body and year, the nearest numbers first: what to look at when there is no such 文号. */
function neighbours(number, docs) {
  const split = /^(.+)〔(\d{4})〕(\d+)号$/;
  const asked = split.exec(number);
  const near = new Map();
  docs.doc_no.forEach((text, doc) => {
    const own = asked && split.exec(docNo(text) ?? "");
    if (own && own[1] === asked[1] && own[2] === asked[2]) near.set(doc, -Math.abs(own[3] - asked[3]));
  });
  return near;
}

/** Documents that hold at least `ENOUGH` of the pairs of a query, rare pairs counting more, those in a title twice. */
async function overlaps(query, docs, engine) {
  const near = new Map();
  if (query.pairs.length < 2) return near;
  const sets = engine ? await Promise.all(query.pairs.map((pair) => engine.phrase([pair]))) : [];
  const count = docs.id.length;
  // A pair that no document has mostly lies across two words, and says little.
  const weights = query.pairs.map((_, i) => (sets[i]?.size === 0 ? 1 : Math.log(1 + count / (1 + (sets[i]?.size ?? 0)))));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const doc of docs.all) {
    const [title] = docs.names[doc];
    let text = 0;
    let inTitle = 0;
    let pairs = 0;
    query.pairs.forEach((pair, i) => {
      const isInTitle = title.includes(pair);
      if (isInTitle) inTitle += weights[i];
      if (!isInTitle && !sets[i]?.has(doc)) return;
      text += weights[i];
      pairs += 1;
    });
    if (text >= ENOUGH * total && (pairs > 1 || query.parts.length > 1)) near.set(doc, text + inTitle);
  }
  return near;
}

// ---------------------------------------------------------------- excerpts

const BEFORE = 36;
const LENGTH = 130;

/** The places of the needles in a text, in order and merged where they overlap: [[from, to], …]. */
function spans(text, needles) {
  const { plain, places } = fold(text);
  const found = [];
  for (const needle of needles) {
    for (let at = plain.indexOf(needle); at >= 0; at = plain.indexOf(needle, at + 1)) found.push([at, at + needle.length]);
  }
  const merged = [];
  for (const [from, to] of found.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    const last = merged[merged.length - 1];
    if (last && from < last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged.map(([from, to]) => [places[from], places[to - 1] + (text.codePointAt(places[to - 1]) > 0xffff ? 2 : 1)]);
}

/** The stretch of a document that shows best why it was found, and the heading or 条 it stands under. */
function excerpt(passages, query) {
  const phrase = bestPassage(passages, query.needles);
  const needles = phrase ? query.needles : query.pairs;
  const [anchor, heading, whole] = phrase ?? bestPassage(passages, query.pairs) ?? ["", "", passages[0]?.[2] ?? ""];
  const rest = whole.slice(heading.length);
  const text = whole.startsWith(heading) && !WORD.test(rest.slice(0, 1)) ? rest.trimStart() : whole;
  const marks = spans(text, needles);
  const company = marks.map(([start]) => marks.filter(([other]) => other >= start && other < start + LENGTH - BEFORE).length);
  const [start] = marks[company.indexOf(Math.max(...company))] ?? [0];
  const from = Math.max(0, start - BEFORE);
  const to = Math.min(text.length, from + LENGTH);
  const lead = from ? "……" : "";
  const shift = lead.length - from;
  return {
    anchor,
    heading,
    headingMarks: spans(heading, needles),
    text: lead + text.slice(from, to) + (to < text.length ? "……" : ""),
    marks: marks.filter(([a, z]) => a < to && z > from).map(([a, z]) => [Math.max(a, from) + shift, Math.min(z, to) + shift]),
  };
}

function bestPassage(passages, needles) {
  let best = null;
  let most = 0;
  for (const passage of passages) {
    const { plain } = fold(`${passage[1]}\n${passage[2]}`);
    const count = needles.filter((needle) => plain.includes(needle)).length;
    if (count > most) [best, most] = [passage, count];
  }
  return best;
}

// ---------------------------------------------------------------- the page

const FACETS = { column: "栏目", topic: "主题", genre: "体裁", year: "年份", validity: "有效性", issuer: "发文机关" };
const PAGE = 20;
const PAUSE = 250; // ms without a key before a search as you type

const form = globalThis.document?.querySelector("[data-search]");
if (form) start(form);

function start(form) {
  const root = new URL(form.dataset.root, location.href);
  const part = (name) => document.querySelector(`[data-search-${name}]`);
  const [status, list, help, filters] = ["status", "results", "help", "filters"].map(part);
  const field = form.elements.q;
  const heading = document.title;
  let ready = null;
  let latest = 0;
  let last = { text: null, found: null };

  if (location.search) { // room for what is to come, so that nothing jumps
    filters.hidden = false;
    list.setAttribute("aria-busy", "true");
  }
  // Without a query the same box offers the other ways to find something.
  const advise = (isVain) => {
    help.hidden = false;
    help.querySelector("h2").textContent = isVain ? "没有找到？可以试试" : "也可以这样查找";
    part("advice").hidden = !isVain;
  };
  const commit = () => go({ push: true });
  const load = () => (ready ??= open(root).then((site) => {
    buildFilters(filters, site.docs, commit);
    filters.hidden = false;
    return site;
  }));

  const state = () => {
    const params = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (value.trim() && !(name === "sort" && value === "relevance")) params.append(name, value.trim());
    }
    return params;
  };

  const restore = async () => {
    const params = new URLSearchParams(location.search);
    field.value = params.get("q") ?? "";
    form.elements.sort.value = params.get("sort") === "date" ? "date" : "relevance";
    if (location.search) await load().then(() => chooseFilters(filters, params), () => {});
    else chooseFilters(filters, params);
    return go();
  };

  async function go({ push = false } = {}) {
    const params = state();
    const query = params.toString().replace(/\+/g, "%20");
    const url = location.pathname + (query && `?${query}`);
    if (push && url !== location.pathname + location.search) history.pushState(null, "", url);
    const turn = ++latest;
    const text = params.get("q") ?? "";
    document.title = text ? `${text} - ${heading}` : heading;
    if (!query || query === "sort=date") {
      list.replaceChildren();
      advise(false);
      status.textContent = "";
      if (ready) updateFilters(filters, (await ready).docs, null);
      return;
    }
    if (!last.found) status.textContent = "正在检索……";
    list.setAttribute("aria-busy", "true");
    try {
      const site = await load();
      const found = text === last.text ? last.found : await lookUp(text, site);
      if (turn !== latest) return;
      last = { text, found };
      show(site, found, params);
    } catch (error) {
      if (turn !== latest) return;
      console.error(error);
      ready = null;
      last = { text: null, found: null };
      list.replaceChildren();
      status.textContent = "检索数据没有取到：可能是网络中断，请稍后重试，或者从下面的目录查找。";
      advise(false);
    } finally {
      if (turn === latest) list.removeAttribute("aria-busy");
    }
  }

  function show(site, found, params) {
    const chosen = Object.keys(FACETS).filter((name) => params.has(name)).map((name) => [name, params.getAll(name)]);
    const fits = (doc, except) => chosen.every(([name, values]) =>
      name === except || values.some((value) => site.docs.has(name, doc, value)));
    const isByDate = params.get("sort") === "date";
    const [full, partial] = [found.full, found.partial].map((group) => {
      const fitting = group.filter((doc) => fits(doc));
      return isByDate ? fitting.sort((a, b) => a - b) : fitting;
    });
    const counted = found.full.length ? found.full : found.partial;
    updateFilters(filters, site.docs, (name) => counted.filter((doc) => fits(doc, name)));
    const note = site.engine ? "" : "正文检索现在不可用，只检索了标题、文号和索引号。";
    status.textContent = found.query
      ? `${note}完全匹配 ${full.length} 条${partial.length ? `，部分匹配 ${partial.length} 条` : ""}。`
      : `${note}符合所选条件的共 ${full.length} 条。`;
    if (full.length) help.hidden = true;
    else advise(true);
    list.replaceChildren();
    if (full.length) list.append(group(site, found.query ? "完全匹配" : "全部", full, found.query));
    if (partial.length) list.append(group(site, "部分匹配", partial, found.query, full.length > 0));
  }

  let timer = 0;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(timer);
    commit();
  });
  // What is being typed is searched at once but is written to the address when the reader is done with it.
  const type = (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(go, PAUSE);
  };
  field.addEventListener("input", type);
  field.addEventListener("compositionend", type);
  field.addEventListener("change", commit);
  form.elements.sort.addEventListener("change", commit);
  addEventListener("popstate", restore);
  restore();
}

/** What is known of all documents, and the back end; without the back end titles and numbers can still be searched. */
async function open(root) {
  const docs = await fetchJson(new URL("search/data/docs.json", root));
  docs.all = [...docs.id.keys()];
  docs.names = docs.title.map((title, doc) => [title, docs.doc_no[doc], docs.index_no[doc]].map(squash));
  const sets = Object.fromEntries(Object.entries(docs.facets).map(([name, facet]) =>
    [name, facet.docs.map((numbers) => new Set(numbers.map((number) => facet.values[number])))]));
  docs.has = (name, doc, value) => sets[name]?.[doc].has(value) ?? false;
  // Values stand in order of frequency, so the last is the column itself and not one above it.
  docs.column = (doc) => docs.facets.column?.values[Math.max(...docs.facets.column.docs[doc])];
  const engine = docs.id.length && (await BACKENDS[docs.backend](root).catch((error) => console.error(error)));
  return { root, docs, engine };
}

async function lookUp(text, { docs, engine }) {
  const query = parseQuery(text);
  if (!query.parts.length) return { query: text ? query : null, full: text ? [] : docs.all, partial: [] };
  return { query, ...(await find(query, docs, engine)) };
}

function group(site, title, docs, query, isFolded) {
  const items = make("ol", { className: "hits" });
  const more = make("button", { type: "button" });
  let shown = 0;
  const add = () => {
    const added = docs.slice(shown, shown + PAGE).map((doc) => hit(site, doc, query));
    items.append(...added);
    shown += added.length;
    more.hidden = shown >= docs.length;
    more.textContent = `再显示 ${Math.min(PAGE, docs.length - shown)} 条（共 ${docs.length} 条）`;
    return added[0];
  };
  more.addEventListener("click", () => add().querySelector("a").focus());
  add();
  const name = make("h2", {}, `${title}（${docs.length}）`);
  if (!isFolded) return make("section", {}, name, items, more);
  return make("details", { className: "near" }, make("summary", {}, name), items, more);
}

function hit({ root, docs }, doc, query) {
  const url = new URL(docs.url[doc].split("/").map(encodeURIComponent).join("/"), root).href;
  const title = docs.title[doc];
  const marks = (words) => marked(words, query ? spans(words, query.needles) : []);
  const link = make("a", { href: url }, ...marks(title));
  const state = docs.validity[doc];
  const facts = [docs.doc_no[doc], docs.date[doc], state, docs.column(doc)].filter(Boolean);
  const line = make("p", { className: "facts" }, ...facts.map((fact) => make("span", {}, ...marks(fact))));
  const word = line.children[facts.indexOf(state)];
  if (state) Object.assign(word, { className: "state" }).dataset.state = state;
  const text = make("p", { className: "excerpt" });
  const item = make("li", {}, make("h3", {}, link), line, text);
  item.fill = async () => {
    const passages = await fetchJson(new URL(`search/data/text/${encodeURIComponent(docs.id[doc])}.json`, root)).catch(() => []);
    const best = excerpt(passages, query ?? { needles: [], pairs: [] });
    const heading = marked(best.heading, best.headingMarks);
    if (best.anchor) text.append(make("a", { href: `${url}#${encodeURIComponent(best.anchor)}` }, ...(best.heading ? heading : ["定位"])), " ");
    else if (best.heading) text.append(make("b", {}, ...heading), " ");
    text.append(...marked(best.text, best.marks));
  };
  watcher.observe(item);
  return item;
}

// The text of a document is fetched when its hit comes into view.
const watcher = globalThis.IntersectionObserver && new IntersectionObserver((entries) => {
  for (const entry of entries.filter((entry) => entry.isIntersecting)) {
    watcher.unobserve(entry.target);
    entry.target.fill();
  }
}, { rootMargin: "200px" });

const option = (name, value) => make("label", {},
  make("input", { type: "checkbox", name, value }), value, make("span", { className: "count" }));

function buildFilters(box, docs, changed) {
  const fields = Object.entries(FACETS).filter(([name]) => docs.facets[name]);
  box.replaceChildren(...fields.map(([name, title]) => make("details", {},
    make("summary", {}, title, make("span", { className: "chosen" })),
    make("fieldset", { name: `filter-${name}` }, make("legend", { className: "vh" }, title),
      ...docs.facets[name].values.map((value) => option(name, value))))));
  box.addEventListener("change", changed);
}

/** Check what the address asks for, also a value that no document has: it finds nothing, and the reader sees why. */
function chooseFilters(box, params) {
  for (const set of box.querySelectorAll("fieldset")) {
    const name = set.name.replace("filter-", "");
    const inputs = [...set.querySelectorAll("input")];
    const wanted = params.getAll(name).filter(Boolean);
    for (const input of inputs) input.checked = wanted.includes(input.value);
    for (const value of wanted.filter((value) => !inputs.some((input) => input.value === value))) {
      set.append(option(name, value));
      set.lastChild.firstChild.checked = true;
    }
  }
}

/** Beside each value, how many hits it leaves; values that leave none are put away unless they are chosen. */
function updateFilters(box, docs, hitsFor) {
  for (const details of box.children) {
    const inputs = [...details.querySelectorAll("input")];
    const hits = hitsFor?.(inputs[0].name);
    details.hidden = inputs.length < 2 && !inputs[0].checked;
    for (const input of inputs) {
      const count = hits?.filter((doc) => docs.has(input.name, doc, input.value)).length;
      input.parentNode.querySelector(".count").textContent = hits ? `（${count}）` : "";
      input.parentNode.hidden = count === 0 && !input.checked;
    }
    const chosen = inputs.filter((input) => input.checked).length;
    details.querySelector(".chosen").textContent = chosen ? `（已选 ${chosen}）` : "";
  }
}

function make(tag, props, ...children) {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
}

/** A text as nodes, with its marked stretches in <mark>; never parsed as HTML. */
function marked(text, marks) {
  const nodes = [];
  let at = 0;
  for (const [from, to] of marks) {
    nodes.push(text.slice(at, from), make("mark", {}, text.slice(from, to)));
    at = to;
  }
  return [...nodes, text.slice(at)].filter((node) => node !== "");
}

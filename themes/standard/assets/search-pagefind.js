// The search with Pagefind behind it: it answers as search-engine.js does, from what sitegen/search/pagefind.py makes.
// Words follow the rules of search-engine.js, whose address `open` is given. It needs a page: Pagefind looks at <html>.

const PAIRS = 32; // of a query; the rest of a longer one counts as a phrase only
const ENOUGH = 0.4; // of the weight of a query: less is noise
const CLOSE = 0.8; // of what the nearest document has of it
const NEAR = 50; // documents that have a part of what is asked, at most
const FEW = 5; // complete hits of a question, beside which others are shown as well
const ENDED = ["废止", "失效"];
const LEVEL = { number: 9, article: 8, equal: 7, title: 6, named: 5, phrase: 4, words: 2 };

let rules = null; // the module search-engine.js
let variants = new Map(); // traditional -> simplified

const isWide = (atom) => atom >= "\u2e80";
const simplify = (text) => Array.from(text.normalize("NFKC"), (char) => variants.get(char) ?? char).join("");
const squash = (text) => rules.normalize(simplify(text)).replace(/[^\p{L}\p{N}]/gu, "");

/** The terms of neighbouring atoms in order, as the documents are cut. */
export function cut(atoms) {
  return atoms.flatMap((atom, i) => {
    const next = atoms[i + 1];
    const isPair = next && (isWide(atom) || isWide(next));
    return [...(isWide(atom) && atoms.length > 1 ? [] : [atom]), ...(isPair ? [atom + next] : [])];
  });
}

/** Two lists of documents as one, each document in its first place. */
function unite(first, more) {
  const known = new Set(first.map(({ doc }) => doc));
  return [...first, ...more.filter(({ doc }) => !known.has(doc))];
}

async function fetchJson(url) {
  const answer = await fetch(url, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.json();
}

// ---------------------------------------------------------------- Pagefind: which documents hold these terms

/** Answers a query with a score for each document that holds its terms. */
async function openPagefind(folder) {
  const [{ createInstance }, keys] = await Promise.all([
    import(new URL("pagefind.js", folder)),
    fetchJson(new URL("keys.json", folder)),
  ]);
  // Pagefind 1.5 takes its language from <html lang> alone, and for Chinese would cut our terms once more.
  const html = document.documentElement;
  const language = html.lang;
  html.lang = "und";
  let instance;
  try {
    instance = createInstance({ basePath: folder.href });
  } finally {
    html.lang = language;
  }
  await instance.filters(); // starts it, and fails where it cannot run
  const places = new Map(keys.map((key, place) => [key, place]));
  const known = new Map();
  return (query) => {
    if (!known.has(query)) {
      known.set(query, instance.search(query).then(({ results }) => new Map(
        results.filter(({ id }) => places.has(id)).map(({ id, score }) => [places.get(id), score]))));
    }
    return known.get(query);
  };
}

// ---------------------------------------------------------------- excerpts

const NUMERAL = "[〇○零一二两三四五六七八九十百千万]+";
const DIGITS = "[\\d０-９]";
/** What is one thing to a reader, however it is spelled; any other character by itself. */
const UNIT = new RegExp(
  `第${NUMERAL}(?=[条章节号款项编届次])|${NUMERAL}年(?:${NUMERAL}月(?:${NUMERAL}日)?)?|${DIGITS}{4}[-/.年]${DIGITS}{1,2}[-/.月]${DIGITS}{1,2}日?`
  + `|[〔[［(（【{〈《<﹝]\\s*${DIGITS}{4}\\s*年?\\s*[〕\\]］)）】}〉》>﹞]\\s*第?\\s*${DIGITS}{1,5}\\s*号|.`, "gsu");

const folds = new Map(); // character -> what is compared of it

function fold(unit) {
  if ([...unit].length > 1) return squash(unit);
  if (!folds.has(unit)) folds.set(unit, squash(unit));
  return folds.get(unit);
}

/** The letters and digits of a text, and for each where it stands: [from, to]. */
function trace(text) {
  let bare = "";
  const places = [];
  for (const { 0: unit, index } of text.matchAll(UNIT)) {
    const folded = fold(unit);
    bare += folded;
    for (let i = 0; i < folded.length; i++) places.push([index, index + unit.length]);
  }
  return { bare, places };
}

/** The places of the needles in a text, in order and merged where they overlap: [[from, to], …]. */
function spans(text, needles) {
  const { bare, places } = trace(text);
  const found = [];
  for (const needle of needles) {
    for (let at = bare.indexOf(needle); at >= 0; at = bare.indexOf(needle, at + 1)) {
      found.push({ from: places[at][0], to: places[at + needle.length - 1][1] });
    }
  }
  return rules.spans(found.sort((a, b) => a.from - b.from));
}

/** The first passage of those that hold most of the needles, or null. */
function bestPassage(passages, needles) {
  let best = null;
  let most = 0;
  for (const passage of passages) {
    const { bare } = trace(`${passage[1]}\n${passage[2]}`);
    const count = needles.filter((needle) => bare.includes(needle)).length;
    if (count > most) [best, most] = [passage, count];
  }
  return best;
}

/** The stretch of a document that shows best why it was found, and the heading or 条 it stands under. */
function excerptOf(passages, { needles, pairs }, wanted) {
  const whole = wanted ?? bestPassage(passages, needles);
  const [anchor, heading, all] = whole ?? bestPassage(passages, pairs) ?? passages[0] ?? ["", "", ""];
  const sought = whole ? needles : pairs;
  const text = rules.withoutHeading(heading, all);
  const marks = spans(text, sought);
  const company = marks.map(([start]) => marks.filter(([from]) => from >= start && from < start + rules.AFTER).length);
  const [start] = marks[company.indexOf(Math.max(...company))] ?? [0];
  return { anchor, heading, headingMarks: spans(heading, sought), ...rules.stretch(text, start, marks) };
}

// ---------------------------------------------------------------- queries

/** Runs of atoms without a gap or a question word: [[from, to], …]. */
function runsOf(asked) {
  const found = [];
  asked.forEach(({ isIdle }, i) => {
    if (isIdle) return;
    const last = found[found.length - 1];
    if (last?.[1] === i && !asked[i - 1].gap) last[1] = i + 1;
    else found.push([i, i + 1]);
  });
  return found;
}

const textsOf = (asked, from, to) => asked.slice(from, to).map(({ text }) => text);

/** Whether letters spell a run of syllables (each with its readings), whole or by their initials. */
function isSpelled(letters, title) {
  const syllables = title.split(" ").map((one) => one.split("/"));
  const spells = (rest, i) => !rest || Boolean(syllables[i]?.some((one) => rest.startsWith(one) && spells(rest.slice(one.length), i + 1)));
  const begins = (i) => [...letters].every((letter, k) => syllables[i + k]?.some((one) => one[0] === letter));
  return syllables.some((_, i) => spells(letters, i) || (letters.length > 2 && begins(i)));
}

/** Read what is known of all documents; `root` is the address of the site, `words` that of search-engine.js. */
export async function open(root, { words }) {
  const data = (name) => fetchJson(new URL(`search/data/${name}`, root));
  const [module, docs, everyday, [traditional, simplified]] = await Promise.all([
    import(words), data("docs.json"), data("everyday.json"), data("variants.json"),
  ]);
  rules = module;
  const ones = [...simplified];
  variants = new Map([...traditional].map((char, i) => [char, ones[i]]));
  const count = docs.id.length;
  const all = [...docs.id.keys()].reverse(); // newest first
  const ask = count ? await openPagefind(new URL("pagefind/", root)) : async () => new Map();
  const facets = Object.fromEntries(Object.entries(docs.facets).map(([name, facet]) =>
    [name, { ...facet, docs: Array.from(facet.docs, (char) => char.charCodeAt(0) - 48) }]));
  const valuesOf = (name, doc) => (facets[name] ? facets[name].combos[facets[name].docs[doc]].map((v) => facets[name].values[v]) : []);
  const isEnded = (doc) => ENDED.includes(valuesOf("validity", doc)[0]);
  const longest = Math.max(0, ...Object.keys(everyday).map((word) => word.length));
  const names = []; // of documents: title, 文号 and index_no without blanks and marks
  const namesOf = (doc) => (names[doc] ??= [docs.title[doc], docs.doc_no[doc], docs.index_no[doc]].map(squash));
  const kept = new Map();
  const keep = (name) => {
    if (!kept.has(name)) kept.set(name, data(name));
    kept.get(name).catch(() => kept.delete(name));
    return kept.get(name);
  };
  let searches = 0;
  let last = { key: null };

  // A single character cannot be a phrase; Pagefind finds what begins with it.
  const holders = (atoms) => ask(atoms.length === 1 && isWide(atoms[0]) ? atoms[0] : `"${cut(atoms).join(" ")}"`);

  /** The official words for the everyday words in a query: [{word, words, from, to}, …], the longest from the left. */
  function officialWords(asked) {
    const found = [];
    for (let from = 0; from < asked.length; from++) {
      let best = null;
      let word = "";
      for (let to = from; to < asked.length && word.length < longest; to++) {
        word += asked[to].text;
        if (Object.hasOwn(everyday, word)) best = { word, words: everyday[word], from, to: to + 1 };
        if (asked[to].gap === "\n") break;
      }
      if (!best) continue;
      found.push(best);
      from = best.to - 1;
    }
    return found;
  }

  /** Ranked documents for a query in words: {full, partial, included, sought}. */
  async function byWords(asked, isPlain) {
    const official = isPlain ? [] : officialWords(asked);
    for (const one of official) {
      for (let i = one.from; i < one.to; i++) asked[i].isIdle = false;
      one.atoms = one.words.map((word) => rules.atoms(simplify(word)));
      one.docs = new Map((await Promise.all(one.atoms.map(holders))).flatMap((held) => [...held]));
    }
    const runs = runsOf(asked).map(([from, to]) => ({ from, to, atoms: textsOf(asked, from, to) }));
    await Promise.all(runs.map(async (run) => {
      run.text = run.atoms.join("");
      run.docs = await holders(run.atoms);
      run.pieces = await piecesOf(asked, run, official);
    }));
    const pairs = [...new Set(runs.flatMap(({ atoms }) => cut(atoms)))];
    const [measure, scores] = await Promise.all([measuring(asked, runs, official), ask(pairs.join(" "))]);
    const whole = runs.map(({ text }) => text).join("");
    const isHeld = (doc, { docs: some, pieces }) => some.has(doc) || (pieces.length > 0 && pieces.every((set) => set.has(doc)));
    const found = all.map((doc) => {
      const [title, ...numbers] = namesOf(doc);
      const { share, titled, isCovered, isNamed } = measure(doc, title);
      const isTitled = runs.every(({ text }) => title.includes(text));
      let level = isCovered ? LEVEL.words : 0;
      if (runs.every((run) => isHeld(doc, run)) || (whole.length > 5 && numbers.some((one) => one.includes(whole)))) level = LEVEL.phrase;
      if (official.length && isNamed) level = LEVEL.named;
      if (isTitled) level = title === whole ? LEVEL.equal : LEVEL.title;
      const score = [scores, ...official.map((one) => one.docs)].reduce((sum, one) => sum + (one.get(doc) ?? 0), 0);
      return { doc, level, part: isTitled ? whole.length / title.length : 0, share, near: share + titled, score };
    });
    const full = found.filter(({ level }) => level)
      .sort((a, b) => b.level - a.level || isEnded(a.doc) - isEnded(b.doc) || b.part - a.part || b.score - a.score || b.doc - a.doc);
    // Words typed without blanks between them are looked for apart only where nobody writes them so.
    const isKept = ({ level }) => level > LEVEL.words || full[0].level === LEVEL.words;
    const near = [...found.filter(({ level, share }) => !level && share >= ENOUGH), ...full.filter((one) => !isKept(one))]
      .sort((a, b) => b.near - a.near || b.doc - a.doc);
    return {
      full: full.filter(isKept),
      partial: near.filter((one) => one.near >= CLOSE * near[0].near).slice(0, NEAR),
      included: official.map(({ word, words: some }) => ({ word, words: some })),
      sought: { needles: [...runs.map(({ text }) => text), ...official.flatMap(({ atoms }) => atoms.map((one) => one.join("")))], pairs },
    };
  }

  /** A run cut at its everyday words: what holds each piece, the word itself or an official one; [] if it has none. */
  async function piecesOf(asked, run, official) {
    const sets = [];
    let at = run.from;
    const add = async (to) => { if (to > at) sets.push(await holders(textsOf(asked, at, to))); };
    for (const { from, to, docs: some } of official.filter((one) => one.from >= run.from && one.to <= run.to)) {
      await add(from);
      sets.push(new Map([...some, ...await holders(textsOf(asked, from, to))]));
      at = to;
    }
    if (sets.length) await add(run.to);
    return sets;
  }

  /**
   * What a document has of a query: the share of its weight (`share`; in the title, `titled`), rare terms weighing
   * more, and whether each atom stands in a term that it has (`isCovered`; in the title, `isNamed`).
   */
  async function measuring(asked, runs, official) {
    const covers = runs.flatMap(({ from, to }) => (to - from === 1 ? [{ from, to }]
      : Array.from({ length: to - from - 1 }, (_, i) => ({ from: from + i, to: from + i + 2 })))).slice(0, PAIRS);
    await Promise.all(covers.map(async (cover) => {
      const atoms = textsOf(asked, cover.from, cover.to);
      cover.term = atoms.join("");
      cover.docs = await holders(atoms);
      cover.weight = Math.log(1 + count / (1 + cover.docs.size));
    }));
    // A pair that no document has mostly lies across two words, and says little.
    const mean = covers.reduce((sum, { weight }) => sum + weight, 0) / covers.length;
    const weights = asked.map(({ isIdle }, i) => (isIdle ? 0 : Math.max(0, ...covers.filter(({ from, to }) => from <= i && i < to)
      .map(({ docs: some, weight }) => (some.size ? weight : mean / 2)))));
    for (const { from, to } of official) weights.fill(Math.max(mean, ...weights.slice(from, to)), from, to);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const shareOf = (covered) => covered.reduce((sum, part, i) => sum + part * weights[i], 0) / total;
    return (doc, title) => {
      const inText = asked.map(() => 0);
      const inTitle = asked.map(() => 0);
      for (const { from, to, docs: some, atoms } of official) {
        if (some.has(doc)) inText.fill(0.8, from, to);
        if (atoms.some((one) => title.includes(one.join("")))) inTitle.fill(0.8, from, to);
      }
      for (const { from, to, docs: some, term } of covers) {
        if (some.has(doc)) inText.fill(1, from, to);
        if (title.includes(term)) inTitle.fill(1, from, to);
      }
      const isAll = (covered) => asked.every(({ isIdle }, i) => isIdle || covered[i]);
      return { share: shareOf(inText), titled: shareOf(inTitle), isCovered: isAll(inText), isNamed: isAll(inTitle) };
    };
  }

  const listed = (some, level) => some.map((doc) => ({ doc, level }));

  /** The documents that carry this number themselves: those of just this body before those whose body ends so. */
  function owners({ year, count: number, body }) {
    const grade = (doc) => Math.max(0, ...docs.doc_no[doc].split(/[、,，;；]/).map((one) => {
      const own = one.includes(number) || /[〇一二三四五六七八九十]/.test(one) ? rules.parse(simplify(one)).number : null;
      if (!own || own.year !== year || own.count !== number) return 0;
      if (!body || own.body === body) return 2;
      return own.body.endsWith(body) || (own.body.length > 2 && body.endsWith(own.body)) ? 1 : 0;
    }));
    const graded = all.map((doc) => ({ doc, grade: docs.doc_no[doc] && grade(doc) })).filter((one) => one.grade > 0);
    return listed(graded.sort((a, b) => b.grade - a.grade).map(({ doc }) => doc), LEVEL.number);
  }

  /** The laws of that name that have the article, with its passage. */
  async function byArticle({ law, count: number, sub }) {
    const laws = all.filter((doc) => namesOf(doc)[0].includes(law))
      .sort((a, b) => isEnded(a) - isEnded(b) || namesOf(a)[0].length - namesOf(b)[0].length || b - a).slice(0, 8);
    const wanted = `第${number}条${sub ? `之${sub}` : ""}`;
    const found = await Promise.all(laws.map(async (doc) => {
      const passage = (await textOf(doc)).find(([, heading, text]) => {
        const own = /^第(\d+)条(?:之(?:(\d)|([一二三四五六七八九])))?/.exec(squash(heading || text.slice(0, 20)));
        return own && `第${own[1]}条${own[2] || own[3] ? `之${own[2] ?? "〇一二三四五六七八九".indexOf(own[3])}` : ""}` === wanted;
      });
      return { doc, level: LEVEL.article, passage };
    }));
    return found.filter(({ passage }) => passage);
  }

  async function byPinyin(letters) {
    const titles = await keep("pinyin.json");
    return listed(all.filter((doc) => isSpelled(letters, titles[doc])), LEVEL.title);
  }

  const textOf = (doc) => keep(`text/${encodeURIComponent(docs.id[doc])}.json`);

  /** What a query finds: {kind, note, included, sought, full, partial}. */
  async function find(q, isPlain) {
    const asked = rules.parse(simplify(q), docs.words);
    if (!asked.atoms.length) {
      return { kind: "all", note: "", included: [], sought: { needles: [], pairs: [] }, full: listed(all, 0), partial: [] };
    }
    const index = asked.index && all.filter((doc) => docs.index_no[doc] && `=i:${namesOf(doc)[2]}` === asked.index);
    if (index?.length) {
      const sought = { needles: [asked.index.slice(3)], pairs: [] };
      return { kind: "index_no", note: "", included: [], sought, full: listed(index, LEVEL.number), partial: [] };
    }
    if (asked.number) {
      const { year, count: number, body, isCertain } = asked.number;
      const own = owners(asked.number);
      if (own.length || isCertain) {
        const name = year ? `${body}〔${year}〕${number}号` : `${body}第${number}号`;
        const named = await byWords(rules.parse(name).atoms, true);
        const others = own.length && !isCertain && !body ? [] : named.full.filter(({ level }) => level >= LEVEL.phrase);
        const note = own.length ? "" : `本站没有文号为“${name}”的文件${others.length ? "，下面是提到它的文件" : ""}。`;
        return { ...named, kind: "doc_no", note, full: unite(own, others), partial: [] };
      }
    }
    const day = asked.day && rules.parse(asked.day.split("-").map((part, i) => Number(part) + "年月日"[i]).join(""));
    const worded = { note: "", ...await byWords((day || asked).atoms, isPlain) };
    if (day) {
      const own = listed(all.filter((doc) => docs.date[doc].startsWith(asked.day)), LEVEL.number);
      return { ...worded, kind: "date", full: unite(own, worded.full), partial: [] };
    }
    const articles = asked.article ? await byArticle(asked.article) : [];
    if (articles.length) return { ...worded, kind: "article", full: unite(articles, worded.full), partial: [] };
    const letters = asked.atoms.map(({ text }) => text).join("");
    const spelled = /^[a-z]{2,}$/.test(letters) && !worded.full.length ? await byPinyin(letters) : [];
    if (spelled.length) return { ...worded, kind: "pinyin", full: spelled, partial: [] };
    const isAsked = asked.atoms.some(({ isIdle }) => isIdle) && worded.full.every(({ level }) => level < LEVEL.phrase);
    return { ...worded, kind: "text", isAsked };
  }

  function allowed(filters) {
    const tests = Object.entries(filters).filter(([, values]) => values.length);
    return (doc, except) => tests.every(([name, values]) =>
      name === except || valuesOf(name, doc).some((value) => values.includes(value)));
  }

  function countFacets(group, fits) {
    return Object.fromEntries(Object.entries(facets).map(([name, { values }]) => {
      const counts = new Map(values.map((value) => [value, 0]));
      for (const { doc } of group) {
        if (fits(doc, name)) for (const value of valuesOf(name, doc)) counts.set(value, counts.get(value) + 1);
      }
      return [name, [...counts]];
    }));
  }

  async function hitOf({ doc, level, passage }, sought) {
    const { anchor, ...shown } = excerptOf(await textOf(doc), sought, passage);
    const isThere = passage || (level < LEVEL.named && shown.marks.length + shown.headingMarks.length > 0);
    return {
      url: docs.url[doc] + (anchor && isThere ? `#${encodeURIComponent(anchor)}` : ""),
      title: docs.title[doc],
      titleMarks: marksIn(docs.title[doc], sought),
      doc_no: docs.doc_no[doc],
      index_no: docs.index_no[doc],
      date: docs.date[doc],
      validity: valuesOf("validity", doc)[0] ?? "",
      column: valuesOf("column", doc).pop() ?? "",
      issuer: valuesOf("issuer", doc).join("、"),
      ...shown,
    };
  }

  function marksIn(title, { needles, pairs }) {
    const marks = spans(title, needles);
    return marks.length ? marks : spans(title, pairs);
  }

  async function search({ q = "", filters = {}, sort = "relevance", plain = false, full = {}, partial = {} }) {
    const turn = ++searches;
    const key = JSON.stringify([q, plain]);
    const found = key === last.key ? last.found : await find(q, plain);
    if (turn !== searches) return null;
    last = { key, found };
    const fits = allowed(filters);
    const fitting = (group) => {
      const some = group.filter(({ doc }) => fits(doc));
      return sort === "date" ? some.sort((a, b) => b.doc - a.doc) : some;
    };
    const show = (group, { from = 0, size = 0 }) =>
      Promise.all(group.slice(from, from + size).map((one) => hitOf(one, found.sought)));
    const [whole, some] = [fitting(found.full), fitting(found.partial)];
    const isFolded = found.full.length > (found.isAsked ? FEW : 0);
    const [fullHits, partialHits] = await Promise.all([show(whole, full), isFolded && !partial.isOpen ? [] : show(some, partial)]);
    if (turn !== searches) return null;
    return {
      kind: found.kind,
      included: found.included,
      note: found.note,
      full: { count: whole.length, hits: fullHits },
      partial: { count: some.length, hits: partialHits, isFolded },
      facets: countFacets(found.full.length ? found.full : found.partial, fits),
    };
  }

  /** Titles and numbers that contain what is typed, those that begin with it first, then the newest. */
  async function suggest(q) {
    const needle = squash(q);
    if (!needle) return [];
    const { number } = rules.parse(simplify(q));
    const places = all.map((doc) => ({ doc, at: Math.min(...namesOf(doc).slice(0, 2).map((name) => name.indexOf(needle) >>> 0)) }));
    const named = listed(places.filter(({ at }) => at < 1e6).sort((a, b) => Math.min(a.at, 1) - Math.min(b.at, 1)).map(({ doc }) => doc));
    const spelled = /^[a-z]{2,}$/.test(needle) && !named.length ? await byPinyin(needle) : [];
    const found = unite(number ? owners(number) : [], [...named, ...spelled]).slice(0, 8);
    return found.map(({ doc }) => ({
      title: docs.title[doc],
      titleMarks: spans(docs.title[doc], [needle]),
      doc_no: docs.doc_no[doc],
      url: docs.url[doc],
    }));
  }

  return {
    about: () => ({ count, facets: Object.fromEntries(Object.entries(facets).map(([name, { values }]) => [name, values])) }),
    search,
    suggest,
  };
}

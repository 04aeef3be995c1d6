// The search itself: what is asked -> terms -> shards of the index -> ranked documents -> hits with excerpts.
// The index is made by sitegen/search/; docs/search-format.md describes its files and how a query is answered.
// Runs as a module worker (messages {id, method, args} -> {id, result | error}), and as well in a page or under node.

// ---------------------------------------------------------------- words: the same rules as sitegen/search/words.py

const WIDE = "\\u2e80-\\u{10ffff}"; // of these every letter is an atom
const DIGITS = "〇○零一二三四五六七八九";
const NUMERAL = `${DIGITS}两十百千万`;
const OPEN = "[〔\\[(【{〈《<﹝]";
const CLOSE = "[〕\\])】}〉》>﹞]";
const pattern = (text) => new RegExp(text, "gu");

/** The steps after folding, in order: what is replaced, and by what. */
const STEPS = [
  [pattern(`([${WIDE}])[^\\S\\n]+(?=[${WIDE}])`), (m) => m[1]],
  [pattern(`第([${NUMERAL}]+)(?=[条章节号款项编届次])`), (m) => `第${valueOf(m[1]) ?? m[1]}`],
  [pattern(`(^|[^${NUMERAL}])((?:一九|二[〇○零])[${DIGITS}]{2})(?=年)`), (m) => m[1] + digits(m[2])],
  [pattern(`(\\d年)([${NUMERAL}]{1,3})(?=月)`), (m) => m[1] + (valueOf(m[2]) ?? m[2])],
  [pattern(`(\\d月)([${NUMERAL}]{1,3})(?=日)`), (m) => m[1] + (valueOf(m[2]) ?? m[2])],
  [pattern("(^|[^\\d.])([12]\\d{3})([-/.])(\\d{1,2})\\3(\\d{1,2})(?![\\d.])"),
    (m) => `${m[1]}${m[2]}年${Number(m[4])}月${Number(m[5])}日`],
  [pattern("(\\d[年月])0(?=[1-9][月日])"), (m) => m[1]],
  [pattern(`${OPEN}\\s*(\\d{4})\\s*年?\\s*${CLOSE}\\s*第?\\s*0*(\\d{1,5})\\s*号`), (m) => `〔${m[1]}〕${m[2]}号`],
];
const THOUSANDS = pattern("(\\d),(?=\\d{3}(?!\\d))");
const MARKS = pattern("[^\\p{L}\\p{N}]+");
const UNITS = { 十: 10, 百: 100, 千: 1000 };

let variants = new Map(); // traditional -> simplified; read when a query or a text needs it

const isWide = (atom) => atom >= "\u2e80";
const join = (a, b) => (isWide(a) || isWide(b) ? a + b : `${a} ${b}`);

const digit = (char) => (char === "两" ? 2 : /\d/.test(char) ? Number(char) : Math.max(0, DIGITS.indexOf(char) - 2));
const digits = (text) => [...text].map(digit).join("");

/** The number that a numeral stands for, in digits or in Chinese; null if it is none. */
function valueOf(text) {
  if (!/[十百千万]/.test(text)) return text ? Number(digits(text)) : null;
  let total = 0;
  let section = 0;
  let last = 10000;
  let held = 0;
  for (const char of text) {
    const unit = UNITS[char];
    if (char === "万") [total, section, held, last] = [(total + section + held) * 10000, 0, 0, 10000];
    else if (!unit) held = digit(char);
    else if (unit >= last) return null;
    else [section, held, last] = [section + (held || 1) * unit, 0, unit];
  }
  return total + section + held;
}

const folds = new Map(); // character -> what it is compared as

function fold(char) {
  if (char >= "一" && char <= "鿿") return variants.get(char) ?? char;
  if (!folds.has(char)) {
    folds.set(char, [...char.normalize("NFKC").toLowerCase()].map((one) => variants.get(one) ?? one).join(""));
  }
  return folds.get(char);
}

/** A text as it is compared, and the place in the original of each unit of it (null: the same): {text, from, to}. */
function trace(original) {
  let text = "";
  let from = null;
  let to = null;
  let at = 0;
  for (const char of original) {
    const folded = fold(char);
    if (!from && folded.length !== char.length) {
      from = [...Array(text.length).keys()];
      to = from.map((i) => i + 1);
    }
    if (from) {
      for (let i = 0; i < folded.length; i++) {
        from.push(at);
        to.push(at + char.length);
      }
    }
    text += folded;
    at += char.length;
  }
  return STEPS.reduce(rewrite, { text, from, to });
}

/** Replace, and keep the places: what both sides have in common at their ends stays where it was. */
function rewrite(traced, [wanted, replacement]) {
  let matches = [];
  try {
    matches = [...traced.text.matchAll(wanted)];
  } catch (error) { // Firefox may run out of the stack of its regular expressions: then the text stays as it is written
    if (error.name !== "InternalError") throw error;
  }
  if (!matches.length) return traced;
  const begin = (i) => (traced.from ? traced.from[i] : i);
  const end = (i) => (traced.to ? traced.to[i] : i + 1);
  let text = "";
  const from = [];
  const to = [];
  let done = 0;
  const keep = (stop) => {
    text += traced.text.slice(done, stop);
    for (; done < stop; done++) {
      from.push(begin(done));
      to.push(end(done));
    }
  };
  for (const match of matches) {
    const old = match[0];
    const made = replacement(match);
    const most = Math.min(old.length, made.length);
    let head = 0;
    while (head < most && old[head] === made[head]) head++;
    let tail = 0;
    while (tail < most - head && old[old.length - 1 - tail] === made[made.length - 1 - tail]) tail++;
    keep(match.index + head);
    const stop = match.index + old.length - tail;
    for (const unit of made.slice(head, made.length - tail)) {
      text += unit;
      from.push(begin(match.index + head));
      to.push(end(Math.max(match.index + head, stop - 1)));
    }
    done = stop;
  }
  keep(traced.text.length);
  return { text, from, to };
}

export const normalize = (text) => trace(text).text;

const kinds = new Map(); // character -> "w" an atom of its own, "n" part of a run, "\n" a break, "" neither

function kindOf(char) {
  if (char >= "一" && char <= "鿿") return "w";
  if (!kinds.has(char)) {
    const kind = /[\p{L}\p{N}]/u.test(char) ? (isWide(char) ? "w" : "n") : ",;:!?。\n".includes(char) ? "\n" : "";
    kinds.set(char, kind);
  }
  return kinds.get(char);
}

/** Atoms and breaks (line feeds) with their places: [{text, from, to}, …]. */
function places(original) {
  const { text, from, to } = rewrite(trace(original), [THOUSANDS, (m) => m[1]]);
  const found = [];
  let before = "";
  let at = 0;
  for (const char of text) {
    const kind = kindOf(char);
    const end = at + char.length;
    const stop = to ? to[end - 1] : end;
    if (kind === before && (kind === "n" || kind === "\n")) {
      const last = found[found.length - 1];
      if (kind === "n") last.text += char;
      last.to = stop;
    } else if (kind) found.push({ text: kind === "\n" ? kind : char, from: from ? from[at] : at, to: stop });
    before = kind;
    at = end;
  }
  return found;
}

const recent = new Map(); // text -> its places; the texts of a page of hits are looked at more than once

function placesIn(text) {
  const found = recent.get(text) ?? places(text);
  recent.delete(text);
  recent.set(text, found);
  if (recent.size > 400) recent.delete(recent.keys().next().value);
  return found;
}

export const atoms = (text) => places(text).map((place) => place.text);

export function terms(text) {
  const list = ["\n", ...atoms(text), "\n"];
  const found = [];
  for (let i = 1; i < list.length - 1; i++) {
    const [before, atom, next] = list.slice(i - 1, i + 2);
    if (atom === "\n") continue;
    if (!isWide(atom) || (before === "\n" && next === "\n")) found.push(atom);
    if (next !== "\n") found.push(join(atom, next));
  }
  return found.sort();
}

const squash = (text) => normalize(text).replace(MARKS, "");

// ---------------------------------------------------------------- what is asked

const MOST_ATOMS = 80; // of a query; what comes after is not read
const LATIN = /^[a-z]+$/;
const FINALS = "i?a|i?ang?|i?ao|ai|ie|iu|ing?|i|e|ei|eng?|i?ong|ou?|u|ua|uai|uang?|ue|ui|un|uo|ve?";
const SYLLABLE = new RegExp(`^(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])(?:${FINALS})|a(?:i|o|ng?)?|e[inr]?|ou?)$`);

/**
 * A query as its atoms with what follows each (`gap`: "" nothing, " " a blank, "\n" a break), those that are only
 * question words (`isIdle`), and the numbers and articles it may name.
 */
export function parse(text, { questions = [], edges = [] } = {}) {
  const list = places(text);
  const asked = [];
  for (const place of list) {
    const last = asked[asked.length - 1];
    if (place.text === "\n") {
      if (last) last.gap = "\n";
    } else if (asked.length < MOST_ATOMS) {
      if (last && !last.gap && /\s/.test(text.slice(last.to, place.from))) last.gap = " ";
      asked.push({ text: place.text, from: place.from, to: place.to, gap: "", isIdle: false });
    }
  }
  if (asked.length) asked[asked.length - 1].gap = "\n";
  setAside(asked, new Set(questions), new Set(edges));
  const number = documentNumber(text) ?? numberAndMore(text);
  return { atoms: asked, number, index: indexNumber(text), article: article(text), day: day(text) };
}

/** Mark the question words by longest match, then single characters at the edges of what is left. */
function setAside(asked, questions, edges) {
  const longest = Math.max(0, ...[...questions].map((words) => words.length));
  for (let i = 0; i < asked.length; i++) {
    let words = "";
    let end = 0;
    for (let j = i; j < asked.length && words.length < longest; j++) {
      words += asked[j].text;
      if (questions.has(words)) end = j + 1;
      if (asked[j].gap === "\n") break;
    }
    for (let j = i; j < end; j++) asked[j].isIdle = true;
    if (end) i = end - 1;
  }
  for (const [start, end] of stretches(asked)) {
    let [first, last] = [start, end - 1];
    while (last - first >= 2 && edges.has(asked[first].text)) asked[first++].isIdle = true;
    while (last - first >= 2 && edges.has(asked[last].text)) asked[last--].isIdle = true;
  }
  if (asked.every((atom) => atom.isIdle)) for (const atom of asked) atom.isIdle = false;
}

/** Where an everyday word begins, with a single atom that would be left before it: 加[装电梯]. */
function withRest(list, from, to) {
  const [start] = stretches(list).find((stretch) => stretch[0] <= from && to <= stretch[1]) ?? [from];
  return from - start === 1 ? start : from;
}

/** Runs of atoms without a gap or an idle atom: [[from, to], …]. */
function stretches(asked) {
  const found = [];
  let start = -1;
  asked.forEach((atom, i) => {
    if (atom.isIdle) start = -1;
    else {
      if (start < 0) found.push([start = i, i + 1]);
      else found[found.length - 1][1] = i + 1;
      if (atom.gap) start = -1;
    }
  });
  return found;
}

const arabic = (text) => text
  .replace(pattern(`[${DIGITS}]{4}(?=-?年|-)`), digits)
  .replace(pattern(`([\\d年第令告-])([${NUMERAL}]+)(?=号|$)`), (_, at, count) => at + (valueOf(count) ?? count))
  .replace(/第?(\d{1,5})-?号-?(令|公告|通告|公报)/g, "$2$1号") // the order that 文号 have: 2024年第5号公告, 2024年公告第5号
  .replace(/((?:19|20)\d\d)-?年?-?(令|公告|通告|公报)-?第?(?=\d)/g, "$2$1年")
  .replace(/^国令/, "国务院令");

const BRACKETED = pattern(`${OPEN}\\s*[\\d${DIGITS}]{4}`);
const SERIAL = /[令告报]$/;
const NUMBER = /^(\D*?)-?(?:((?:19|20)\d\d)(-?年?-?第?-?))?0*(\d{1,5})-?(号?)$/;

/**
 * A 文号 in any form that people type, or null: its terms in the index, year ("" in an order) and count, the body before
 * it ("" if none is named), and whether it can be nothing else (`isCertain`).
 */
function documentNumber(text) {
  const bare = normalize(text).trim()
    .replace(/^(?:发文字号|文件编号|文件号|文号)[\s:]*/, "").replace(/(?:文件|全文|原文|文)$/, "")
    .replace(pattern(`(${OPEN})(?=[0-4]\\d${CLOSE})`), "$120"); // 〔24〕
  const line = arabic(bare.replace(MARKS, "-").replace(/^-|-$/g, ""));
  const [, head, year = "", apart, count, end] = NUMBER.exec(line) ?? [];
  if (!count) return null;
  const body = head.replace(/-/g, "").replace(/第$/, "");
  const isSerial = SERIAL.test(body); // what is counted every year but for orders, and may be known without its year
  if (!year && !end && !isSerial) return null;
  if (!body && /(?:19|20)\d{3}/.test(line)) return null; // eight digits are no 文号
  const isCertain = Boolean(year ? (end && apart) || bare.search(BRACKETED) >= 0 : end && /令$/.test(body));
  const own = [`=${year}-${count}`, `=${count}`];
  return { terms: own.slice(year ? 0 : 1, year && !isSerial ? 1 : 2), year, count, body, isCertain };
}

/** A 文号 with what is asked of it (`rest`), or null. */
function numberAndMore(text) {
  const [, one, rest] = /^(.*?[号號](?:令|公告|通告)?)(.+)$/u.exec(text) ?? [];
  const number = rest && documentNumber(one);
  return number?.body ? { ...number, rest, isCertain: false } : null;
}

/** The bodies that carry this number in the 文号 of a document: 某政发〔2024〕3号 -> ["某政发"]. */
function bodiesOf({ doc_no, date }, { year, count }) {
  const found = arabic(normalize(doc_no).replace(MARKS, "")).matchAll(/(\D*?)(?:(\d{4})年?)?第?0*(\d{1,5})号/g);
  const itsYear = year && date.slice(0, 4);
  return [...found].filter((one) => (one[2] ?? itsYear) === year && one[3] === count)
    .map((one) => one[1].replace(/第$/, ""));
}

const INDEX_WORD = /^\s*索引[号號][\s:：]*/;
const INDEX = /^\s*(索引号|\w[-\w/ ]{3,}[-/ ](19|20)\d\d[-/ ][-\w]*\d{3}\s*$)/;

/** Whether a query, `bare` without 索引号, can be nothing but an index number: digits besides those of years. */
const isIndexNumber = (text, bare) => INDEX.test(normalize(text)) && /\d{3}/.test(bare.replace(/\b(19|20)\d\d\b/g, ""));

function indexNumber(text) {
  const line = squash(text.replace(INDEX_WORD, ""));
  return line.length > 5 && (line.match(/\d/g) ?? []).length > 3 && !/[年月日号条]/.test(line) ? `=i:${line}` : "";
}

const COUNT = `(?:\\d+|[${NUMERAL}]+)`;
const ARTICLE = new RegExp(`^(.*?)的?第?(${COUNT})条(?:之(${COUNT}))?(?:第?${COUNT}[款项])*(.*)$`, "u");

const OWN_ARTICLE = new RegExp(`^第(\\d+)条(?:之(${COUNT}))?`, "u");

/** A named law and one of its articles, or null: 民法典第1165条 -> {law: "民法典", count: 1165, sub: 0}. */
function article(text) {
  const found = ARTICLE.exec(squash(text).replace(/^(?:根据|依据|依照|按照)/, ""));
  if (!found || found[1].length < 2 || found[1].length > 40 || found[4].length > 12) return null;
  return { law: found[1], count: Number(valueOf(found[2])), sub: Number(found[3] ? valueOf(found[3]) : 0) };
}

/** A year, a month or a day and nothing else, as 2021, 2021-06 or 2021-06-03; or null. */
function day(text) {
  const line = normalize(text).trim().replace(/[/.]/g, "-");
  const found = /^(\d{4})(?:年|-|$)(?:0?(\d{1,2})(?:月|-|$)(?:0?(\d{1,2})日?)?)?$/.exec(line);
  if (!found || !/^(?:19|20)/.test(found[1]) || found[2] > 12) return null;
  return found.slice(1).filter(Boolean).map((part) => part.padStart(2, "0")).join("-");
}

/** The ways to read letters as syllables, those of the fewest syllables first; at most `most` of them. */
function readings(words, most = 12) {
  let ways = [[]];
  for (const word of words) {
    const ends = Array.from({ length: word.length + 1 }, () => []);
    ends[0] = [[]];
    for (let to = 1; to <= word.length; to++) {
      for (let from = Math.max(0, to - 6); from < to; from++) {
        const part = word.slice(from, to);
        if (SYLLABLE.test(part)) ends[to].push(...ends[from].map((way) => [...way, part]));
      }
      ends[to].sort((a, b) => a.length - b.length).splice(most);
    }
    ways = ways.flatMap((way) => ends[word.length].map((more) => [...way, ...more])).slice(0, most);
  }
  return ways.filter((way) => way.length > 1).sort((a, b) => a.length - b.length);
}

const pairsOf = (list) => list.slice(1).map((atom, i) => join(list[i], atom));
const neighbours = (list, size, glue) => list.slice(size - 1).map((_, i) => list.slice(i, i + size).join(glue));

// ---------------------------------------------------------------- reading the index

const KEPT = 600; // files in memory

function crc32(bytes) {
  let c = -1;
  for (const byte of bytes) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  }
  return ~c >>> 0;
}

async function unpack(answer, inflater) {
  if (typeof DecompressionStream === "function") {
    return new Uint8Array(await new Response(answer.body.pipeThrough(new DecompressionStream("deflate"))).arrayBuffer());
  }
  const { inflate } = await import(inflater);
  return inflate(new Uint8Array(await answer.arrayBuffer()));
}

/** The files below search/data/, each read once while it is in use. */
function reader(root, inflater) {
  const kept = new Map();
  const load = async (path) => {
    const answer = await fetch(new URL(`search/data/${path}`, root), { cache: "no-cache" });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return unpack(answer, inflater);
  };
  const read = (path, made) => {
    const found = kept.get(path) ?? load(path).then(made);
    kept.delete(path); // and last again: the first is the one that was not asked for longest
    kept.set(path, found);
    found.catch(() => kept.delete(path));
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    return found;
  };
  const json = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
  return { bytes: (path) => read(path, (bytes) => bytes), json: (path) => read(path, json) };
}

const numbersOf = (text) => Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i) - 48);

let at = 0; // where `varint` reads next

function varint(bytes) {
  let value = 0;
  let factor = 1;
  for (;;) {
    if (!(at < bytes.length)) throw new Error("a damaged shard");
    const byte = bytes[at++];
    value += (byte & 127) * factor;
    if (byte < 128) return value;
    factor *= 128;
  }
}

/** The lists of one term in its shard, or null. */
function entryOf(shard, term) {
  at = 0;
  const skipped = varint(shard);
  at += skipped;
  while (at < shard.length) {
    const length = varint(shard);
    const start = at;
    at += length;
    const names = varint(shard);
    const body = varint(shard);
    const end = at + names + (body >> 1);
    if (length === term.length && term.every((byte, i) => byte === shard[start + i])) {
      return { names: shard.subarray(at, at + names), body: shard.subarray(at + names, end), isBitmap: (body & 1) > 0 };
    }
    at = end;
  }
  if (at > shard.length) throw new Error("a damaged shard");
  return null;
}

/** Call `each(document, isOther)` for those that have the term in a name. */
function eachName(entry, each) {
  let doc = -1;
  let next = 0;
  while (next < entry.names.length) {
    at = next;
    const value = varint(entry.names);
    next = at;
    doc += value >> 1;
    each(doc, value & 1);
  }
}

/** Call `each(document, weight, units)` for those that have the term in the text; `units` is null where none is told. */
function eachPlace(entry, each) {
  const bytes = entry.body;
  if (entry.isBitmap) {
    for (let i = 0; i < bytes.length; i++) {
      for (let left = bytes[i], bit = 0; left; left >>= 1, bit++) if (left & 1) each(i * 8 + bit, 0, null);
    }
    return;
  }
  const first = Uint8Array.of(1);
  let doc = -1;
  let next = 0;
  while (next < bytes.length) {
    at = next;
    const value = varint(bytes);
    let units = first;
    if (value & 1) {
      const length = varint(bytes);
      units = bytes.subarray(at, at + length);
      at += length;
    }
    next = at;
    doc += value >> 3;
    each(doc, (value >> 1) & 3, units);
  }
}

// ---------------------------------------------------------------- matching

const SUGGESTED = 8;
const AT_ONCE = 8; // pairs of a long query that are read first
const AT_MOST = 24; // pairs of a query that are read at all
const TYPED = 3; // documents that use a word, so that it is no everyday word
const LONGER = 8; // documents that are shown for a question, though they have a part of it
const FEW = 5; // of other queries; and documents that are so few that their texts are read, or others are shown beside them
const DEEP = 60_000; // documents times terms that are looked at unit by unit
const SENTENCE = 8; // atoms; a query of more is a sentence
const TOGETHER = 8; // documents that have the words apart, and are looked into where hardly any has them as they stand
const LEAST_MEANT = 5; // characters of a query that may be misspelt
const MOST_MEANT = 60; // and at most
const LONG_MEANT = 14; // from more on in two places
const READ_MEANT = 16; // texts that are looked into for what was meant
const NEAR = 300; // documents that do not have all of a query and are looked at
const TITLE = 2;
const OTHER = 4;

const spread = (joints, most) => Array.from({ length: most }, (_, i) => joints[Math.floor((i * joints.length) / most)]);

/** The plan of a query of which only some pairs are read. */
function partOf(list, joints) {
  const plan = planOf(list);
  plan.covers = plan.covers.filter(({ from, to }) => joints.some((joint) => joint.from === from && joint.to === to));
  plan.needed = list.map((_, i) => plan.covers.some(({ from, to }) => from <= i && i < to));
  plan.read = plan.covers.map(({ term }) => plan.terms[term]);
  return plan;
}

/** The terms of a query, what each covers, and the official words that everyday words in it lead to. */
function planOf(list) {
  const plan = { atoms: list, terms: [], covers: [], alternatives: [] };
  Object.assign(plan, { covered: new Float32Array(list.length), missing: [] }); // for `measure`
  const numbers = new Map();
  plan.number = (term) => {
    if (!numbers.has(term)) numbers.set(term, plan.terms.push(term) - 1);
    return numbers.get(term);
  };
  const isAlone = (i) => (i === 0 || list[i - 1].gap !== "") && list[i].gap !== "";
  list.forEach((atom, i) => {
    const cover = (term, to, isJoint, isIdle) =>
      plan.covers.push({ term: plan.number(term), from: i, to, isJoint, isIdle });
    const next = list[i + 1];
    if (!isWide(atom.text) || isAlone(i)) cover(atom.text, i + 1, false, atom.isIdle);
    if (!next || atom.gap === "\n") return;
    const isNear = isAlone(i) || isAlone(i + 1) || !isWide(atom.text) || !isWide(next.text);
    if (!atom.gap || isNear) cover(join(atom.text, next.text), i + 2, !atom.gap, atom.isIdle || next.isIdle);
  });
  // A single character is in no term of a longer run, so that nothing can be told of it.
  const isPaired = (i) => plan.covers.some(({ from, to }) => to - from === 2 && from <= i && i < to);
  const isNeeded = (atom, i) => !atom.isIdle && (!isWide(atom.text) || isPaired(i));
  plan.needed = list.map(isNeeded);
  if (!plan.needed.some(Boolean)) plan.needed = list.map(() => true);
  plan.segments = stretches(list).map(([from, to]) => list.slice(from, to).map((atom) => atom.text));
  return plan;
}

/** The documents that hold terms of the plan: which terms, where, and how telling each is. */
function match(plan, entries, count) {
  const width = plan.terms.length;
  const flags = new Uint8Array(count * width); // 1 text, 2 title, 4 another name, and 8 times the weight
  const rare = new Float32Array(width);
  const found = new Uint32Array(width);
  const often = new Uint32Array(width); // more than once, or in a name: words do so, what lies across two words does not
  const overlap = new Float32Array(count);
  const typed = new Float32Array(count); // the part of it that was typed, without official words for it
  const isTyped = plan.terms.map((_, t) => plan.covers.some(({ term }) => term === t));
  const titled = new Float32Array(count); // the part of it that is in the title
  plan.terms.forEach((term, t) => {
    const entry = entries.get(term);
    if (!entry) return;
    eachPlace(entry, (doc, weight) => {
      flags[doc * width + t] = 1 | (weight << 3);
      found[t]++;
      if (weight) often[t]++;
    });
    eachName(entry, (doc, isOther) => {
      if (!flags[doc * width + t]) found[t]++;
      flags[doc * width + t] |= isOther ? OTHER : TITLE;
      if (!isOther) often[t]++;
    });
    rare[t] = Math.log(1 + count / (1 + found[t]));
    if (!entry.isBitmap) rare[t] *= 0.3 + 0.7 * Math.min(1, (2 * often[t]) / (1 + found[t]));
  });
  for (let doc = 0, i = 0; doc < count; doc++) {
    for (let t = 0; t < width; t++, i++) {
      if (flags[i]) overlap[doc] += rare[t];
      if (flags[i] && isTyped[t]) typed[doc] += rare[t];
      if (flags[i] & TITLE) titled[doc] += rare[t];
    }
  }
  weigh(plan, rare, found);
  return { width, flags, rare, overlap, typed, titled };
}

/** Weights of what the query asks; a pair that no document has lies across two words, or is misspelt. */
function weigh(plan, rare, found) {
  const mean = plan.covers.reduce((sum, { term }) => sum + rare[term], 0) / Math.max(1, plan.covers.length);
  plan.weights = plan.atoms.map(() => 0);
  for (const cover of plan.covers) {
    cover.weight = (found[cover.term] ? rare[cover.term] : mean * 0.5) * (cover.isIdle ? 0.1 : 1);
    for (let i = cover.from; i < cover.to; i++) {
      if (plan.needed[i]) plan.weights[i] = Math.max(plan.weights[i], cover.weight);
    }
  }
  for (const { from, to, words } of plan.alternatives) { // what it is about, hence telling
    const best = Math.max(mean, ...words.map((word) => Math.max(...word.map((term) => rare[term]))));
    plan.weights.fill(best, from, to);
  }
  plan.total = plan.weights.reduce((sum, weight) => sum + weight, 0) || 1;
  plan.joints = plan.covers.reduce((sum, { weight, isJoint }) => sum + (isJoint ? weight : 0), 0) || 1;
}

/** Whether a row of flags has an official word. */
function stand({ words }, row, at) {
  for (const word of words) {
    let i = 0;
    while (i < word.length && row[at + word[i]]) i++;
    if (i === word.length) return true;
  }
  return false;
}

/** Whether a row of flags has something of all that is needed. */
function covers(plan, row, at) {
  const { covered, needed } = plan;
  covered.fill(0);
  for (const { term, from, to } of plan.covers) if (row[at + term]) covered.fill(1, from, to);
  for (const one of plan.alternatives) if (stand(one, row, at)) covered.fill(1, one.from, one.to);
  for (let i = 0; i < needed.length; i++) if (needed[i] && !covered[i]) return false;
  return true;
}

/**
 * What one row of flags has of the query: the share of the weight of its atoms (`share`) and of its joints (`joined`),
 * whether all is covered, how many joints are broken, and whether an official word stands for what was typed.
 */
function measure(plan, row, at) {
  const { covered, missing } = plan; // made once: this runs ten thousand times for a query
  covered.fill(0);
  missing.length = 0;
  let joined = 0;
  for (const cover of plan.covers) {
    if (row[at + cover.term]) {
      for (let i = cover.from; i < cover.to; i++) covered[i] = 1;
      if (cover.isJoint) joined += cover.weight;
    } else if (cover.isJoint) missing.push(cover);
  }
  const stands = plan.alternatives.filter((one) =>
    (missing.some((joint) => joint.from >= one.from && joint.to <= one.to) || covered.subarray(one.from, one.to).includes(0))
    && stand(one, row, at));
  let broken = 0;
  for (const { from, to, weight, isIdle } of missing) {
    if (stands.some((one) => one.from <= from && to <= one.to)) joined += 0.8 * weight;
    else if (!isIdle) broken++;
  }
  for (const { from, to } of stands) {
    for (let i = from; i < to; i++) covered[i] ||= 0.8;
    const isEdge = (cover) => cover.isJoint && row[at + cover.term] && (cover.to === from + 1 || cover.from === to - 1);
    broken += plan.covers.filter(isEdge).length; // what was typed beside the word does not stand beside the official one
  }
  let share = 0;
  let count = 0;
  let missed = 0;
  for (let i = 0; i < covered.length; i++) {
    share += covered[i] * plan.weights[i];
    if (plan.needed[i]) covered[i] ? count++ : missed++;
  }
  return {
    share: share / plan.total,
    joined: joined / plan.joints,
    count,
    broken,
    isCovered: !missed,
    isWhole: !missed && !broken,
    isOther: stands.length > 0,
  };
}

/** Documents part by part as rows of flags: [title, other names, unit 0, …]; of those not in `deep` the names alone. */
function rowsOf(plan, entries, docs, deep, flags, units) {
  const width = plan.terms.length;
  const starts = new Map();
  let size = 0;
  for (const doc of docs) {
    starts.set(doc, size);
    size += ((deep.has(doc) ? units[doc] : 0) + 2) * width;
  }
  const rows = new Uint8Array(size);
  for (const [doc, start] of starts) {
    for (let t = 0; t < width; t++) {
      rows[start + t] = flags[doc * width + t] & TITLE;
      rows[start + width + t] = flags[doc * width + t] & OTHER;
    }
  }
  plan.terms.forEach((term, t) => {
    const entry = entries.get(term);
    if (!entry) return;
    eachPlace(entry, (doc, _, mask) => {
      if (!deep.has(doc)) return;
      const start = starts.get(doc) + 2 * width + t;
      for (let unit = 0; unit < units[doc]; unit++) {
        if (!mask || mask[unit >> 3] & (1 << (unit & 7))) rows[start + unit * width] = 1;
      }
    });
  });
  return { rows, starts };
}

/** Levels of a complete match, best first by number. */
const LEVEL = { number: 9, article: 8, equal: 7, title: 5, phrase: 4, near: 3, words: 2 };

/**
 * Rank the documents that matched, as {doc, unit, level, …}: `full` have what was asked as it stands, `weak` its words
 * apart, `partial` a part of it; `runs` tells what remains to be seen in the text of a document of `full` or `weak`.
 */
function rank(plan, entries, { count, titles, lengths, units, isEnded }) {
  const { width, flags, rare, overlap, typed: own, titled } = match(plan, entries, count);
  const asked = plan.needed.filter(Boolean).length;
  const isQuestion = plan.atoms.some((atom) => atom.isIdle);
  const [most, mostOwn] = [overlap, own].map((all) => all.reduce((a, b) => Math.max(a, b), 0));
  const covered = [];
  const others = [];
  for (let doc = count - 1; doc >= 0; doc--) {
    if (!overlap[doc] || (overlap[doc] < 0.3 * most && own[doc] < 0.5 * mostOwn)) continue;
    (covers(plan, flags, doc * width) ? covered : others).push(doc);
  }
  const byPromise = (a, b) => overlap[b] + titled[b] - overlap[a] - titled[a];
  const docs = [...covered.sort(byPromise), ...others.sort(byPromise).slice(0, NEAR)];
  const deep = new Set(docs.slice(0, DEEP / width));
  const { rows, starts } = rowsOf(plan, entries, docs, deep, flags, units);

  const full = [];
  const partial = [];
  for (const doc of docs) {
    const start = starts.get(doc);
    const all = measure(plan, flags, doc * width);
    const title = measure(plan, rows, start);
    const names = measure(plan, rows, start + width);
    const unseen = { best: { ...all, isWhole: all.isWhole && width < 2 }, unit: 0 };
    const { best, unit } = bestUnit(plan, rows, start + 2 * width, deep.has(doc) ? units[doc] : 0) ?? unseen;
    const value = 0.7 * best.share + 0.3 * best.joined;
    const length = Math.max(1, titles[doc]);
    let level = 0;
    if (title.isWhole) {
      const isEqual = length === plan.atoms.length || length === asked;
      level = isEqual && !title.isOther ? LEVEL.equal : LEVEL.title;
    } else if (best.isWhole || names.isWhole || (all.isWhole && plan.segments.length > 1 && !isQuestion)) {
      level = LEVEL.phrase;
    } else if (all.isCovered) level = best.isCovered ? LEVEL.near : LEVEL.words;
    let sum = 0;
    let isUsed = false; // more than by chance
    for (let t = 0; t < width; t++) {
      const flag = flags[doc * width + t];
      isUsed ||= (flag & TITLE) > 0 || flag > 7;
      if (flag & 1) sum += rare[t] * [0.7, 0.85, 1, 1.3][flag >> 3];
    }
    (level ? full : partial).push({
      doc,
      unit,
      level,
      score: title.share * (1 + Math.min(1, asked / length)) + (level === LEVEL.title ? (8 * asked) / length : 0)
        + (level >= LEVEL.title ? 0 : sum / plan.total / (0.6 + 0.4 * lengths[doc]) + value),
      near: (0.5 * value + 0.3 * all.share + 0.8 * title.joined) / 1.6,
      alike: Math.max(value, title.share),
      share: all.share,
      held: all.count / asked, // of what was asked: less than half is chance
      broken: all.broken,
      isUsed,
      isOther: (title.isWhole ? title : all).isOther,
    });
  }
  full.sort((a, b) => b.level - a.level || isEnded[a.doc] - isEnded[b.doc] || b.score - a.score || b.doc - a.doc);
  let whole = full.filter(({ level }) => level >= LEVEL.phrase);
  // Official words stand for an everyday word that is hardly used, and come after one that is official itself.
  const typed = whole.filter(({ isOther }) => !isOther);
  if (typed.filter(({ isUsed }) => isUsed).length >= TYPED) {
    const titled = whole.filter(({ isOther, level }) => isOther && level > LEVEL.phrase);
    partial.push(...whole.filter(({ isOther, level }) => isOther && level <= LEVEL.phrase));
    whole = typed[0].level > LEVEL.phrase ? [...typed, ...titled] : [...titled, ...typed];
  }
  // Words typed without blanks between them are looked for apart only where nobody writes them so, and no further
  // apart than they must be; and not where a title is as good as what was asked.
  const apart = full.filter(({ level }) => level < LEVEL.phrase);
  const least = Math.max(1, Math.min(...apart.map(({ broken }) => broken)));
  const isWeak = ({ broken }) => broken <= least && !isQuestion;
  partial.push(...apart.filter((one) => !isWeak(one)));
  const runs = (doc) => runsOf(plan, flags, doc * width, rows, starts.get(doc), deep.has(doc) ? units[doc] : 0);
  return { full: whole, weak: apart.filter(isWeak), partial, runs };
}

/** The unit that has most of what is asked; only those with many of its terms are measured. */
function bestUnit(plan, rows, start, units) {
  const width = plan.terms.length;
  const hits = new Uint16Array(units);
  let most = 0;
  for (let unit = 0, t = start; unit < units; unit++) {
    for (const end = t + width; t < end; t++) hits[unit] += rows[t];
    most = Math.max(most, hits[unit]);
  }
  let found = null;
  for (let unit = 0; unit < units; unit++) {
    if (hits[unit] < 0.6 * most) continue;
    const best = measure(plan, rows, start + unit * width);
    const value = 0.7 * best.share + 0.3 * best.joined;
    if (!found || value > found.value) found = { best, unit, value };
  }
  return found;
}

/** Those that are worth showing among documents that do not have all that was asked, the nearest first. */
function nearest(partial, { atoms }, isQuestion) {
  const order = [...partial].sort((a, b) => b.near - a.near || b.doc - a.doc);
  const isNear = ({ share, held, near }) => (share >= 0.4 && (isQuestion || held >= 0.5) && near >= 0.8 * order[0].near)
    || (isQuestion && share >= 0.25 && near >= 0.6 * order[0].near);
  const near = order.filter(isNear);
  const isAny = !near.length && atoms.length > SENTENCE; // who asks so much is glad of anything
  return (isAny ? order.filter(({ share }) => share >= 0.25) : near).slice(0, isQuestion ? LONGER : FEW);
}

const PLACES = "省市县区州镇乡村";
const PLACE = new RegExp(`[${PLACES}]`);
const EXACT = new RegExp(`[^${WIDE}]|[${NUMERAL}不未无非没]`, "u"); // nobody leaves one out or writes it by mistake
const SENSE = new RegExp(`[上下内外前后左右东西南北中男女老少大小高低多增减加${PLACES}]`); // nor one of these for another

/**
 * The part of a line that differs from `words` in fewest characters, at most `most`, and where a slip of the hand may be:
 * not at its ends, nor in what means too much or names a place; {text, cost}, or null.
 */
function nearly(line, words, most) {
  const last = words.length - 1;
  let from = line.indexOf(words[0]);
  if (from < 0) return null;
  const facts = Array.from({ length: words.length }, (_, i) => {
    const [isExact, isSense] = [EXACT.test(words[i]), SENSE.test(words[i])];
    const isPlace = PLACE.test(words.slice(i + 1, i + 3));
    return { isSense, isPlace, isFixed: isExact || isPlace, left: isExact || isSense || isPlace ? 9 : 1 };
  });
  let best = null;
  for (; from >= 0; from = line.indexOf(words[0], from + 1)) {
    const part = line.slice(from, from + words.length + most);
    if (!part.includes(words[last], 1)) continue;
    let [older, old] = [[], []];
    for (let j = 0; j < part.length; j++) {
      const [price, isSense] = [EXACT.test(part[j]) ? 9 : 1, SENSE.test(part[j])];
      const row = [j * 9]; // what it costs to make words[0..i] of part[0..j]
      for (let i = 1; i <= last; i++) {
        const fact = facts[i];
        const changed = part[j] === words[i] ? 0 : fact.isFixed || (fact.isSense && isSense) ? 9 : price;
        const added = fact.isPlace ? 9 : price;
        const isTurned = part[j] === words[i - 1] && part[j - 1] === words[i] && i > 1;
        row.push(Math.min(row[i - 1] + fact.left, (old[i - 1] ?? 9) + changed, (old[i] ?? 9) + added, isTurned ? older[i - 2] + 1 : 9));
      }
      if (part[j] === words[last] && row[last] <= Math.min(most, (best?.cost ?? 9) - 1)) {
        best = { text: part.slice(0, j + 1), cost: row[last] };
      }
      [older, old] = [old, row];
    }
  }
  return best;
}

/** The end of a title that differs from `words` in its last character alone, as `nearly` gives it. */
function atItsEnd(title, words) {
  const text = title.slice(-words.length);
  const lasts = [text, words].map((all) => all[all.length - 1] ?? "");
  const isOther = EXACT.test(lasts.join("")) || lasts.every((char) => SENSE.test(char));
  return text.slice(0, -1) === words.slice(0, -1) && !isOther ? { text, cost: 1 } : null;
}

/** What a document should have in a row, three atoms or more, and in which units it may stand: [{text, units}, …]. */
function runsOf(plan, flags, all, rows, start, units) {
  if (!units) return []; // not looked at unit by unit
  const width = plan.terms.length;
  const found = [];
  let run = null;
  for (const { term, from, to, isJoint, isIdle } of plan.covers) {
    if (!isJoint || isIdle) continue;
    const isReplaced = plan.alternatives.some((one) =>
      one.from < to && from < one.to && stand(one, flags, all));
    if (isReplaced || !flags[all + term]) run = null;
    else if (run && (plan.read ? !plan.atoms.slice(run.to - 1, from).some((atom) => atom.gap) : run.to === from + 1)) {
      run.to = to;
      run.terms.push(term);
    } else found.push((run = { from, to, terms: [term] }));
  }
  const has = (part, list) => list.every((term) => rows[start + part * width + term]);
  const isIn = (unit, list) => has(unit + 2, list) || (unit === 0 && (has(0, list) || has(1, list)));
  return found.filter((one) => one.terms.length > 1).map(({ from, to, terms: list }) => ({
    text: plan.atoms.slice(from, to).map((atom) => atom.text).join(""),
    units: [...Array(units).keys()].filter((unit) => isIn(unit, list)),
  }));
}

// ---------------------------------------------------------------- excerpts

const BEFORE = 36;
const LENGTH = 130;
const SHORT = 40; // what is shorter says little, as the heading of a chapter
/** The length of what is shown after its first mark. */
export const AFTER = LENGTH - BEFORE;

/**
 * The places in a text of what is asked: [{from, to, size, s, p, isWhole}, …], of the segment `s` from its atom `p`.
 * Parts of a segment count where there is nothing better (`isLoose`), or where they are most of it.
 */
function findMarks(text, segments, isLoose = false) {
  const list = placesIn(text);
  const found = [];
  for (let i = 0; i < list.length; i++) {
    let best = { size: 0 };
    segments.forEach((segment, s) => {
      for (let p = 0; p < segment.length; p++) {
        let size = 0;
        while (p + size < segment.length && segment[p + size] === list[i + size]?.text) size++;
        if (size > best.size && (size > 1 || segment.length === 1 || !isWide(segment[p]))) best = { size, s, p };
      }
    });
    const { size, s } = best;
    if (!size) continue;
    found.push({ ...best, from: list[i].from, to: list[i + size - 1].to, isWhole: size === segments[s].length });
    i += size - 1;
  }
  const whole = new Set(found.filter((mark) => mark.isWhole).map((mark) => mark.s));
  return found.filter(({ isWhole, s, size }) =>
    isWhole || (!whole.has(s) && (isLoose || (size > 2 && 2 * size >= segments[s].length))));
}

/** How much of what is asked these marks show: each pair counts once. */
function worth(marks, segments, weightOf) {
  const seen = new Set();
  let sum = 0;
  for (const { s, p, size, isWhole } of marks) {
    for (let i = p; i < p + size; i++) {
      const key = i + 1 < p + size ? join(segments[s][i], segments[s][i + 1]) : segments[s][i];
      if (seen.has(key)) continue;
      seen.add(key);
      sum += i + 1 < p + size ? weightOf(key) : 0.1;
    }
    if (isWhole) sum += 0.5;
  }
  return sum;
}

/** The places of marks; those that lie in one place (5日 in 2022-07-05 is all of 07-05) are one. */
export function spans(marks) {
  const found = [];
  for (const { from, to } of marks) {
    const last = found[found.length - 1];
    if (last && from < last[1]) last[1] = Math.max(last[1], to);
    else found.push([from, to]);
  }
  return found;
}

/** The stretch of a unit that shows best why it was found, and the heading or 条 it stands under. */
function excerptOf(passages, { segments, isLoose, weightOf, wanted }) {
  let best = null;
  for (const passage of wanted ? [wanted] : passages) {
    const [, heading, whole] = passage;
    const text = withoutHeading(heading, whole);
    const marks = findMarks(text, segments, isLoose);
    const headingMarks = findMarks(heading, segments, isLoose);
    const value = worth([...headingMarks, ...marks], segments, weightOf);
    if (!best || value > best.value) best = { passage, text, marks, headingMarks, value };
  }
  if (!best) return { anchor: "", heading: "", headingMarks: [], excerpt: "", marks: [] };
  const { passage: [anchor, heading], headingMarks } = best;
  let { text, marks } = best;
  if (text.length < (wanted ? 1 : SHORT)) { // it goes on with what is next to it
    const place = passages.indexOf(best.passage);
    const from = text || passages[place + 1] ? place : Math.max(0, place - 1);
    text = withoutHeading(heading, passages.slice(from, from + 4).map(([, , whole]) => whole).join("\n"));
    marks = findMarks(text, segments, isLoose);
  }
  let start = 0;
  let most = -1;
  for (const mark of marks) {
    const shown = marks.filter((other) => other.from >= mark.from && other.to <= mark.from + AFTER);
    const value = worth(shown, segments, weightOf);
    if (value > most) [start, most] = [mark.from, value];
  }
  return { anchor, heading, headingMarks: spans(headingMarks), ...stretch(text, start, spans(marks)) };
}

/** The text of a passage without its heading, where it begins with that. */
export function withoutHeading(heading, whole) {
  const rest = whole.slice(heading.length);
  return heading && whole.startsWith(heading) && !/^[\p{L}\p{N}]/u.test(rest) ? rest.trimStart() : whole;
}

/** What is shown of a text around `start`, with the marks ([from, to]) that lie in it. */
export function stretch(text, start, marks) {
  const from = wholeFrom(text, Math.max(0, start - BEFORE));
  const to = wholeFrom(text, Math.min(text.length, from + LENGTH));
  const lead = from ? "……" : "";
  const shift = lead.length - from;
  return {
    excerpt: lead + text.slice(from, to) + (to < text.length ? "……" : ""),
    marks: marks.filter((mark) => mark[0] < to && mark[1] > from)
      .map((mark) => [Math.max(mark[0], from) + shift, Math.min(mark[1], to) + shift]),
  };
}

/** Not between the two halves of one character. */
const wholeFrom = (text, i) => (i && i < text.length && text.codePointAt(i - 1) > 0xffff ? i - 1 : i);

// ---------------------------------------------------------------- the engine

const ENDED = ["废止", "失效"];
const MOST_READ = 40; // documents whose texts are read to fill a page of hits
const MOST_TRIED = 160; // and where none of these has what was asked
const MOST_OWNERS = 24; // documents whose 文号 is compared with the one that is asked for

/**
 * Read what is known of all documents. `root` is the address of the site, `inflate` that of search-inflate.js, which is
 * loaded where the browser cannot unpack. What the engine answers: docs/search-format.md.
 */
export async function open(root, { inflate = new URL("search-inflate.js", import.meta.url).href } = {}) {
  const files = reader(root, inflate);
  const index = await files.json("index.bin");
  if (index.format !== 1) throw new Error(`index of format ${index.format}`);
  const units = numbersOf(index.units);
  const mean = units.reduce((sum, count) => sum + count, 0) / Math.max(1, units.length);
  const facets = Object.fromEntries(Object.entries(index.facets).map(([name, { values, combos, docs }]) =>
    [name, { values, combos, docs: numbersOf(docs) }]));
  const valuesOf = (name, doc) => {
    const { values = [], combos = [[]], docs = {} } = facets[name] ?? {};
    return combos[docs[doc] ?? 0].map((value) => values[value]);
  };
  const head = {
    count: index.docs,
    units,
    titles: numbersOf(index.titles),
    lengths: Float32Array.from(units, (count) => count / mean),
    isEnded: Uint8Array.from({ length: index.docs }, (_, doc) => (ENDED.includes(valuesOf("validity", doc)[0]) ? 1 : 0)),
  };
  const utf8 = new TextEncoder();
  const everyday = new WeakMap(); // shard -> its words
  let searches = 0;
  let suggestions = 0;
  let last = { key: null, found: null };

  const shardOf = (bytes) => {
    const name = (crc32(bytes) & (index.shards - 1)).toString(16).padStart(4, "0");
    return files.bytes(`shards/${name.slice(0, -2)}/${name}.bin`);
  };
  /** Add the lists of these terms to `entries`. */
  const look = (wanted, entries) => Promise.all([...new Set(wanted)].map(async (term) => {
    if (entries.has(term)) return;
    const bytes = utf8.encode(term);
    entries.set(term, entryOf(await shardOf(bytes), bytes));
  }));
  const text = (doc, unit) => files.json(`text/${Math.floor(doc / 100)}/${doc}-${unit}.bin`);
  /** The documents that have all these terms in a name, or in the title. */
  const named = (wanted, entries, isTitle = false) => wanted.reduce((docs, term) => {
    const found = [];
    if (entries.get(term)) eachName(entries.get(term), (doc, isOther) => { if (!(isTitle && isOther)) found.push(doc); });
    const set = docs && new Set(found);
    return docs ? docs.filter((doc) => set.has(doc)) : found;
  }, null) ?? [];
  const hit = (doc, level, score = 0) => ({ doc, level, score, unit: 0 });
  const currentFirst = (a, b) => head.isEnded[a.doc] - head.isEnded[b.doc] || b.score - a.score || b.doc - a.doc;

  /** The official words for the everyday words of the query, longest first; only shards that are there are looked at. */
  async function alternatives(plan, entries) {
    const found = [];
    await Promise.all(plan.covers.map(async ({ term, from }) => {
      if (!entries.has(plan.terms[term])) return;
      const shard = await shardOf(utf8.encode(plan.terms[term]));
      if (!everyday.has(shard)) {
        at = 0;
        const length = varint(shard);
        everyday.set(shard, length ? JSON.parse(new TextDecoder().decode(shard.subarray(at, at + length))) : {});
      }
      for (const [word, words] of Object.entries(everyday.get(shard))) {
        const bare = squash(word);
        let to = from;
        let run = "";
        while (to < plan.atoms.length && run.length < bare.length) run += plan.atoms[to++].text;
        const isBroken = plan.atoms.slice(from, to - 1).some((atom) => atom.gap === "\n");
        if (run === bare && !isBroken) found.push({ word, words, from, to });
      }
    }));
    found.sort((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from);
    return found.filter((one, i) => !found.slice(0, i).some((other) => other.from < one.to && other.to > one.from));
  }

  async function expand(plan, entries) {
    for (let { word, words, from, to } of await alternatives(plan, entries)) {
      if (plan.alternatives.some((known) => known.from < to && known.to > from)) continue;
      from = withRest(plan.atoms, from, to);
      for (let i = from; i < to; i++) plan.needed[i] = true;
      for (const cover of plan.covers) if (cover.from >= from && cover.to <= to) cover.isIdle = false;
      const numbers = words.map((one) => terms(one).map(plan.number));
      plan.alternatives.push({ word, official: words, from, to, words: numbers });
      plan.segments.push(...words.map(atoms), plan.atoms.slice(from, to).map((atom) => atom.text));
    }
    await look(plan.terms, entries);
  }

  /** What a unit of a document holds: atoms, a line feed for each break, a form feed between title, names and passages. */
  async function linesOf(doc, unit) {
    const data = await text(doc, unit);
    if (data.foldedBy !== variants) {
      const lines = [data.title, data.names ?? "", ...data.passages.flatMap(([, heading, words]) => [heading, words])];
      data.lines = lines.map((line) => placesIn(line).map((place) => place.text).join("")).join("\f");
      data.foldedBy = variants;
    }
    return data.lines;
  }

  /** Whether a document has these runs as they stand. */
  async function holds(doc, runs) {
    const isIn = async (unit, run) => {
      const lines = await linesOf(doc, unit);
      return lines.includes(run) || ((await simplify(lines)) && (await linesOf(doc, unit)).includes(run));
    };
    const are = await Promise.all(runs.map(async ({ text: run, units: some }) => {
      for (const unit of some) if (await isIn(unit, run)) return true;
      return false;
    }));
    return are.every(Boolean);
  }

  /** Whether one passage has all that was typed without blanks, in no more pieces than it must be. */
  async function isTogether({ doc, unit, broken, isOther }, { atoms: list, segments }) {
    if (isOther) return true;
    const isIn = (line, from, most) => {
      for (let to = list.length; most && to > from; to--) {
        const isPiece = to - from > 1 || !isWide(list[from].text);
        if (isPiece && line.includes(list.slice(from, to).map((atom) => atom.text).join(""))
          && (to === list.length || isIn(line, to, most - 1))) return true;
      }
      return false;
    };
    return (await linesOf(doc, unit)).split("\f").some((line) => isIn(line, 0, segments.length + Math.max(1, broken)));
  }

  /** The first of those that have the words apart which have them in one passage, in two pieces. */
  async function together(weak, plan) {
    const some = weak.filter(({ broken }) => broken < 2).slice(0, TOGETHER);
    const are = await Promise.all(some.map((one) => isTogether(one, plan)));
    return some.filter((one, i) => are[i] && (one.isSeen = true));
  }

  /** Ranked documents for a query in words; of a long one some pairs are read first, the others where these do not do. */
  async function byWords(list, entries, isStale, isPlain, isKnown) {
    let plan = planOf(list);
    const joints = plan.covers.filter(({ isIdle, isJoint }) => isJoint && !isIdle);
    if (joints.length > AT_ONCE) {
      const part = partOf(list, spread(joints, AT_ONCE));
      await look(part.read, entries);
      if (isStale()) return null;
      const { full, runs } = rank(part, entries, head);
      if (full.length && full.length <= FEW) {
        const bare = list.map((atom) => atom.text).join("");
        const grades = await Promise.all(full.map(async ({ doc, unit }) =>
          (await holds(doc, runs(doc))) && 1 + (await linesOf(doc, unit)).replace(/[\n\f]/g, "").includes(bare)));
        const held = [2, 1].flatMap((grade) => full.filter((_, i) => grades[i] === grade));
        if (held.length) return { plan: part, full: held, weak: [], partial: [], runs };
      }
    }
    if (joints.length > AT_MOST) plan = partOf(list, spread(joints, AT_MOST));
    await look(plan.read ?? plan.terms, entries);
    if (isStale()) return null;
    let ranked = joints.length > AT_ONCE ? rank(plan, entries, head) : null;
    if (!ranked?.full.length) {
      if (!isPlain && joints.length <= AT_MOST) await expand(plan, entries);
      if (isStale()) return null;
      ranked = rank(plan, entries, head);
    }
    if (!isPlain && !isKnown) {
      const words = await meant(plan, ranked);
      if (isStale()) return null;
      if (words) {
        const [found, apart] = [await byWords(parse(words).atoms, entries, isStale, isPlain, true), await together(ranked.weak, plan)];
        return found && { ...found, full: merged(found.full, apart), meant: words };
      }
    }
    // A title that was cut in the middle of a number or of a Latin word.
    const isBare = (i) => !isWide(list[i].text) && plan.needed[i] && !list[i ? i - 1 : 0].gap;
    const edges = [0, list.length - 1].filter((i) => list.length > 2 && isBare(i));
    if (!ranked.full.length && !ranked.weak.length && edges.length) {
      for (const i of edges) plan.needed[i] = false;
      for (const cover of plan.covers) cover.isIdle ||= edges.includes(cover.from) || edges.includes(cover.to - 1);
      return { plan, ...rank(plan, entries, head) };
    }
    return { plan, ...ranked };
  }

  /**
   * What was probably meant where nobody writes what was typed: words of a text that differ in a character or two, or
   * in the order of two neighbours; or "".
   */
  async function meant({ atoms: list, segments, alternatives: official }, { full, weak, partial, runs }) {
    const words = list.map((atom) => atom.text).join("");
    const isRun = segments.length < 2 && !official.length && !list.some((atom) => atom.isIdle);
    if (!isRun || words.length < LEAST_MEANT || words.length > MOST_MEANT) return "";
    if (full.length > FEW || full.some(({ level }) => level > LEVEL.phrase)) return "";
    if ((await Promise.all(full.map((one) => holds(one.doc, runs(one.doc))))).some(Boolean)) return "";
    const tally = new Map();
    const likely = [...weak, ...partial, ...full].sort((a, b) => b.alike - a.alike).slice(0, READ_MEANT);
    const most = words.length > LONG_MEANT ? 2 : 1;
    await Promise.all(likely.map(async ({ doc, unit }) => {
      const lines = (await linesOf(doc, unit)).slice(0, 5000).split(/[\n\f]/);
      for (const [i, found] of lines.map((line, at) => nearly(line, words, most) ?? (at ? null : atItsEnd(line, words))).entries()) {
        const worth = found && (i ? 1 : 5) + 100 * (most - found.cost); // the first line is the title
        if (found) tally.set(found.text, (tally.get(found.text) ?? 0) + worth);
      }
    }));
    return [...tally].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "";
  }

  /** The documents that carry this number themselves: those of just this body before those whose body ends so. */
  async function owners(asked, entries) {
    const { terms: own, body } = asked;
    const pairs = body.length > 1 ? terms(body) : []; // a single character is in no pair
    await look(own, entries);
    let docs = own.flatMap((term) => named([term], entries));
    if (!body) return docs.map((doc) => hit(doc, LEVEL.number)).sort(currentFirst);
    if (docs.length > MOST_OWNERS) {
      await look(pairs, entries);
      docs = own.flatMap((term) => named([term, ...pairs], entries).slice(-MOST_OWNERS));
    }
    const found = await Promise.all(docs.map(async (doc) => {
      const bodies = bodiesOf(await text(doc, 0), asked);
      const isLike = (one) => one.endsWith(body) || (one.length > 2 && body.endsWith(one));
      return hit(doc, LEVEL.number, bodies.includes(body) ? 2 : bodies.some(isLike) ? 1 : 0);
    }));
    return found.filter(({ score }) => score).sort((a, b) => b.score - a.score || b.doc - a.doc);
  }

  const canonical = ({ year, count, body }) =>
    (!year ? `${body}第${count}号` : SERIAL.test(body) ? `${body}${year}年第${count}号` : `${body}〔${year}〕${count}号`);

  /** Where a document has an article of its own: its unit and passage, or null. */
  async function locate(doc, { count, sub }, masks) {
    const guess = count / 12; // the unit, where none is told
    const isThere = (unit) => masks.every((mask) => !mask || mask[unit >> 3] & (1 << (unit & 7)));
    const order = [...Array(units[doc]).keys()].filter(isThere);
    if (!masks.some(Boolean)) order.sort((a, b) => Math.abs(a - guess) - Math.abs(b - guess));
    for (let i = 0; i < Math.min(order.length, 16); i += 4) {
      const some = order.slice(i, i + 4);
      const read = await Promise.all(some.map((unit) => text(doc, unit)));
      for (const [j, { passages }] of read.entries()) {
        const passage = passages.find(([, heading, words]) => {
          const found = OWN_ARTICLE.exec(normalize(heading || words.slice(0, 20)).trim());
          return found && Number(found[1]) === count && (found[2] ? valueOf(found[2]) : 0) === sub;
        });
        if (passage) return { unit: some[j], passage };
      }
    }
    return null;
  }

  /** Those of these documents that have the article, at it; or the one that is meant and has others, with a note. */
  async function placed(docs, asked, entries) {
    const own = [`第${asked.count}`, `${asked.count}条`];
    const masks = new Map(docs.map(({ doc }) => [doc, []]));
    await look(own, entries);
    for (const entry of own.map((term) => entries.get(term)).filter(Boolean)) {
      eachPlace(entry, (doc, _, mask) => masks.get(doc)?.push(mask));
    }
    const isThere = ({ doc }) => masks.get(doc).length === own.length;
    const laws = await Promise.all(docs.filter(isThere).slice(0, 8).map(async (law) =>
      ({ ...law, ...(await locate(law.doc, asked, masks.get(law.doc))) })));
    const found = laws.filter(({ passage }) => passage);
    for (const law of found.length ? [] : docs.slice(0, 4)) {
      const { title } = await text(law.doc, 0);
      const isNamed = law.level > LEVEL.article || squash(title.replace(/[(（][^(（]*$|的通知$/, "")).endsWith(asked.law);
      if (isNamed && !isThere(law) && (await locate(law.doc, { count: 1, sub: 0 }, []))) {
        found.push({ ...law, note: `本站的“${title}”没有第${asked.count}条。` });
        break;
      }
    }
    return found;
  }

  /** The documents whose titles have every character of a name, in most of its pairs: 停车场规定 is 停车场管理规定. */
  async function entitled(law, entries) {
    const list = atoms(law);
    const pairs = pairsOf(list);
    await look(pairs, entries);
    const sets = pairs.map((pair) => new Set(named([pair], entries, true)));
    return named(pairs.slice(0, 1), entries, true)
      .filter((doc) => list.every((_, i) => sets[i]?.has(doc) || sets[i - 1]?.has(doc)))
      .map((doc) => hit(doc, LEVEL.article, 99 * sets.filter((set) => set.has(doc)).length - head.titles[doc]))
      .sort(currentFirst);
  }

  /** Titles by the pinyin of some of their characters, or by initials. */
  async function byPinyin(list, entries) {
    const words = list.map((atom) => atom.text);
    const letters = words.join("");
    const ways = readings(words);
    const least = ways[0]?.length;
    const spelled = (some) => some.map((way) => neighbours(way, 2, " ").map((pair) => `~${pair}`));
    const isShort = letters.length > 2 && letters.length < 13;
    const groups = [
      spelled(ways.filter((way) => way.length === least).slice(0, 4)),
      isShort ? [neighbours([...letters], 3, "").map((three) => `^${three}`)] : [],
      spelled(ways.filter((way) => way.length > least).slice(0, 6)),
    ];
    for (const group of groups) {
      await look(group.flat(), entries);
      const found = group.flatMap((way) =>
        named(way, entries).map((doc) => hit(doc, LEVEL.title, way.length / head.titles[doc])));
      if (found.length) return merged(found.sort(currentFirst));
    }
    return [];
  }

  /** Documents published on a day, in a month or in a year; the newest first. */
  async function byDay(wanted, entries) {
    const month = wanted.slice(0, 7);
    const first = index.months.find(([one]) => one.startsWith(month))?.[1];
    if (first === undefined) return [];
    const end = index.months.find(([one]) => one > month && !one.startsWith(month))?.[1] ?? head.count;
    await look(terms(wanted), entries);
    const docs = wanted.length > 7 ? named(terms(wanted), entries) : [...Array(end).keys()];
    return docs.filter((doc) => doc >= first && doc < end).reverse().map((doc) => hit(doc, LEVEL.number));
  }

  const everything = () => [...Array(head.count).keys()].reverse().map((doc) => hit(doc, 0));
  const merged = (...groups) => {
    const known = new Set();
    return groups.flat().filter(({ doc }) => !known.has(doc) && known.add(doc));
  };
  const none = { note: "", weak: [], partial: [], runs: () => [] };

  /** What a query finds: {kind, note, plan, full, weak, partial, runs}; null where a newer one has begun. */
  async function find(q, isStale, isPlain) {
    await simplify(q);
    const asked = parse(q, index.words);
    let list = asked.atoms;
    if (!list.length) {
      const [full, note] = q.trim() ? [[], "请输入要查的字词。"] : [everything(), ""];
      return { ...none, kind: "all", note, plan: planOf([]), full };
    }
    const entries = new Map();
    if (asked.index) {
      const bare = q.replace(INDEX_WORD, "").trim();
      const plan = planOf(parse(bare).atoms);
      await look([asked.index, ...plan.terms], entries);
      const full = named([asked.index], entries).map((doc) => hit(doc, LEVEL.number));
      const isAbsent = isIndexNumber(q, bare) && plan.terms.some((term) => !entries.get(term));
      const note = full.length ? "" : `本站没有索引号为“${bare}”的文件。`;
      if (full.length || isAbsent) return { ...none, kind: "index_no", note, plan, full };
    }
    let own = [];
    if (asked.number) {
      const { isCertain, body, rest } = asked.number;
      const name = canonical(asked.number);
      if (isCertain || body) list = parse(name).atoms;
      if (isCertain) await look([...asked.number.terms, ...planOf(list).terms], entries);
      own = await owners(asked.number, entries);
      if (isStale()) return null;
      if (isCertain || (own.length && !rest && !asked.day)) { // 2019-04 is a month, and may be a number
        const worded = await byWords(list, entries, isStale, isPlain, true);
        const others = worded?.full.filter(({ level }) => level >= LEVEL.phrase) ?? [];
        const more = others.length ? "，下面是提到它的文件" : "";
        const note = own.length ? "" : `本站没有文号为“${name}”的文件${more}。`;
        return worded && { ...worded, ...none, kind: "doc_no", note, full: merged(own, others), runs: worded.runs };
      }
      list = asked.atoms;
    }
    if (asked.day) list = parse(asked.day.split("-").map((part, i) => Number(part) + "年月日"[i]).join("")).atoms;
    const wanted = own.length && asked.number.rest ? article(`文件${asked.number.rest}`) : asked.article;
    const [articles, worded, spelled, days] = await Promise.all([
      wanted ? placed(own.length ? own : await entitled(wanted.law, entries), wanted, entries) : [],
      byWords(list, entries, isStale, isPlain, Boolean(own.length || wanted || asked.day)),
      list.every((atom) => LATIN.test(atom.text)) ? byPinyin(list, entries) : [],
      asked.day ? byDay(asked.day, entries) : [],
    ]);
    if (isStale() || !worded) return null;
    const titled = spelled.length ? worded.full.filter(({ level }) => level >= LEVEL.title) : [];
    const isMonth = /\D(0\d|1[0-2])$/.test(q.trim());
    const ownPlaces = [...worded.full, ...worded.weak, ...worded.partial]
      .filter((one) => own.some(({ doc }) => doc === one.doc) && (one.isSeen = true));
    const first = merged(articles, ...(isMonth ? [days, ownPlaces, own] : [ownPlaces, own, days]), titled, spelled);
    const isShort = list.length === 1 && isWide(list[0].text) && !worded.full.length;
    const note = isShort ? "一个字查不准，请再写一两个字。" : "";
    if (!first.length && !asked.day) return { note, ...worded, kind: "text" };
    const kind = articles.length ? "article" : asked.day ? "date" : own.length ? "doc_no" : "pinyin";
    const told = articles[0]?.note ?? "";
    return { ...worded, ...none, kind, note: told, full: merged(first, worded.full), runs: worded.runs };
  }

  /**
   * The documents of `found.full` that fit, and how many of them are sure: the first ones are looked into, until as many
   * as are wanted are found to have what their pairs promise, or enough was read. Those that break it are partial, and
   * so are all where none of very many has it; where none is left those that have the words apart take their place.
   */
  async function settle(found, fits, { from = 0, size = 0 }, isStale) {
    const isOpen = (one) => one.level < LEVEL.title && !one.isSeen;
    for (let read = 0; ; ) {
      if (!found.full.length) [found.full, found.weak, read] = [found.weak, [], 0];
      const group = fits(found.full);
      const first = group.findIndex(isOpen);
      const sure = first < 0 ? group.length : first;
      const open = group.slice(sure, Math.max(from + size, sure + 4)).filter(isOpen);
      if (!open.length || sure >= from + size || (sure > from && read >= MOST_READ)) return { group, sure };
      if (read >= MOST_TRIED) {
        const given = new Set(group.filter(isOpen));
        found.full = found.full.filter((one) => !given.has(one));
        found.partial = [...found.partial, ...given];
        continue;
      }
      const are = await Promise.all(open.map((one) => (one.level < LEVEL.phrase
        ? isTogether(one, found.plan) : holds(one.doc, found.runs(one.doc)))));
      if (isStale()) return { group, sure }; // the newer one may be about to do the same
      read += open.length;
      const failed = open.filter((one, i) => (one.isSeen = true) && !are[i]);
      const apart = failed.filter(({ level }) => level < LEVEL.phrase); // the words are there, not together
      const others = failed.filter(({ level }) => level >= LEVEL.phrase);
      found.full = [...found.full.filter((one) => !failed.includes(one)), ...apart];
      if (found.weak.length) {
        for (const one of others) Object.assign(one, { level: LEVEL.near, isSeen: false });
        found.weak.unshift(...others);
      } else if (found.kind !== "doc_no") found.partial = [...found.partial, ...others];
    }
  }

  /** Read the traditional characters when one is met that GB 2312 does not have; whether they are new. */
  async function simplify(words) {
    if (variants.size || !isUncommon(words)) return false;
    const [from, to] = (await files.json("variants.bin")).map((chars) => [...chars]);
    variants = new Map(from.map((char, i) => [char, to[i]]));
    folds.clear();
    recent.clear();
    return true;
  }

  function allowed(filters = {}) {
    const tests = Object.entries(filters).filter(([, values]) => values?.length).map(([name, values]) => {
      const facet = facets[name];
      const isAllowed = facet?.combos.map((combo) => combo.some((value) => values.includes(facet.values[value])));
      return [name, (doc) => Boolean(facet) && isAllowed[facet.docs[doc]]];
    });
    return (doc, except) => tests.every(([name, test]) => name === except || test(doc));
  }

  function countFacets(group, fits) {
    return Object.fromEntries(Object.entries(facets).map(([name, { values, combos, docs }]) => {
      const ofCombo = new Uint32Array(combos.length);
      for (const { doc } of group) if (fits(doc, name)) ofCombo[docs[doc]]++;
      const counts = new Uint32Array(values.length);
      combos.forEach((combo, i) => { for (const value of combo) counts[value] += ofCombo[i]; });
      return [name, values.map((value, i) => [value, counts[i]])];
    }));
  }

  async function hitOf({ doc, unit, level, passage }, { segments, covers, terms: all }) {
    const data = await text(doc, unit);
    const weights = new Map(covers.map(({ term, weight }) => [all[term], weight]));
    const isLoose = level < LEVEL.phrase;
    const wanted = { segments, isLoose, weightOf: (term) => weights.get(term) ?? 1, wanted: passage };
    let { anchor, ...shown } = excerptOf(data.passages, wanted);
    if (!shown.marks.length && (await simplify(shown.excerpt))) ({ anchor, ...shown } = excerptOf(data.passages, wanted));
    const isThere = passage || (level < LEVEL.title && shown.marks.length + shown.headingMarks.length > 0);
    return {
      url: data.url + (anchor && isThere ? `#${encodeURIComponent(anchor)}` : ""),
      title: data.title,
      titleMarks: spans(findMarks(data.title, segments, isLoose)),
      doc_no: data.doc_no,
      index_no: data.index_no,
      date: data.date,
      validity: valuesOf("validity", doc)[0] ?? "",
      column: valuesOf("column", doc).pop() ?? "",
      issuer: valuesOf("issuer", doc).join("、"),
      ...shown,
    };
  }

  async function search({ q = "", filters = {}, sort = "relevance", plain = false, full = {}, partial = {} }) {
    const turn = ++searches;
    const isStale = () => turn !== searches;
    const key = `${plain} ${q}`;
    const found = key === last.key ? last.found : await find(q, isStale, plain);
    if (isStale() || !found) return null;
    last = { key, found };
    const { kind, note, plan } = found;
    const fits = allowed(filters);
    const fitting = (group) => {
      const some = group.filter(({ doc }) => fits(doc));
      return sort === "date" ? some.sort((a, b) => b.doc - a.doc) : some;
    };
    const show = (group, { from = 0, size = 0 }) =>
      Promise.all(group.slice(from, from + size).map((one) => hitOf(one, plan)));
    const { group: all, sure } = await settle(found, fitting, full, isStale);
    if (isStale()) return null;
    const isOpen = plan.segments.some((segment) => segment.length > 2); // whether the words are in a row, texts tell
    const isExact = !isOpen || all.every(({ level, isSeen }) => level !== LEVEL.phrase || isSeen);
    const isQuestion = plan.atoms.some((atom) => atom.isIdle);
    const isSure = found.full.length >= FEW || found.full.some((one) => one.level >= LEVEL.phrase || !one.isOther);
    // Where hardly anybody writes what was typed in a row, it may be two words that were typed without a blank.
    const isRare = all.length > 0 && found.full.length < FEW && found.full[0].level < LEVEL.equal;
    if (isRare && !isQuestion && plan.segments.length < 2) found.apart ??= await together(found.weak, plan);
    const near = found.apart?.length ? found.apart : nearest([...found.partial, ...found.weak], plan, isQuestion);
    const isFolded = found.full.length > 0 && (isSure || !near.length) && !found.apart?.length;
    const some = fitting(near);
    const isShut = isFolded && !partial.isOpen;
    const [fullHits, partialHits] = await Promise.all([show(all.slice(0, sure), full), show(some, isShut ? {} : partial)]);
    if (isStale()) return null;
    return {
      kind,
      included: plan.alternatives.map(({ word, official }) => ({ word, words: official })),
      note,
      meant: found.meant ?? "",
      full: { count: all.length, isExact, hits: fullHits },
      partial: { count: some.length, hits: partialHits, isFolded },
      facets: countFacets(found.full.length ? found.full : near, fits),
    };
  }

  /** Titles and 文号 that hold what has been typed so far; at most 8. */
  async function suggest(q) {
    const turn = ++suggestions;
    await simplify(q);
    const list = parse(q).atoms;
    if (!list.length) return [];
    const entries = new Map();
    const plan = planOf(list);
    const isOpen = list.length > 1 && !isWide(list[list.length - 1].text); // a number or a word that may go on
    let read = plan.covers.filter(({ to }) => !isOpen || to < list.length);
    if (read.length > AT_ONCE) read = spread(read, AT_ONCE);
    read = read.map(({ term }) => plan.terms[term]);
    await look(read, entries);
    const inTitle = new Set(named(read, entries, true));
    const value = (doc) => (inTitle.has(doc) ? 1 / head.titles[doc] : 0);
    let docs = named(read, entries).map((doc) => hit(doc, 0, value(doc))).sort(currentFirst);
    if (!docs.length && list.every((atom) => LATIN.test(atom.text))) docs = await byPinyin(list, entries);
    if (turn !== suggestions) return [];
    const rows = await Promise.all(docs.slice(0, isOpen ? 3 * SUGGESTED : SUGGESTED)
      .map(async ({ doc }) => (await files.json(`names/${Math.floor(doc / index.names)}.bin`))[doc % index.names]));
    const bare = squash(q);
    const isTyped = ([title, number]) => squash(`${title} ${number}`).includes(bare);
    return [...rows.filter(isTyped), ...rows.filter((row) => !isTyped(row))].slice(0, SUGGESTED)
      .map(([title, doc_no, url]) => ({ title, titleMarks: spans(findMarks(title, plan.segments)), doc_no, url }));
  }

  return {
    suggest,
    about: () => ({
      count: head.count,
      facets: Object.fromEntries(Object.keys(facets).map((name) => [name, facets[name].values])),
    }),
    search,
  };
}

const INSIDE = "夥後徵摺於菸麽"; // variants that are in GB 2312 themselves
let common = null; // the characters of GB 2312 but these

/** Whether a text has a character that may be a variant: one that GB 2312 does not have, or one of these. */
function isUncommon(text) {
  if (!common) {
    const bytes = new Uint8Array(72 * 94 * 2);
    for (let i = 0; i < 72 * 94; i++) bytes.set([0xb0 + Math.floor(i / 94), 0xa1 + (i % 94)], 2 * i);
    common = new Set(new TextDecoder("gb2312").decode(bytes) + "〇々");
    for (const char of INSIDE) common.delete(char);
  }
  return [...text].some((char) => char >= "\u2e80" && /\p{sc=Han}/u.test(char) && !common.has(char));
}

if (typeof WorkerGlobalScope === "function" && globalThis instanceof WorkerGlobalScope) {
  let engine = null;
  addEventListener("message", async ({ data: { id, method, args } }) => {
    try {
      if (method === "open") engine = open(...args);
      const opened = await engine;
      postMessage({ id, result: method === "open" ? opened.about() : await opened[method](...args) });
    } catch (error) {
      postMessage({ id, error: String(error?.message ?? error) });
    }
  });
}

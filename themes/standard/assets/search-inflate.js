// Unpack a zlib stream (RFC 1950, RFC 1951), for browsers that have no DecompressionStream.

const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const DISTANCES = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073,
  4097, 6145, 8193, 12289, 16385, 24577];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]; // RFC 1951, 3.2.7
const MOST = 15; // bits of a code

/** The bytes that were packed; throws an Error where `data` is not a whole zlib stream. */
export function inflate(data) {
  let at = 2; // behind the two bytes of the zlib header
  let held = 0;
  let count = 0;
  let out = new Uint8Array(Math.max(1024, data.length * 4));
  let size = 0;

  const fail = () => { throw new Error("not a zlib stream"); };
  const bits = (wanted) => {
    while (count < wanted) {
      if (at >= data.length) fail();
      held |= data[at++] << count;
      count += 8;
    }
    const value = held & ((1 << wanted) - 1);
    held >>>= wanted;
    count -= wanted;
    return value;
  };
  /** The next symbol: codes of one length follow each other, so it is enough to count them (RFC 1951, 3.2.2). */
  const symbol = ({ counts, symbols }) => {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MOST; length++) {
      code |= bits(1);
      if (code - first < counts[length]) return symbols[index + code - first];
      index += counts[length];
      first = (first + counts[length]) << 1;
      code <<= 1;
    }
    return fail();
  };
  const grow = (more) => {
    if (size + more <= out.length) return;
    const larger = new Uint8Array((size + more) * 2);
    larger.set(out);
    out = larger;
  };

  if (data.length < 6 || (data[0] & 15) !== 8 || ((data[0] << 8) | data[1]) % 31 || data[1] & 32) fail();
  for (let isLast = 0; !isLast;) {
    isLast = bits(1);
    const kind = bits(2);
    if (kind === 0) {
      held = count = 0;
      const length = data[at] | (data[at + 1] << 8);
      const other = data[at + 2] | (data[at + 3] << 8);
      at += 4;
      if (!(at + length <= data.length) || (length ^ other) !== 0xffff) fail();
      grow(length);
      out.set(data.subarray(at, at + length), size);
      at += length;
      size += length;
    } else if (kind < 3) {
      const [literals, distances] = kind === 1 ? fixed() : described(bits, symbol, fail);
      for (let next = symbol(literals); next !== 256; next = symbol(literals)) {
        grow(258);
        if (next < 256) {
          out[size++] = next;
          continue;
        }
        const place = next - 257;
        if (place > 28) fail();
        let length = LENGTHS[place] + (place < 8 || place === 28 ? 0 : bits((place >> 2) - 1));
        const far = symbol(distances);
        if (far > 29) fail();
        const back = DISTANCES[far] + (far < 4 ? 0 : bits((far >> 1) - 1));
        if (back > size) fail();
        for (; length; length--, size++) out[size] = out[size - back];
      }
    } else fail();
  }
  const result = out.subarray(0, size);
  if (at + 4 > data.length || adler(result) !== ((data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3])) fail();
  return result;
}

/** The codes of both kinds of symbols from their lengths. */
function table(lengths) {
  const counts = new Uint16Array(MOST + 1);
  for (const length of lengths) counts[length]++;
  counts[0] = 0;
  const starts = new Uint16Array(MOST + 2);
  for (let length = 1; length <= MOST; length++) starts[length + 1] = starts[length] + counts[length];
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((length, value) => { if (length) symbols[starts[length]++] = value; });
  return { counts, symbols };
}

const fixed = () => [
  table(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))),
  table(Array(30).fill(5)),
];

/** The codes that a block brings along (RFC 1951, 3.2.7). */
function described(bits, symbol, fail) {
  const literals = bits(5) + 257;
  const all = literals + bits(5) + 1;
  const short = Array(19).fill(0);
  for (let left = bits(4) + 4, i = 0; i < left; i++) short[ORDER[i]] = bits(3);
  const codes = table(short);
  const lengths = [];
  while (lengths.length < all) {
    const next = symbol(codes);
    if (next < 16) lengths.push(next);
    else {
      const times = next === 16 ? 3 + bits(2) : next === 17 ? 3 + bits(3) : 11 + bits(7);
      if (next === 16 && !lengths.length) fail();
      const value = next === 16 ? lengths[lengths.length - 1] : 0;
      for (let i = 0; i < times; i++) lengths.push(value);
    }
  }
  if (lengths.length > all) fail();
  return [table(lengths.slice(0, literals)), table(lengths.slice(literals))];
}

function adler(data) {
  let low = 1;
  let high = 0;
  for (let i = 0; i < data.length; i++) {
    low = (low + data[i]) % 65521;
    high = (high + low) % 65521;
  }
  return (high << 16) | low;
}

// The search engine under node, for trying out a ranking: files are read from a folder instead of being fetched.
// Reads a line of JSON for each question ({method: "open" | "search" | "suggest", args}) and answers with one.

import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

const [engine, site] = process.argv.slice(2);
let loaded = [];

globalThis.fetch = async (url) => {
  const path = fileURLToPath(new URL(url));
  try {
    const bytes = await readFile(path);
    loaded.push([path, bytes.length]);
    return new Response(bytes);
  } catch {
    return new Response(null, { status: 404 });
  }
};

const { open } = await import(pathToFileURL(engine));
const root = new URL(`${pathToFileURL(site)}/`);
let opened = null;

for await (const line of createInterface({ input: process.stdin })) {
  const { method, args } = JSON.parse(line);
  const answer = {};
  loaded = [];
  const start = performance.now();
  try {
    if (method === "open") {
      opened = await open(root, ...args);
      answer.result = null;
    } else answer.result = await opened[method](...args);
  } catch (error) {
    answer.error = String(error.stack ?? error);
  }
  answer.ms = performance.now() - start;
  answer.bytes = loaded.reduce((sum, [, size]) => sum + size, 0);
  answer.files = loaded.length;
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

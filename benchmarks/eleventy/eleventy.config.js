// The same pages as ours: JavaScript templates, no template language inside Markdown, everything looked up once.
import { readFileSync } from "node:fs";
import footnotes from "markdown-it-footnote";
import { site } from "./site.js";

const PAGE_SIZE = 20;
const GROUPS = { issuers: "发文机关", topics: "主题分类", validity: "有效性", years: "年份" };

export default function (config) {
  config.amendLibrary("md", (library) => library.use(footnotes));
  config.addPassthroughCopy({ static: "/" });
  config.setQuietMode(true);
  config.addCollection("lists", (api) => {
    site.load(api.getAll().filter((item) => item.data.index_no), JSON.parse(readFileSync("data/menu.json", "utf8")));
    return lists();
  });
  config.addCollection("feeds", () => {
    const columns = [...site.columns.values()];
    return [
      { url: "/atom.xml", title: "动态更新", items: site.documents.slice(0, 50) },
      ...columns.map((column) => ({
        url: `/${column.id}/atom.xml`,
        title: `${column.name}更新`,
        items: site.below(column.id).slice(0, 50),
      })),
    ];
  });
  return {
    dir: { input: "content", includes: "../_includes", data: "../data", output: "public" },
    markdownTemplateEngine: false,
    templateFormats: ["md", "11ty.js"],
  };
}

function lists() {
  const found = [{ url: "/", title: "政府信息公开", items: site.documents.slice(0, PAGE_SIZE) }];
  for (const column of site.columns.values()) {
    const items = site.below(column.id);
    const page = { url: `/${column.id}/`, title: column.name, column: column.id };
    if (column.children.length > 0) {
      found.push({ ...page, links: column.children.map(link), items: items.slice(0, PAGE_SIZE) });
    } else {
      found.push(...paged(page, items));
    }
  }
  found.push(...paged({ url: "/catalog/", title: "政府信息公开目录" }, site.documents));
  for (const [field, title] of Object.entries(GROUPS)) {
    const groups = grouped(field);
    const names = [...groups.keys()].sort();
    const address = (name) => `/${field}/${name.replaceAll("、", "")}/`;
    found.push({ url: `/${field}/`, title, links: names.map((name) => ({ url: address(name), name })), items: [] });
    for (const name of names) {
      found.push(...paged({ url: address(name), title: name }, groups.get(name)));
    }
  }
  return found;
}

function grouped(field) {
  const groups = new Map();
  for (const item of site.documents) {
    for (const name of item.data[field] ?? []) {
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push(item);
    }
  }
  return groups;
}

const link = (column) => ({ url: `/${column.id}/`, name: column.name });

function paged(page, items) {
  const pages = Math.max(1, Math.ceil(items.length / PAGE_SIZE));
  const address = (number) => (number === 1 ? page.url : `${page.url}page/${number}/`);
  return Array.from({ length: pages }, (_, i) => ({
    ...page,
    url: address(i + 1),
    items: items.slice(i * PAGE_SIZE, (i + 1) * PAGE_SIZE),
    pager: {
      total: items.length,
      number: i + 1,
      pages,
      first: page.url,
      last: address(pages),
      previous: i > 0 ? address(i) : "",
      next: i + 1 < pages ? address(i + 2) : "",
    },
  }));
}

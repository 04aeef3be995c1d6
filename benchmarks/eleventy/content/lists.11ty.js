import { escape, frame } from "../frame.js";

export const data = {
  pagination: { data: "collections.lists", size: 1, alias: "list" },
  layout: false,
  permalink: ({ list }) => `${list.url}index.html`,
};

export function render({ list }) {
  const root = "../".repeat(list.url.split("/").length - 2);
  const links = list.links
    ? `<ul class="columns">\n${list.links.map(({ url, name }) => `<li><a href="${root}${url.slice(1)}">${escape(name)}</a>`).join("\n")}\n</ul>`
    : "";
  return frame({
    title: list.title,
    url: list.url,
    root,
    column: list.column ?? "",
    main: `<h1>${escape(list.title)}</h1>\n${links}\n${rows(list.items, root)}\n${list.pager ? pager(list.pager, root) : ""}`,
  });
}

function rows(items, root) {
  const lines = items.map(
    ({ url, data }) =>
      `<tr><td><a href="${root}${url.slice(1)}">${escape(data.title)}</a><td>${data.doc_no ?? ""}<td>${data.written_date}<td><time>${data.shown_date.slice(0, 10)}</time><td>${data.validity ?? ""}`,
  );
  return `<table class="list">
<thead><tr><th scope="col">标题<th scope="col">文号<th scope="col">成文日期<th scope="col">发布日期<th scope="col">有效性</thead>
<tbody>
${lines.join("\n")}
</tbody>
</table>`;
}

function pager({ total, number, pages, first, last, previous, next }, root) {
  if (pages === 1) return "";
  const link = (url, name) => (url ? `<li><a href="${root}${url.slice(1)}">${name}</a>` : "");
  return `<nav class="pager" aria-label="翻页">
<p>共 ${total} 件，第 ${number} / ${pages} 页</p>
<ul>${link(previous, "上一页")}${link(first, "首页")}${link(last, "末页")}${link(next, "下一页")}</ul>
</nav>`;
}

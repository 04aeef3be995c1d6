import { SITE, escape, frame } from "../frame.js";
import { site } from "../site.js";

const ROOT = "../../";

export function render(data) {
  const { page, content, title, issuers, keywords, validity } = data;
  const source = escape(issuers[0]);
  const state = validity ? validity[0] : "";
  return frame({
    title,
    url: page.url.replace("index.html", ""),
    root: ROOT,
    column: data.column,
    meta: `
<meta name="ColumnName" content="${site.columns.get(data.column).name}">
<meta name="ArticleTitle" content="${escape(title)}">
<meta name="PubDate" content="${data.shown_date}">
<meta name="ContentSource" content="${source}">
<meta name="Keywords" content="${escape(keywords.join(","))}">
<meta name="Description" content="${escape(data.summary)}">
<meta name="Url" content="${SITE}${page.url}">`,
    main: `<table class="metadata">
<caption class="vh">基本信息</caption>
<colgroup><col class="label"><col><col class="label"><col></colgroup>
<tbody>
<tr>
<th scope="row">索引号<td>${data.index_no}
<th scope="row">主题分类<td>${escape(data.full_topic)}
<tr>
<th scope="row">发文机关<td>${escape(issuers.join("　"))}
<th scope="row">成文日期<td>${data.written_date}
<tr>
<th scope="row">标题<td colspan="3">${escape(title)}
<tr>
<th scope="row">发文字号<td>${escape(data.doc_no ?? "")}
<th scope="row">发布日期<td>${data.shown_date.slice(0, 10)}
<tr>
<th scope="row">主题词<td colspan="3">${escape(keywords.join("　"))}
${state ? `<tr>\n<th scope="row">有效性<td>${state}\n<th scope="row">施行日期<td>${data.effective_date ?? ""}` : ""}
<tr>
<th scope="row">有效期至<td>${data.expire_date ?? ""}
<th scope="row">责任处室<td>${escape(data.unit)}
${(data.facts ?? []).map(({ name, value }) => `<tr>\n<th scope="row">${name}<td colspan="3">${escape(value)}`).join("\n")}
</tbody>
</table>
<div class="paper">
<article class="official">
<h1>${escape(title)}</h1>
<div class="line">
<p>
<span>发布时间：<time>${data.shown_date}</time></span>
<span>来源：${source}</span>
${state ? `<span>有效性：<span class="state" data-state="${state}">${state}</span></span>` : ""}
</p>
<div class="actions">
<span class="tools" role="group" aria-label="正文工具">
<span>字号</span><button type="button" data-step="-1" aria-label="缩小文字">小</button><button type="button" data-step="0" aria-label="恢复文字大小">中</button><button type="button" data-step="1" aria-label="放大文字">大</button>
<button type="button" data-print>打印</button>
<button type="button" data-share>分享</button>
<button type="button" data-copy="${escape(data.doc_no ?? "")}">复制文号</button>
</span>
</div>
</div>
<div class="body">
${content}
</div>
</article>
</div>
<div class="after">
${attachments(data.attachments)}
${relations(data.related)}
</div>
${turn(page.fileSlug)}
<p class="print-foot">网址：${SITE}${page.url}　发布时间：${data.shown_date}</p>`,
  });
}

const link = ({ url, data }) => `<a href="${ROOT}${url.slice(1)}">${escape(data.title)}</a>`;

function attachments(files = []) {
  if (files.length === 0) return "";
  const lines = files.map(({ file, title }) => `<li><a href="${file}">${escape(title)}</a>`);
  return `<section id="attachments">\n<h2>附件</h2>\n<ul>\n${lines.join("\n")}\n</ul>\n</section>`;
}

function relations(related = []) {
  if (related.length === 0) return "";
  const lines = related.map(({ kind, id }) => {
    const other = site.byId.get(id);
    return `<li>${kind}：${link(other)} <time>${other.data.shown_date.slice(0, 10)}</time>`;
  });
  return `<section id="relations">\n<h2>相关文件</h2>\n<ul class="related">\n${lines.join("\n")}\n</ul>\n</section>`;
}

function turn(id) {
  const [newer, older] = site.around(id);
  return `<nav class="turn" aria-label="上一篇和下一篇">
${newer ? `<p>上一篇：${link(newer)}</p>` : ""}
${older ? `<p>下一篇：${link(older)}</p>` : ""}
</nav>`;
}

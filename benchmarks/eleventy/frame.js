// What every page has around its own part.
import { site } from "./site.js";

export const SITE = "https://bench.example.gov.cn";

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escape = (text) => String(text).replace(/[&<>"]/g, (char) => ESCAPES[char]);

function menu(current, root) {
  const key = `${current} ${root}`;
  if (!site.menus.has(key)) {
    const entry = ({ id, name, children }) => {
      const inside = children.length
        ? `\n<details${current.startsWith(id) ? " open" : ""}><summary aria-label="${name}的下级栏目"></summary><ul>\n${children.map(entry).join("\n")}\n</ul>\n</details>`
        : "";
      return `<li><a href="${root}${id}/"${id === current ? ' aria-current="true"' : ""}>${name}</a>${inside}`;
    };
    site.menus.set(
      key,
      `<nav class="menu" aria-label="栏目">
<ul>
${site.menu.map(entry).join("\n")}
</ul>
<ul class="also">
<li><a href="${root}catalog/">政府信息公开目录</a>
<li><a href="${root}issuers/">发文机关</a>
<li><a href="${root}topics/">主题分类</a>
<li><a href="${root}validity/">有效性</a>
<li><a href="${root}years/">年份</a>
</ul>
</nav>`,
    );
  }
  return site.menus.get(key);
}

export function frame({ title, url, root, column, meta = "", main }) {
  const crumbs = site.trail(column).map(({ id, name }) => `<li><a href="${root}${id}/">${name}</a></li>`);
  return `<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}_示例市人民政府</title>
<script src="${root}assets/app.js" async></script>
<link rel="stylesheet" href="${root}assets/style.css">
<link rel="icon" type="image/svg+xml" href="${root}assets/favicon.svg">
<meta name="SiteName" content="示例市人民政府">
<meta name="SiteDomain" content="bench.example.gov.cn">
<meta name="SiteIDCode" content="9900000099">${meta}
<link rel="canonical" href="${SITE}${url}">
<link rel="alternate" type="application/atom+xml" title="动态更新" href="${root}atom.xml">
</head>
<body>
<a class="skip" href="#main">跳到正文</a>
<header class="top">
<div class="wrap">
<p class="brand">
<a class="agency" href="${SITE}/">示例市人民政府</a>
<a class="name" href="${root}">政府信息公开</a>
</p>
<div class="tools" role="group" aria-label="阅读设置">
<button type="button" data-step="-1" aria-label="缩小文字">A−</button>
<button type="button" data-step="0" aria-label="恢复文字大小">A</button>
<button type="button" data-step="1" aria-label="放大文字">A+</button>
<button type="button" data-elder aria-pressed="false">长者模式</button>
</div>
<form class="search" role="search" action="${root}search/">
<label class="vh" for="q">检索政府信息</label>
<input id="q" type="search" name="q" placeholder="标题、文号、索引号或正文" autocomplete="off">
<button>检索</button>
</form>
</div>
</header>
<nav class="trail" aria-label="当前位置">
<ol class="wrap">
<li><a href="${root}">政府信息公开</a></li>
${crumbs.join("\n")}
<li aria-current="page">${escape(title)}</li>
</ol>
</nav>
<div class="page">
${menu(column, root)}
<main id="main" tabindex="-1">
${main}
</main>
</div>
<footer class="bottom">
<div class="wrap">
<ul>
<li><a href="https://bszs.conac.cn/">党政机关网站标识</a>
<li><a href="https://zfwzgl.www.gov.cn/exposure/jiucuo.html">我为政府网站找错</a>
<li><a href="${root}sitemap.xml">站点地图</a>
<li><a href="${root}atom.xml">订阅更新（Atom）</a>
</ul>
<p>
<span>主办单位：示例市人民政府办公室</span>
<span>网站标识码：9900000099</span>
<span>ICP备案号：<a href="https://beian.miit.gov.cn/">示ICP备00000099号-1</a></span>
<span>公安备案号：<a href="https://beian.mps.gov.cn/">示公网安备 99000000000099号</a></span>
</p>
<address>
<span>联系方式：电话 0990-0000000</span>
<span>电子邮箱：<a href="mailto:xxgk@example.gov.cn">xxgk@example.gov.cn</a></span>
<span>地址：示例市人民路1号（邮编 000000）</span>
</address>
</div>
</footer>
</body>
</html>
`;
}

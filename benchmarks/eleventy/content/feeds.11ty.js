import { SITE, escape } from "../frame.js";

export const data = {
  pagination: { data: "collections.feeds", size: 1, alias: "feed" },
  layout: false,
  permalink: ({ feed }) => feed.url,
};

export function render({ feed }) {
  const entry = ({ url, date, data }) => `<entry>
<id>${SITE}${url}</id>
<title>${escape(data.title)}</title>
<updated>${date.toISOString()}</updated>
<link rel="alternate" type="text/html" href="${SITE}${url}"/>
<summary>${escape(data.summary)}</summary>
</entry>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-CN">
<id>${SITE}${feed.url}</id>
<title>${escape(feed.title)}</title>
<updated>${feed.items[0]?.date.toISOString() ?? "2008-05-01T00:00:00Z"}</updated>
<author><name>示例市人民政府</name></author>
${feed.items.map(entry).join("\n")}
</feed>
`;
}

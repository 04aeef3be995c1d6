import { SITE } from "../frame.js";
import { site } from "../site.js";

export const data = { layout: false, permalink: "/sitemap.xml" };

export function render({ collections }) {
  const urls = [
    ...collections.lists.map(({ url }) => `<url><loc>${SITE}${encodeURI(url)}</loc></url>`),
    ...site.documents.map(
      ({ url, data }) => `<url><loc>${SITE}${url}</loc><lastmod>${data.shown_date.slice(0, 10)}</lastmod></url>`,
    ),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${urls.join("\n")}
</urlset>
`;
}

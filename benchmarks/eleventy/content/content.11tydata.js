export default {
  layout: "document.11ty.js",
  permalink: (data) => (data.index_no ? `/doc/${data.page.fileSlug}/index.html` : false),
};

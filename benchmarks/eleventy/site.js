// What pages look up in each other, worked out once for each build.
export const site = {
  documents: [], // newest first
  columns: new Map(), // by id, in menu order, each with its parent
  menu: [],

  load(documents, menu) {
    this.documents = documents.sort((a, b) => b.date - a.date);
    this.byId = new Map(documents.map((item) => [item.fileSlug, item]));
    this.menu = menu;
    this.columns = new Map();
    this.lists = new Map();
    this.turns = new Map();
    this.menus = new Map();
    const enter = (column, parent) => {
      this.columns.set(column.id, { ...column, parent });
      this.lists.set(column.id, []);
      column.children.forEach((child) => enter(child, column.id));
    };
    menu.forEach((column) => enter(column, ""));
    for (const item of this.documents) {
      for (let id = item.data.column; id; id = this.columns.get(id).parent) {
        const list = this.lists.get(id);
        if (id === item.data.column) this.turns.set(item.fileSlug, [list, list.length]);
        list.push(item);
      }
    }
  },

  below(column) {
    return this.lists.get(column);
  },

  // The document before and the one after in its column.
  around(id) {
    const [list, place] = this.turns.get(id);
    return [list[place - 1], list[place + 1]];
  },

  trail(column) {
    const found = [];
    for (let id = column; id; id = this.columns.get(id).parent) found.unshift(this.columns.get(id));
    return found;
  },
};

// What there is to choose from: the library's tables, the lessons and the limits. The server writes them into the page.

export const menus = JSON.parse(document.getElementById('menus').textContent);

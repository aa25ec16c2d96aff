// One message above everything that stays as long as what it is about does, with what can be done about it.

import { element } from './parts.js';

const box = document.getElementById('notice');

export function show(title, text, parts) {
  const words = element('p');
  words.append(element('strong', '', title), ' ' + text);
  const row = element('div', 'row');
  row.append(...parts);
  box.replaceChildren(words, row);
  box.hidden = false;
}

export function hide() {
  box.hidden = true;
  box.replaceChildren();
}

export function button(text, act) {
  const result = element('button', '', text);
  result.type = 'button';
  result.addEventListener('click', act);
  return result;
}

// The page's address: it holds the lesson, and what a reduced page hides.

import * as hiding from './hiding.js';
import { menus } from './menus.js';
import { fail, say } from './messages.js';
import { state } from './state.js';

const $ = (id) => document.getElementById(id);

/** The fold that makes links to reduced pages; unfolded, it is kept up to date. */
let classroom = null;

/** What differs from another value, for objects of known keys. */
function difference(value, usual) {
  const result = {};
  for (const [key, item] of Object.entries(value)) {
    if (JSON.stringify(item) === JSON.stringify(usual[key])) continue;
    const isPlain = item && usual[key] && typeof item === 'object' && !Array.isArray(item) && key === 'data';
    result[key] = isPlain ? difference(item, usual[key]) : item;
  }
  return result;
}

/** The address of the lesson at hand, with the keys of a reduced page. */
function hashWith(keys) {
  const text = JSON.stringify(difference(state.lesson, menus.lesson));
  const all = (text === '{}' ? '' : '&lesson=' + encodeURIComponent(text)) + keys;
  return all && '#' + all.slice(1);
}

export function remember() {
  const hash = hashWith(hiding.text());
  if (classroom && $('classroom').open) classroom.renew();
  if (location.hash !== hash) history.replaceState(null, '', location.pathname + hash);
}

export function lessonOfAddress() {
  const found = /(?:^#|&)lesson=([^&]*)/.exec(location.hash);
  if (!found) return null;
  try {
    return JSON.parse(decodeURIComponent(found[1]));
  } catch {
    fail(new Error('the address holds no lesson that can be read'));
    return null;
  }
}

/** Hides what the address hides, and tells of names that nothing goes by. */
export function reduce() {
  hiding.read(location.hash);
  const unknown = hiding.apply();
  if (unknown.length) fail(new Error(`nothing here is called ${unknown.map((name) => '“' + name.slice(0, 40) + '”').join(', ')}, which the address hides; “A reduced page for a class” makes such an address`));
}

/** `take(lesson)` for an address that was changed by hand. */
export function wire(take) {
  window.addEventListener('hashchange', () => {
    reduce();
    const given = lessonOfAddress();
    if (given) take(given);
  });
  $('share').addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      say('The address is copied; it holds the whole lesson.');
    } catch {
      say('The whole lesson is in the address of this page.');
    }
  });
  classroom = hiding.form($('classroom-form'), (keys) => location.origin + location.pathname + hashWith(keys), say);
  $('classroom').addEventListener('toggle', () => { if ($('classroom').open) classroom.make(); });
}

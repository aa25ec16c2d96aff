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

const usualSpeed = state.speed;

/** The address of the lesson at hand, or of the one that waits for its table, with the keys of a reduced page. */
function hashWith(keys) {
  const text = JSON.stringify(difference(state.awaited ?? state.lesson, menus.lesson));
  const preset = menus.presets.find(({ name }) => name === state.preset);
  // What the lesson was before it was changed cannot be seen in it.
  const isChanged = !state.awaited && preset && JSON.stringify(preset.lesson) !== JSON.stringify(state.lesson);
  const all = (text === '{}' ? '' : '&lesson=' + encodeURIComponent(text)) + (isChanged ? '&preset=' + preset.name : '')
    + (state.speed === usualSpeed ? '' : '&speed=' + (state.speed ?? 'full')) + keys;
  return all && '#' + all.slice(1);
}

export function remember() {
  const hash = hashWith(hiding.text());
  if (classroom && $('classroom').open) classroom.renew();
  if (location.hash !== hash) history.replaceState(null, '', location.pathname + hash);
}

const valueOf = (key) => new RegExp(`(?:^#|&)${key}=([^&]*)`).exec(location.hash)?.[1];

/** The name of the lesson that the address' one was, or null. */
export const presetOfAddress = () => valueOf('preset') ?? null;

/** Steps a second: a number, null for as many as there can be, undefined where the address says nothing of it. */
export function speedOfAddress() {
  const text = valueOf('speed');
  return text === undefined ? undefined : text === 'full' ? null : Number(text);
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

/** `take(lesson)` and `setSpeed(speed)` for an address that was changed by hand. */
export function wire({ take, setSpeed }) {
  window.addEventListener('hashchange', () => {
    // A token begins a page of its own; where the session is over, it goes on with this one's lesson.
    if (valueOf('token')) {
      if (state.isOver && state.lesson && !valueOf('lesson')) {
        history.replaceState(null, '', location.pathname + location.hash + hashWith(hiding.text()).replace('#', '&'));
      }
      return location.reload();
    }
    reduce();
    state.preset = presetOfAddress() ?? state.preset;
    const speed = speedOfAddress();
    if (speed !== undefined) setSpeed(speed);
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

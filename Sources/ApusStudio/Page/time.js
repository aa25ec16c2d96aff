// The controls of time: playing, single steps, speed, and the way back.

import { change } from './lesson.js';
import { fail } from './messages.js';
import { state } from './state.js';

const $ = (id) => document.getElementById(id);

export function order(name, members) { return state.session.order(name, members).catch(fail); }

/** Goes back to a step, with another learning rate where one is given. */
export function goBack(step, rate) {
  look(step).then(() => rate !== null && change((lesson) => { lesson.rate = rate; }));
}

function look(step) {
  state.isLookingBack = true;
  return order('scrub', { step });
}

function go(name, members) {
  state.isLookingBack = false;
  return order(name, members);
}

/** Steps a second, or null for as many as there can be. */
export const speed = () => $('speed').value === '' ? null : Number($('speed').value);

export function wire() {
  $('play').addEventListener('click', () => go(state.facts.state === 'playing' ? 'pause' : 'play'));
  for (const by of ['sample', 'batch', 'epoch']) $(by).addEventListener('click', () => go('step', { by }));
  $('rewind').addEventListener('click', () => go('rewind'));
  $('speed').addEventListener('change', () => order('speed', { stepsPerSecond: speed() }));
  $('scrub').addEventListener('input', () => {
    const step = state.facts.snapshots?.[Number($('scrub').value)];
    if (step !== undefined) look(step);
  });
  document.addEventListener('keydown', (event) => {
    if (event.target.closest('input, select, button, summary, pre') || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === ' ') { event.preventDefault(); $('play').click(); }
  });
}

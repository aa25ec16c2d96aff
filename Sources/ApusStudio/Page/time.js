// The controls of time: playing, single steps, speed, and the way back.

import { remember } from './address.js';
import { change } from './lesson.js';
import { fail } from './messages.js';
import { state } from './state.js';

const $ = (id) => document.getElementById(id);

export function order(name, members) {
  return state.isOver ? Promise.resolve() : state.session.order(name, members).catch(fail);
}

/** Goes back to a step, with another learning rate where one is given. */
export function goBack(step, rate) {
  order('scrub', { step }).then(() => rate !== null && change((lesson) => { lesson.learningRate = rate; }));
}

/** Shows a speed in the list; one that the list has not is none. */
export function showSpeed(speed) {
  const value = speed === null ? '' : String(speed);
  if (![...$('speed').options].some((option) => option.value === value)) return;
  state.speed = speed;
  $('speed').value = value;
}

/** Steps a second from now on, or null for as many as there can be. */
export function setSpeed(speed) {
  showSpeed(speed);
  remember();
  return order('speed', { stepsPerSecond: state.speed });
}

export function wire() {
  $('play').addEventListener('click', () => order(state.facts.state === 'playing' ? 'pause' : 'play'));
  for (const by of ['sample', 'batch', 'epoch']) $(by).addEventListener('click', () => order('step', { by }));
  $('rewind').addEventListener('click', () => order('rewind'));
  $('speed').addEventListener('change', () => setSpeed($('speed').value === '' ? null : Number($('speed').value)));
  $('scrub').addEventListener('input', () => {
    const step = state.facts.snapshots?.[Number($('scrub').value)];
    if (step !== undefined) order('scrub', { step });
  });
  document.addEventListener('keydown', (event) => {
    if (event.target.closest('input, select, button, summary, pre') || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === ' ') { event.preventDefault(); $('play').click(); }
  });
}

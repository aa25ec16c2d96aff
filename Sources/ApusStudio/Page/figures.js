// The figures of now, beside the controls of time.

import { say } from './messages.js';
import { count, figure } from './parts.js';

const $ = (id) => document.getElementById(id);

export function show(facts) {
  const isPlaying = facts.state === 'playing';
  $('play-icon').setAttribute('d', isPlaying ? 'M2 1h3v10H2zM7 1h3v10H7z' : 'M2 1v10l9-5z');
  $('play-word').textContent = isPlaying ? 'Pause' : 'Play';
  // There is no next step at the end of a run, nor from weights that diverged.
  for (const id of ['play', 'sample', 'batch', 'epoch']) $(id).disabled = facts.state === 'finished' || facts.state === 'diverged';
  $('epochs').textContent = facts.epoch >= 100 || Number.isInteger(facts.epoch) ? Math.floor(facts.epoch).toLocaleString('en') : facts.epoch.toFixed(1);
  $('steps').textContent = count(facts.step);
  $('pace').textContent = isPlaying && facts.stepsPerSecond ? count(Number(facts.stepsPerSecond.toPrecision(3))) : '–';
  $('loss').textContent = figure(facts.curve[2]);
  $('validation').textContent = figure(facts.curve[4]);
  const scrub = $('scrub');
  scrub.max = Math.max(facts.snapshots.length - 1, 0);
  if (document.activeElement !== scrub || isPlaying) {
    let place = 0;
    facts.snapshots.forEach((step, index) => { if (step <= facts.step) place = index; });
    scrub.value = place;
  }
  scrub.setAttribute('aria-valuetext', `step ${facts.step}`);
  document.documentElement.dataset.state = facts.state;
  if (facts.state === 'finished') say(`The run is at its end: ${facts.epochs} epochs. Give it more, or rewind.`);
}

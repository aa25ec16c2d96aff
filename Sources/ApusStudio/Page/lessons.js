// The lessons by name: which one the page is about, also when it was changed, and its sentences.

import { menus } from './menus.js';
import { state } from './state.js';

const list = document.getElementById('preset');
const sentences = document.getElementById('sentences');
const own = new Option('of your own', '');
/** The speed before a lesson brought one of its own, and that one. */
let former = null;

/** `take(lesson)`, and `setSpeed(speed)`. */
export function wire({ take, setSpeed }) {
  list.append(own, ...menus.presets.map((preset) => new Option(preset.title, preset.name)));
  list.addEventListener('change', () => {
    const preset = menus.presets.find((candidate) => candidate.name === list.value);
    if (!preset) return show();
    state.preset = preset.name;
    const hadItsOwn = former !== null && state.speed === former.given;
    if (preset.speed !== null) {
      former = { speed: hadItsOwn ? former.speed : state.speed, given: preset.speed };
      setSpeed(preset.speed);
    } else if (hadItsOwn) {
      setSpeed(former.speed);
      former = null;
    }
    take(structuredClone(preset.lesson));
  });
}

/** Whether a lesson is that of a name; who races is no part of one that has no race. */
function isSame(lesson, named) {
  if (lesson.data.set !== named.data.set || lesson.learningRate !== named.learningRate) return false;
  const text = (each) => JSON.stringify(named.race.racers.length ? each : { ...each, race: null });
  return text(lesson) === text(named);
}

/** Names the lesson at hand: it stays what it was chosen as, as long as it is about the same points. */
export function show() {
  const { lesson } = state;
  const exact = menus.presets.find((preset) => isSame(lesson, preset.lesson));
  const named = exact ?? menus.presets.find((preset) => preset.name === state.preset && preset.lesson.data.set === lesson.data.set);
  state.preset = named?.name ?? null;
  own.textContent = named && !exact ? `${named.title}, changed` : 'of your own';
  own.hidden = Boolean(exact);
  list.value = exact?.name ?? '';
  sentences.textContent = named ? `${named.sentences} The figures behind it: apus lab ${named.lab}.` : '';
}

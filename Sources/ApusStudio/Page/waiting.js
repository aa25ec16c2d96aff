// A lesson about a table of the user's own that is not here: the address has the lesson, and no browser keeps the file. It
// waits for its table, and the address stays its own.

import { element } from './parts.js';
import * as notice from './notice.js';
import { state } from './state.js';

/** Whether a lesson was refused for the sake of its table alone. */
export function isFor(lesson, { body }) {
  const place = body?.place ?? 'lesson';
  return lesson?.data?.set === 'own' && (place === 'lesson.data' || !place.startsWith('lesson'));
}

/** `open(file)` for a file that comes, `leave()` when the page goes on without the lesson. */
export function begin(lesson, { open, leave }) {
  state.awaited = lesson;
  const { columns } = lesson.data;
  const names = (columns?.all ? [] : [columns?.x, columns?.y]).map((name) => `“${name}”`);
  const about = columns ? ` It predicts “${columns.target}” ${names.length ? 'over ' + names.join(' and ') : 'from all columns'}.` : '';
  const field = element('label', 'field');
  const input = element('input');
  Object.assign(input, { type: 'file', accept: '.csv,.tsv,.txt,text/csv', id: 'awaited-file' });
  input.addEventListener('change', () => { if (input.files[0]) open(input.files[0]); });
  field.append(element('span', '', 'Your table'), input);
  notice.show('The lesson of this address is about a table of your own, and waits for it.',
    `Load the file once more.${about}`, [field, notice.button('Go on without it', () => { end(); leave(); })]);
}

export function end() {
  if (!state.awaited) return;
  state.awaited = null;
  notice.hide();
}

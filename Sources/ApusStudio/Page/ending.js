// When the session is over, or none came: what is said, and what can be done. Nothing else works any more.

import { say } from './messages.js';
import * as notice from './notice.js';
import * as pictures from './pictures.js';
import { state } from './state.js';

const root = document.documentElement;

/** A page with a session, whose pictures stay. */
export function end(error) { stop('over', error); }

/** A page that has none, and nothing to show. */
export function fail(error) { stop('none', error); }

function stop(kind, error) {
  if (state.isOver) return;
  state.isOver = true;
  root.dataset.session = kind;
  pictures.stop();
  for (const part of document.querySelectorAll('#time, #glance, #preset-field, main')) part.inert = true;
  say('');
  const [title, text, action] = words(kind, error);
  const act = notice.button(action, () => location.reload());
  act.className = 'primary';
  notice.show(title, text, [act]);
}

function words(kind, error) {
  const rest = kind === 'over' ? ' The lesson is kept in the address of this page; its training begins anew.' : '';
  if (error?.status === 401) {
    return [kind === 'over' ? 'apus playground was started again.' : 'This page has not the server’s token.',
      `The token changes with every start: open the address that apus playground printed, here or in another tab.${rest}`, 'Try again'];
  }
  if (error?.status === 404) return ['This session is over.', `The server lets go of a page that it has not heard of for a minute.${rest}`, 'Begin again'];
  if (error?.status) return ['There is no session for this page:', `${error.message}.`, 'Try again'];
  return ['The server is gone.', `Start apus playground once more, and open the address that it prints, here or in another tab.${rest}`, 'Try again'];
}

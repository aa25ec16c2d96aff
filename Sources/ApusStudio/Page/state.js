// What the whole page is about; each member is set by the module that is named beside it.

export const state = {
  /** The lesson that the server trains, or is asked to; the columns of a table of the user's own, or null. (lesson) */
  lesson: null,
  table: null,
  /** A lesson that waits for its table, or null. (waiting) */
  awaited: null,
  /** The name of the lesson that this one is, or was before it was changed. (lessons) */
  preset: null,
  /** (main) */
  session: null,
  /** Whether there is no session any more, so that nothing can be asked for. (ending) */
  isOver: false,
  /** Steps a second, or null for as many as there can be. (time) */
  speed: 2000,
  /** The points and the network that pictures are of; the newest picture, and what was said with it. (pictures) */
  plan: null,
  picture: null,
  facts: { state: 'paused', rate: 0 },
};

// What the whole page is about; each member is set by the module that is named beside it.

export const state = {
  /** The lesson that the server trains, or is asked to; the columns of a table of the user's own, or null. (lesson) */
  lesson: null,
  table: null,
  /** (main) */
  session: null,
  /** The points and the network that pictures are of; the newest picture, and what was said with it. (pictures) */
  plan: null,
  picture: null,
  facts: { state: 'paused', rate: 0 },
  /** Whether a step of the past is shown. (time) */
  isLookingBack: false,
};

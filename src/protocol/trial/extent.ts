/** How large a trial may be: in a document, over a channel and in the Studio alike. */
export const MOST_CONTENDERS = 20;
export const MOST_REPEATS = 100;
export const MOST_VISITS = 100_000;
/** Visits that are planned where nobody says how many. */
export const USUAL_VISITS = 100;
/** US dollars. */
export const LEAST_COST = 0.0001;
/** Characters, of a contender, a moment or a trial. */
export const LONGEST_NAME = 80;

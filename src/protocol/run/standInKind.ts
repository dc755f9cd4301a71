import type { TimelineEvent } from "./rows.ts";

/** The same for causes that differ in what they count only: of each kind the first is told. */
export const standInKind = ({ role, cause }: Extract<TimelineEvent, { type: "stand-in" }>): string =>
  `${role} ${cause.replace(/\d+/g, "0")}`;

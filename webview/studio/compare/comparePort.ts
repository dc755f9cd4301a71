import type { HostActions, HostQuestions, PageWriter, StateWriter } from "../ports.ts";

/** What the Compare pane asks of the app. */
export interface ComparePort extends StateWriter, PageWriter, HostQuestions, HostActions {}

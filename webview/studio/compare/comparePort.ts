/** What the Compare pane asks of the app. */
import type { HostActions, HostQuestions, PageWriter, StateWriter } from "../ports.ts";

export interface ComparePort extends StateWriter, PageWriter, HostQuestions, HostActions {}

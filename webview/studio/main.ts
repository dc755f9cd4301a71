/** Entry of the Studio page: builds everything, draws the page after each change, once a frame. */
import "../shared/noGeneratedCode.ts";
import { render } from "lit-html";
import type { HostApi } from "../shared/messenger.ts";
import { frameScheduler, throttle } from "../shared/store.ts";
import { registerToolkit } from "../shared/toolkit.ts";
import { App } from "./app.ts";
import { ChartBoard } from "./curves/chartBoard.ts";
import { listenToHost } from "./hostEvents.ts";
import { PromptsPane } from "./prompts/promptsPane.ts";
import { rememberScroll, restoreScroll } from "./scrollMemory.ts";
import { type Panes, shell } from "./shell.ts";
import type { StudioState } from "./state.ts";
import "./studio.css";

/**
 * What a run streams is drawn this often: it is seen to move, and the editor, which draws in the same thread, keeps its
 * time. What a person does is drawn in the next frame.
 */
const STREAM_MS = 250;

/** What runs and trials tell while they go on; no chart draws it. */
const streamed: readonly (keyof StudioState)[] = ["progress", "trials", "trialProgress"];

const changesStreamedAlone = (before: StudioState, now: StudioState): boolean =>
  (Object.keys(now) as (keyof StudioState)[]).every((key) => streamed.includes(key) || before[key] === now[key]);

declare function acquireVsCodeApi(): HostApi;

function start(root: HTMLElement): void {
  registerToolkit();
  const outline = [...root.children];
  // From here on the templates own what the document showed.
  render(outline, root);
  let panes: Panes | undefined;
  const redraw = frameScheduler(() => {
    if (!panes) return;
    render(shell(app, panes, outline), root);
    restoreScroll(app, root);
    // A policy without inline styles allows setting them from here.
    root.style.setProperty("--split", String(app.state.page.split));
  });
  const follow = throttle(redraw, STREAM_MS);
  const followInCharts = throttle(() => panes?.charts.invalidate(), STREAM_MS);
  const app = new App(acquireVsCodeApi(), window, () => {
    followInCharts();
    follow();
  });
  panes = { prompts: new PromptsPane(app), charts: new ChartBoard(app) };
  let before = app.state;
  app.store.subscribe((state) => {
    const streams = changesStreamedAlone(before, state);
    before = state;
    if (streams) return follow();
    panes?.charts.invalidate();
    redraw();
  });
  // In the capturing phase, so that the workbench does not do it a second time by its own keybinding.
  addEventListener(
    "keydown",
    (event) => {
      const tries = event.key === "Enter";
      if (!(event.ctrlKey || event.metaKey) || !(tries || event.key === "F5")) return;
      event.preventDefault();
      event.stopPropagation();
      void (tries ? app.trials.tryOrRun() : app.run());
    },
    true,
  );
  rememberScroll(app, root);
  listenToHost(app);
  void app.start();
}

const root = document.getElementById("studio");
if (!root) throw new Error('The page has no element with id "studio".');
const styles = document.querySelector<HTMLLinkElement>('link[rel="stylesheet"]');
// Both were asked for together, and charts read their colours from the styles.
if (!styles || styles.sheet) start(root);
else for (const end of ["load", "error"]) styles.addEventListener(end, () => start(root), { once: true });

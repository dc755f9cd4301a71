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
import "./studio.css";

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
  // Charts follow the numbers in every frame; the page around them has nothing that is read that fast.
  const redrawAround = throttle(redraw, 200);
  const app = new App(acquireVsCodeApi(), window, () => {
    panes?.charts.invalidate();
    redrawAround();
  });
  panes = { prompts: new PromptsPane(app), charts: new ChartBoard(app) };
  app.store.subscribe(() => {
    panes?.charts.invalidate();
    redraw();
  });
  // In the capturing phase, so that the workbench does not run the experiment a second time by its own keybinding.
  addEventListener(
    "keydown",
    (event) => {
      const runs = (event.ctrlKey || event.metaKey) && (event.key === "Enter" || event.key === "F5");
      if (!runs) return;
      event.preventDefault();
      event.stopPropagation();
      void app.run();
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

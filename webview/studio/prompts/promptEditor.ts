/**
 * A text area with line numbers, marked placeholders and marked problem lines. The text area lies over a mirror of its
 * lines that wraps exactly alike; the mirror gives the height, so nothing is measured, and typing, selection, input
 * methods and undo stay the browser's own.
 */
import { commonEnds } from "../../../src/protocol/commonEnds.ts";
import type { Span } from "../../../src/protocol/promptText.ts";
import type { Problem } from "../../../src/protocol/studio.ts";
import { PromptReading } from "./promptReading.ts";

/** Beyond this the mirror would slow typing down: the text area then scrolls alone, without line numbers. */
const LONGEST_MIRRORED = 200_000;
const MOST_LINES_MIRRORED = 5000;

export class PromptEditor {
  readonly element = document.createElement("div");
  /** Of the text shown. */
  readonly reading = new PromptReading();
  private readonly area = document.createElement("textarea");
  private readonly mirror = document.createElement("div");
  private readonly plainNote = document.createElement("p");
  /** What each row of the mirror shows: its text, and what is marked in it. */
  private rows: string[] = [];
  private problems = new Map<number, Problem["severity"]>();

  constructor(label: string, typed: (text: string) => void) {
    this.element.className = "prompt-editor";
    this.area.className = "prompt-text";
    this.area.spellcheck = false;
    this.area.setAttribute("aria-label", label);
    this.area.setAttribute("wrap", "soft");
    this.mirror.className = "prompt-mirror";
    this.mirror.setAttribute("aria-hidden", "true");
    this.plainNote.className = "prompt-plain-note";
    this.plainNote.textContent = "Line numbers and marks are off for a text of this size.";
    this.element.append(this.mirror, this.area, this.plainNote);
    this.area.addEventListener("input", () => {
      this.reflect();
      typed(this.area.value);
    });
    this.area.addEventListener("keydown", keepFromHost);
    this.reflect();
  }

  /** Shows `text`, touching only what differs, so that the caret and the selection stay. */
  show(text: string): void {
    const area = this.area;
    if (area.value === text) return;
    const before = area.value;
    const { start, end } = commonEnds(before, text);
    area.setRangeText(text.slice(start, text.length - end), start, before.length - end, "preserve");
    this.reflect();
  }

  /** Types `text` at the caret. */
  insert(text: string): void {
    const area = this.area;
    area.focus();
    // Unlike setRangeText, this enters the browser's undo history.
    if (!document.execCommand("insertText", false, text)) {
      area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
      area.dispatchEvent(new Event("input"));
    }
  }

  goTo(line: number): void {
    const lines = this.area.value.split("\n");
    const offset = lines.slice(0, line).reduce((sum, text) => sum + text.length + 1, 0);
    this.area.focus();
    this.area.setSelectionRange(offset, offset + (lines[line]?.length ?? 0));
    this.mirror.children[line]?.scrollIntoView({ block: "nearest" });
  }

  mark(problems: readonly Problem[]): void {
    const marks = new Map<number, Problem["severity"]>();
    for (const { line, severity } of problems) if (marks.get(line) !== "error") marks.set(line, severity);
    if (sameEntries(marks, this.problems)) return;
    this.problems = marks;
    for (let i = 0; i < this.mirror.children.length; i++) this.markLine(i);
  }

  /** Brings the mirror up to date line by line; most keystrokes change one. */
  private reflect(): void {
    const text = this.area.value;
    const lines = text.length > LONGEST_MIRRORED ? [] : text.split("\n");
    const plain = text.length > LONGEST_MIRRORED || lines.length > MOST_LINES_MIRRORED;
    this.element.classList.toggle("plain", plain);
    if (plain) {
      this.rows = [];
      this.mirror.replaceChildren();
      return;
    }
    const marks = this.reading.marksByLine(text, lines);
    for (let i = 0; i < lines.length; i++) {
      const line = lines[i] ?? "";
      const marked = marks.get(i) ?? [];
      const shown = `${marked.map(({ begin, end }) => `${begin}-${end}`)}:${line}`;
      let row = this.mirror.children[i];
      if (row && this.rows[i] === shown) continue;
      if (!row) {
        row = document.createElement("div");
        this.mirror.append(row);
      }
      row.replaceChildren(...lineContent(line, marked));
      this.rows[i] = shown;
      this.markLine(i);
    }
    while (this.mirror.children.length > lines.length) this.mirror.lastElementChild?.remove();
    this.rows.length = lines.length;
  }

  private markLine(line: number): void {
    const row = this.mirror.children[line];
    if (row) row.className = `prompt-line ${this.problems.get(line) ?? ""}`;
  }
}

function lineContent(line: string, marks: readonly Span[]): Node[] {
  const nodes: Node[] = [];
  let at = 0;
  for (const { begin, end } of marks) {
    if (begin > at) nodes.push(document.createTextNode(line.slice(at, begin)));
    const mark = document.createElement("mark");
    mark.textContent = line.slice(begin, end);
    nodes.push(mark);
    at = end;
  }
  // An empty row would have no height: a zero-width space gives it one line.
  nodes.push(document.createTextNode(line.slice(at) || (at === 0 ? "\u200b" : "")));
  return nodes;
}

/** Undo and redo are the text area's; the workbench would undo the experiment file instead. */
function keepFromHost(event: KeyboardEvent): void {
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) event.stopPropagation();
}

function sameEntries<K, V>(a: ReadonlyMap<K, V>, b: ReadonlyMap<K, V>): boolean {
  return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
}

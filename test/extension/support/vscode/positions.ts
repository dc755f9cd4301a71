/** Places in texts of the fake `vscode` module. */
import type * as vscode from "vscode";

export class Position implements vscode.Position {
  constructor(
    readonly line: number,
    readonly character: number,
  ) {}

  compareTo(other: vscode.Position): number {
    return this.line - other.line || this.character - other.character;
  }

  isBefore(other: vscode.Position): boolean {
    return this.compareTo(other) < 0;
  }

  isBeforeOrEqual(other: vscode.Position): boolean {
    return this.compareTo(other) <= 0;
  }

  isAfter(other: vscode.Position): boolean {
    return this.compareTo(other) > 0;
  }

  isAfterOrEqual(other: vscode.Position): boolean {
    return this.compareTo(other) >= 0;
  }

  isEqual(other: vscode.Position): boolean {
    return this.compareTo(other) === 0;
  }

  translate(lines: number | { lineDelta?: number; characterDelta?: number } = 0, characters = 0): Position {
    const { lineDelta = 0, characterDelta = 0 } =
      typeof lines === "number" ? { lineDelta: lines, characterDelta: characters } : lines;
    return new Position(this.line + lineDelta, this.character + characterDelta);
  }

  with(place: number | { line?: number; character?: number } = this.line, column = this.character): Position {
    const { line = this.line, character = this.character } =
      typeof place === "number" ? { line: place, character: column } : place;
    return new Position(line, character);
  }
}

export class Range implements vscode.Range {
  readonly start: vscode.Position;
  readonly end: vscode.Position;

  constructor(start: vscode.Position, end: vscode.Position);
  constructor(startLine: number, startCharacter: number, endLine: number, endCharacter: number);
  constructor(from: vscode.Position | number, to: vscode.Position | number, endLine = 0, endCharacter = 0) {
    const start = typeof from === "number" ? new Position(from, Number(to)) : from;
    const end = typeof to === "number" ? new Position(endLine, endCharacter) : to;
    const ordered = start.isBeforeOrEqual(end);
    this.start = ordered ? start : end;
    this.end = ordered ? end : start;
  }

  get isEmpty(): boolean {
    return this.start.isEqual(this.end);
  }

  get isSingleLine(): boolean {
    return this.start.line === this.end.line;
  }

  contains(place: vscode.Position | vscode.Range): boolean {
    if ("start" in place) return this.contains(place.start) && this.contains(place.end);
    return this.start.isBeforeOrEqual(place) && this.end.isAfterOrEqual(place);
  }

  isEqual(other: vscode.Range): boolean {
    return this.start.isEqual(other.start) && this.end.isEqual(other.end);
  }

  intersection(other: vscode.Range): Range | undefined {
    const start = later(this.start, other.start);
    const end = earlier(this.end, other.end);
    return start.isAfter(end) ? undefined : new Range(start, end);
  }

  union(other: vscode.Range): Range {
    return new Range(earlier(this.start, other.start), later(this.end, other.end));
  }

  with(
    place: vscode.Position | { start?: vscode.Position; end?: vscode.Position } = this.start,
    last = this.end,
  ): Range {
    const { start = this.start, end = this.end } = "line" in place ? { start: place, end: last } : place;
    return new Range(start, end);
  }
}

const earlier = (a: vscode.Position, b: vscode.Position): vscode.Position => (a.isBefore(b) ? a : b);
const later = (a: vscode.Position, b: vscode.Position): vscode.Position => (a.isAfter(b) ? a : b);
